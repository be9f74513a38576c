//! A connection that has gone dead without a word: nothing comes, and nothing says that nothing will.

use std::time::Duration;

use tokio::time::Instant;

use super::end::End;
use super::{News, Work};
use crate::stamp::Stamp;

/// How long a stream may be silent before another one is asked what the last line is. It doubles each time.
pub const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_mins(5);

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

    /// From now on, and looked into at once.
    pub fn doubted(patience: Duration) -> Self {
        Self { until: Instant::now(), span: patience / 2, missed: None }
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
        let end = self.end(previous).await;
        if !follow && end != End::Unknown {
            return true;
        }
        if end == End::Seen {
            self.begun.get_or_insert_with(Instant::now);
            self.tell(News::Quiet);
        }
        let wait = match end {
            End::Unseen(stamp) => {
                silence.missed = Some(stamp);
                LATER
            }
            // The question may have gone over a dead connection itself: another one is taken for the next.
            End::Unknown => LATER,
            End::Seen | End::Unfinished | End::Nothing | End::Gone | End::Refused => {
                silence.span = (silence.span * 2).min(LONGEST);
                silence.span
            }
        };
        silence.until = Instant::now() + wait;
        false
    }
}
