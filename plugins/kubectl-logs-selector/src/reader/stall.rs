//! A connection that has gone dead without a word: nothing comes, and nothing says that nothing will.

use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::{Instant, timeout};

use super::Work;
use crate::query::Beginning;
use crate::stamp::{Stamp, StampReader};

/// How long a stream may be silent before another one is asked what the last line is. It doubles each time.
pub const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_mins(5);

/// How long that answer may take, and that to any other short question: the connection may have gone dead.
pub const ANSWER: Duration = Duration::from_secs(5);

/// How much later a line may come here that was seen there.
const LATER: Duration = Duration::from_secs(1);

/// The silence of a stream.
#[derive(Debug)]
pub struct Silence {
    until: Instant,
    span: Duration,
    /// A line that should have come by then.
    missed: Option<Stamp>,
}

impl Silence {
    /// From now on.
    pub fn begins(patience: Duration) -> Self {
        Self { until: Instant::now() + patience, span: patience, missed: None }
    }

    /// When to do something about it.
    pub const fn until(&self) -> Instant {
        self.until
    }
}

impl Work {
    /// Whether the stream is dead: there is a line that it has not brought. One that does not follow has an end, and is dead
    /// if another question is answered meanwhile; a server may be slow, and so it is given more time the next time.
    pub(super) async fn is_stalled(&mut self, silence: &mut Silence, follow: bool, previous: bool) -> bool {
        let stalled = self.is_silent(silence, follow, previous).await;
        if stalled {
            self.patience = if follow { FIRST } else { (self.patience * 2).min(LONGEST) };
        }
        stalled
    }

    async fn is_silent(&mut self, silence: &mut Silence, follow: bool, previous: bool) -> bool {
        if let Some(missed) = silence.missed.take()
            && self.intake.continuity().newest().is_none_or(|newest| newest < missed)
        {
            return true;
        }
        let last = self.last_line(previous).await;
        if !follow && !matches!(last, Last::Unknown) {
            return true;
        }
        silence.missed = match &last {
            Last::Line(stamp, line) if !self.intake.continuity().knows(*stamp, line) => Some(*stamp),
            _ => None,
        };
        let wait = match last {
            // The question may have gone over a dead connection itself: another one is taken for the next.
            Last::Unknown => LATER,
            _ if silence.missed.is_some() => LATER,
            Last::Line(..) | Last::Nothing | Last::Gone | Last::Refused => {
                silence.span = (silence.span * 2).min(LONGEST);
                silence.span
            }
        };
        silence.until = Instant::now() + wait;
        false
    }

    /// Whether there may be lines that were not read. Whoever was told so and found none believes it only once.
    pub(super) async fn has_more(&mut self, previous: bool) -> bool {
        let newest = self.intake.continuity().newest();
        let last = newest.unwrap_or_default();
        if self.has_unwanted() || self.checked.replace(last) == Some(last) {
            return false;
        }
        match self.last_line(previous).await {
            Last::Line(stamp, line) => !self.intake.continuity().knows(stamp, &line),
            Last::Gone | Last::Refused => false,
            Last::Nothing if newest.is_none() => false,
            // There was a line before: the log was rotated, or the kubelet has died.
            Last::Nothing => self.doubts(self.pace.is_fresh()),
            Last::Unknown => self.doubts(self.reader.terms.follow || self.pace.is_fresh()),
        }
    }

    /// Whether the last line of the log is one that was seen.
    pub(super) async fn has_seen_the_last(&self, previous: bool) -> Seen {
        let known = self.intake.continuity();
        let seen = match self.last_line(previous).await {
            Last::Line(stamp, line) => known.knows(stamp, &line) || self.has_unwanted(),
            Last::Nothing => known.newest().is_none(),
            Last::Gone => return Seen::Gone,
            Last::Refused | Last::Unknown => false,
        };
        if seen { Seen::Yes } else { Seen::No }
    }

    /// Whether the last line of the log may be one that is not wanted: it was not asked for from its beginning.
    fn has_unwanted(&self) -> bool {
        self.intake.continuity().newest().is_none() && self.reader.beginning != Beginning::default()
    }

    /// Nothing was learned: it is to be asked again, if that is worth it.
    const fn doubts(&mut self, again: bool) -> bool {
        self.checked = None;
        again
    }

    /// The last line of the log.
    async fn last_line(&self, previous: bool) -> Last {
        let path = self.query(false, previous, Beginning { tail: Some(1), ..Beginning::default() });
        let read = async {
            let mut parts = match self.open(&path).await {
                Ok(Some(parts)) => parts,
                Ok(None) => return Last::Nothing,
                Err(error) if error.is_not_found() => return Last::Gone,
                Err(error) if error.status().is_some_and(|status| (400..429).contains(&status.code)) => {
                    return Last::Refused;
                }
                Err(_) => return Last::Unknown,
            };
            let mut line = Vec::new();
            while let Some(part) = parts.next().await {
                let Ok(part) = part else { return Last::Unknown };
                line.extend_from_slice(&part);
                if line.len() > self.reader.terms.limits.line {
                    return Last::Refused;
                }
            }
            line.pop_if(|byte| *byte == b'\n');
            match StampReader::default().read(&line) {
                Some((stamp, _)) => Last::Line(stamp, line),
                None => Last::Nothing,
            }
        };
        timeout(ANSWER, read).await.unwrap_or(Last::Unknown)
    }
}

/// Whether the last line of a log was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was.
    Yes,
    /// It was not, or nobody knows.
    No,
    /// The pod is gone: nobody will know.
    Gone,
}

/// What is known of the last line of a log.
enum Last {
    /// It is this.
    Line(Stamp, Vec<u8>),
    /// There is none.
    Nothing,
    /// There is no such pod any more.
    Gone,
    /// The server does not tell.
    Refused,
    /// The answer was lost, or there was none.
    Unknown,
}
