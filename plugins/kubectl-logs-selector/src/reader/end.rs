//! The end of a log: whether what was read goes as far as that.

use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::timeout;

use super::{News, Work};
use crate::intake::{Flow, Intake};
use crate::query::Beginning;
use crate::stamp::{Stamp, StampReader};

/// How long the answer to a short question may take: the connection may have gone dead.
pub const ANSWER: Duration = Duration::from_secs(5);

/// The end of a log, beside what was read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The last line was read.
    Seen,
    /// There is a line that was not, and this is its time.
    Unseen(Stamp),
    /// There is more of the last line, which is not whole.
    Unfinished,
    /// There is no line any more, though there was one: the log was rotated, or the kubelet has died.
    Nothing,
    /// There is no such pod any more.
    Gone,
    /// The server does not tell.
    Refused,
    /// The answer was lost, or there was none.
    Unknown,
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

/// Whether there is more to be read of a log whose stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// There is, or nobody knows yet.
    Yes,
    /// There is not.
    No,
    /// Nobody will know: the pod is gone.
    Gone,
    /// There is, or nobody knows, and asking further is no use.
    Lost,
}

/// What is known of the last line of a log.
enum Last {
    /// It is this.
    Line(Stamp, Vec<u8>),
    /// There is none that is wanted.
    Nothing,
    /// There is none to be had.
    Known(End),
}

impl Work {
    /// Whether there may be lines that were not read.
    pub(super) async fn has_more(&mut self, previous: bool) -> More {
        let end = self.end(previous).await;
        more(end, self.reader.terms.follow, self.pace.is_fresh(), self.pace.is_hopeful())
    }

    /// Whether the last line of the log is one that was seen.
    pub(super) async fn has_seen_the_last(&mut self, previous: bool) -> Seen {
        match self.end(previous).await {
            End::Seen => Seen::Yes,
            End::Gone => Seen::Gone,
            End::Unseen(_) | End::Unfinished | End::Nothing | End::Refused | End::Unknown => Seen::No,
        }
    }

    /// Only what comes behind the line that is the last now is wanted: known by its time, it needs no clock.
    pub(super) async fn begin_behind_the_last(&mut self, previous: bool) {
        let last = Beginning { tail: Some(1), ..Beginning::default() };
        match timeout(ANSWER, self.last_line(previous, last)).await {
            Ok(Last::Line(stamp, line)) => self.intake.begin_behind(stamp, &line),
            Ok(Last::Nothing) => {}
            Ok(Last::Known(_)) | Err(_) => return,
        }
        self.tell(News::Quiet);
    }

    /// Asks for the last line.
    pub(super) async fn end(&mut self, previous: bool) -> End {
        let newest = self.intake.continuity().newest();
        let wanted = newest.map_or_else(|| self.first_beginning(), |_| Beginning::default());
        let last = timeout(ANSWER, self.last_line(previous, wanted));
        match last.await.unwrap_or(Last::Known(End::Unknown)) {
            Last::Line(stamp, line) if self.intake.continuity().knows(stamp, &line) => End::Seen,
            Last::Line(stamp, line) => {
                let looked = timeout(ANSWER, self.look_behind(previous, stamp, &line));
                looked.await.unwrap_or(End::Unknown)
            }
            Last::Nothing if newest.is_none() => End::Seen,
            Last::Nothing => End::Nothing,
            Last::Known(end) => end,
        }
    }

    /// The last line of the log, of what is wanted of it.
    async fn last_line(&self, previous: bool, wanted: Beginning) -> Last {
        let tail = Some(wanted.tail.unwrap_or(1).min(1));
        let path = self.query(false, previous, Beginning { tail, ..wanted });
        let mut parts = match self.open(&path).await {
            Ok(Some(parts)) => parts,
            Ok(None) => return Last::Nothing,
            Err(error) if error.is_not_found() => return Last::Known(End::Gone),
            Err(error) if error.status().is_some_and(|status| (400..429).contains(&status.code)) => {
                return Last::Known(End::Refused);
            }
            Err(_) => return Last::Known(End::Unknown),
        };
        let mut line = Vec::new();
        while let Some(part) = parts.next().await {
            let Ok(part) = part else { return Last::Known(End::Unknown) };
            line.extend_from_slice(&part);
            if line.len() > self.reader.terms.limits.line {
                return Last::Known(End::Refused);
            }
        }
        line.pop_if(|byte| *byte == b'\n');
        match StampReader::default().read(&line) {
            Some((stamp, _)) => Last::Line(stamp, line),
            None => Last::Nothing,
        }
    }

    /// What the server takes for the last line may be the rest of a long one, which has a time of its own: kubelets keep
    /// long lines in pieces. So all that was written lately is looked at, beside what was read.
    async fn look_behind(&mut self, previous: bool, stamp: Stamp, last: &[u8]) -> End {
        let unfinished = self.intake.unfinished();
        let mut again = Intake::again(self.intake.continuity(), self.reader.terms.limits.line);
        let beginning = again.resume().map_or_else(|| self.first_beginning(), Beginning::at);
        let path = self.query(false, previous, beginning);
        let Ok(Some(mut parts)) = self.open(&path).await else { return End::Unknown };
        let text = StampReader::default().read(last).map_or(last, |(_, length)| &last[length..]);
        let mut behind = Vec::new();
        while let Some(part) = parts.next().await {
            let Ok(part) = part else { return End::Unknown };
            behind.drain(..behind.len().saturating_sub(text.len() + 1));
            behind.extend_from_slice(&part);
            if again.take(&part) != Flow::Onward || again.has_lines() {
                return End::Unseen(again.first().unwrap_or(stamp));
            }
        }
        behind.pop_if(|byte| *byte == b'\n');
        if !behind.ends_with(text) {
            // This answer was cut.
            return End::Unknown;
        }
        if again.unfinished() == unfinished { End::Seen } else { End::Unfinished }
    }
}

/// What follows from the end of a log. Whoever follows asks a kubelet that is away as long as it takes.
const fn more(end: End, follow: bool, fresh: bool, hopeful: bool) -> More {
    match end {
        End::Gone => More::Gone,
        End::Nothing if fresh => More::Yes,
        End::Seen | End::Refused | End::Nothing => More::No,
        End::Unknown if follow || fresh => More::Yes,
        End::Unseen(_) | End::Unfinished if fresh || (follow && hopeful) => More::Yes,
        End::Unknown | End::Unseen(_) | End::Unfinished => More::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_long_as_a_line_was_not_read_it_is_asked_for_and_then_missed() {
        let unseen = End::Unseen(Stamp(1));
        for (end, follow, fresh, hopeful, then) in [
            (End::Seen, false, true, true, More::No),
            (unseen, false, true, true, More::Yes),
            (unseen, false, false, true, More::Lost),
            (unseen, true, false, true, More::Yes),
            (unseen, true, false, false, More::Lost),
            (End::Unfinished, false, true, true, More::Yes),
            (End::Unknown, true, false, false, More::Yes),
            (End::Unknown, false, false, false, More::Lost),
            (End::Nothing, true, false, false, More::No),
            (End::Gone, true, true, true, More::Gone),
            (End::Refused, false, true, true, More::No),
        ] {
            assert_eq!(more(end, follow, fresh, hopeful), then, "{end:?} {follow} {fresh} {hopeful}");
        }
    }
}
