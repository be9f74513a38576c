//! Whether all of a log was read when its pod is gone: nobody can read the rest of it any more.

use super::Work;
use super::attempt::Ending;

/// What is known when a stream has ended.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Whether all was read before it began.
    before: bool,
    /// Whether it has brought something new.
    brought: bool,
    /// Whether the pod is gone, or on its way out.
    leaving: bool,
}

impl Ending {
    /// Whether all that was written by then was read. A stream that ends as if there were no more says so only if it has
    /// brought nothing new, or if its container is about to end. A kubelet ends the stream of a pod that is deleted: one
    /// that goes on has gone dead.
    fn is_all(&self, known: Known) -> bool {
        match self {
            Self::Enough => true,
            Self::Clean => !known.brought || known.leaving,
            Self::Left | Self::Cut | Self::OtherLife => false,
            // Who is not there any more writes nothing.
            Self::Refused(error) => error.is_not_found() && known.before,
        }
    }
}

impl Work {
    /// Remembers what the end of a stream says.
    pub(super) fn judge(&mut self, ending: &Ending) {
        let leaving = self.reader.pod.borrow().as_ref().is_none_or(|pod| pod.deleting);
        let known = Known { before: self.caught_up, brought: self.intake.first().is_some(), leaving };
        self.caught_up = ending.is_all(known);
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
    fn a_stream_that_ends_as_if_there_were_no_more_is_believed_only_in_its_circumstances() {
        for (ending, before, brought, leaving, all) in [
            (Ending::Clean, false, false, false, true),
            (Ending::Clean, true, true, false, false),
            (Ending::Clean, false, true, true, true),
            (Ending::Left, true, false, true, false),
            (Ending::Enough, false, true, false, true),
            (Ending::Cut, true, false, true, false),
            (Ending::OtherLife, true, false, false, false),
        ] {
            let known = Known { before, brought, leaving };
            assert_eq!(ending.is_all(known), all, "{ending:?} {known:?}");
        }
    }
}
