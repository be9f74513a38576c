//! Whether all of a log was read when its pod is gone: nobody can read the rest of it any more.

use super::Work;
use super::attempt::Ending;

impl Ending {
    /// Whether all that was written by then was read. `before` says whether it was before that stream began, `confirmed`
    /// whether the last line of the log was seen when it was asked for afterwards.
    fn is_all(&self, before: bool, confirmed: bool) -> bool {
        match self {
            Self::Enough => true,
            // A kubelet that dies looks just the same.
            Self::Clean => confirmed,
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
        let leaving = self.reader.pod.borrow().as_ref().is_none_or(|pod| pod.deleting);
        let confirmed = leaving && matches!(ending, Ending::Clean) && self.has_seen_the_last(previous).await;
        self.caught_up = ending.is_all(self.caught_up, confirmed);
    }

    /// Whether the pod is gone.
    pub(super) fn is_over(&self) -> bool {
        self.reader.pod.borrow().is_none()
    }

    /// There is nothing more to be read. If the pod is gone, and not all of its log was read before, that is said.
    pub(super) async fn note_lost(&mut self) {
        if self.is_over() && self.progress.life.is_some() && !self.progress.whole && !self.caught_up {
            self.intake.remark("lines may be missing here: the pod was gone before all of them were read");
            self.send().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_ends_as_if_there_were_no_more_is_believed_only_if_that_is_confirmed() {
        for (ending, before, confirmed, all) in [
            (Ending::Clean, true, false, false),
            (Ending::Clean, false, true, true),
            (Ending::Left, true, false, false),
            (Ending::Enough, false, false, true),
            (Ending::Cut, true, false, false),
            (Ending::OtherLife, true, false, false),
        ] {
            assert_eq!(ending.is_all(before, confirmed), all, "{ending:?} {before} {confirmed}");
        }
    }
}
