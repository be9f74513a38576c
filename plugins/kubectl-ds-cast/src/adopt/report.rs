//! What is said about a handoff when it is done, or would be done.

use recast::difference::count;
use recast::kind::Kind;
use recast::ownership::{lives, pods_of};
use recast::snapshot::Snapshot;
use recast::swap::Direction;

use super::Adopting;
use super::passing::{Origin, Passing};
use crate::report::{cast_report, undo_report};

impl Adopting<'_> {
    /// What became of the pods, and of the fields.
    pub(super) fn report(&self, passing: &Passing, snapshot: &Snapshot) {
        if self.screen.is_quiet() {
            return;
        }
        self.screen.labelled("pods", &fate(passing, snapshot));
        match &passing.origin {
            Origin::Cast(goal) => {
                let revisions = passing.handoff.before.inner.len();
                cast_report(goal, snapshot, self.screen);
                if revisions > 1 {
                    let line = format!("the rollout history of {}, {revisions} revisions, ends here", goal.source);
                    self.screen.labelled("note", &line);
                }
            }
            Origin::Undo(goal) => undo_report(goal, self.screen),
            Origin::Earlier(_) => {}
        }
        self.note_made_anew(passing, snapshot);
    }

    /// Somebody may have made the old owner anew when it had gone.
    fn note_made_anew(&self, passing: &Passing, snapshot: &Snapshot) {
        let top = &passing.sides().0.top;
        if snapshot.get(&top.id).is_some_and(|object| object.uid() != top.uid && !top.uid.is_empty()) {
            self.screen.labelled("warn", &format!("{} was made anew by somebody else, and runs beside it", top.id));
        }
    }
}

/// `3 kept, none restarted; 1 started on a node without one; 2 too many deleted at the end`
fn fate(passing: &Passing, snapshot: &Snapshot) -> String {
    let back = passing.swap.direction == Direction::Back;
    let heirs = &passing.handoff.heirs.pods;
    let kept: Vec<&str> = heirs.iter().filter(|(_, heir)| heir.kept || back).map(|(uid, _)| uid.as_str()).collect();
    let owner = snapshot.get(passing.creates()).map(recast::object::Object::uid).unwrap_or_default();
    let (here, started): (Vec<_>, Vec<_>) =
        pods_of(snapshot, owner).filter(|pod| lives(pod)).partition(|pod| kept.contains(&pod.uid()));
    let is_daemon_set = passing.creates().kind == Kind::DaemonSet;
    // Before it is done, what is known is what was drafted.
    let mut parts = vec![format!("{} kept, none restarted", if owner.is_empty() { kept.len() } else { here.len() })];
    if !started.is_empty() {
        let place = if is_daemon_set { " where there was none" } else { "" };
        parts.push(format!("{} started{place}", started.len()));
    }
    let dismissed = heirs.len().saturating_sub(kept.len());
    if dismissed > 0 {
        parts.push(format!("{} too many, deleted at the end", count(dismissed, "pod", "pods")));
    }
    parts.join("; ")
}
