//! Whether all of a log was read when its pod is gone: nobody can read the rest of it any more.

use super::Work;
use super::attempt::Ending;
use super::end::Seen;
use crate::pod::State;

/// What is said where nobody knows whether there was more.
pub(super) const UNREAD: &str = "lines may be missing here: the pod was gone before all of them were read";

impl Ending {
    /// Whether all that was written by then was read. `before` says whether it was before that stream began, which brought
    /// nothing; `seen` whether the last line of the log was seen when it was asked for afterwards.
    fn is_all(&self, before: bool, seen: Seen) -> bool {
        match self {
            Self::Enough => true,
            // A kubelet that dies looks just the same.
            Self::Clean => seen == Seen::Yes || (before && seen == Seen::Gone),
            // A kubelet ends the stream of a pod that is deleted: one that goes on has gone dead.
            Self::Left | Self::Cut | Self::OtherLife => false,
            // Who is not there any more writes nothing.
            Self::Refused(error) => before && error.is_not_found(),
        }
    }
}

impl Work {
    /// Remembers what the end of a stream says. Only of a pod that is about to go it matters.
    pub(super) async fn judge(&mut self, ending: &Ending, previous: bool) {
        let leaving = self.reader.presence.borrow().pod().is_none_or(|pod| pod.deleting);
        let seen =
            if leaving && matches!(ending, Ending::Clean) { self.has_seen_the_last(previous).await } else { Seen::No };
        let newest = self.intake.continuity().newest().unwrap_or_default();
        let before = self.caught_up == Some(newest);
        self.caught_up = ending.is_all(before, seen).then_some(newest);
    }

    /// Whether the pod is gone.
    pub(super) fn is_over(&self) -> bool {
        self.reader.presence.borrow().pod().is_none()
    }

    /// There is nothing more to be read. If the pod is gone, and not all of its log was read before, that is said.
    pub(super) async fn note_lost(&mut self) {
        let begun = self.progress.life.is_some() || self.had_begun();
        if self.is_over() && begun && !self.progress.whole && self.caught_up.is_none() {
            self.intake.remark(UNREAD);
            self.send().await;
        }
    }

    /// Whether the container had begun when it was to be read: then there was something to read.
    fn had_begun(&self) -> bool {
        let container = self.reader.pod.container(&self.reader.container);
        container.is_some_and(|container| !matches!(container.state, State::Waiting(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_ends_as_if_there_were_no_more_is_believed_only_if_that_is_confirmed() {
        for (ending, before, seen, all) in [
            (Ending::Clean, true, Seen::No, false),
            (Ending::Clean, false, Seen::Yes, true),
            // The pod is gone: nobody can be asked any more.
            (Ending::Clean, true, Seen::Gone, true),
            (Ending::Clean, false, Seen::Gone, false),
            (Ending::Left, true, Seen::No, false),
            (Ending::Enough, false, Seen::No, true),
            (Ending::Cut, true, Seen::No, false),
            (Ending::OtherLife, true, Seen::No, false),
        ] {
            assert_eq!(ending.is_all(before, seen), all, "{ending:?} {before} {seen:?}");
        }
    }
}
