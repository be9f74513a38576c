//! Pods that pass from an owner of one kind to an owner of another kind, while they run and serve on.
//!
//! The old owners are dissolved as in a swap: held, then deleted without what they own. But the new one has another kind,
//! or another name, so that its place is free: it is created while the old ones are still held, and there is no moment at
//! which none of them is there. Pods that the new owner has no place for belong to the journal meanwhile, so that no
//! controller takes them; they serve until others stand in for them.

mod capacity;
mod dissolve;
mod heir;
mod pods;
mod succession;
mod successor;

use serde::{Deserialize, Serialize};

use super::Swap;
use super::dependents::link;
use super::hold::{has_hold, lift};
use super::unit::{Dependent, Direction, Part};
use crate::action::Action;
use crate::engine::Step;
use crate::failure::Failure;
use crate::object::ObjectId;
use crate::snapshot::Snapshot;

pub use heir::{Heir, Heirs};
use successor::Successor;

/// The owners of pods: one, and what stands between it and them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// The owner that people know.
    pub top: Part,
    /// The `ReplicaSet`s of a Deployment.
    pub inner: Vec<Part>,
}

impl Side {
    /// All of them, the one that people know first.
    pub fn owners(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.top).chain(&self.inner)
    }
}

/// Pods that pass to another owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handoff {
    /// Whose they were.
    pub before: Side,
    /// Whose they become.
    pub after: Side,
    /// The pods.
    pub heirs: Heirs,
    /// Whether fewer pods than were ready are enough at the end.
    pub allow_fewer: bool,
    /// What else belongs to the owner of before.
    pub dependents: Vec<Dependent>,
    /// Revisions of the owner of before, which nobody needs any more, with their uids; none if they may not be deleted.
    pub history: Vec<(ObjectId, String)>,
    /// The words that put back what was, behind `kubectl`.
    pub back: Vec<String>,
}

/// A handoff, and which way it goes.
#[derive(Clone, Copy, Debug)]
struct Way<'h> {
    handoff: &'h Handoff,
    direction: Direction,
    from: &'h Side,
    to: &'h Side,
}

impl Handoff {
    const fn way(&self, direction: Direction) -> Way<'_> {
        let (from, to) = match direction {
            Direction::Forward => (&self.before, &self.after),
            Direction::Back => (&self.after, &self.before),
        };
        Way { handoff: self, direction, from, to }
    }
}

impl Swap {
    /// What is next about a handoff, but for the locks; nothing if it is done.
    pub(super) fn hand_off(&self, handoff: &Handoff, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        let way = handoff.way(self.direction);
        match self.successor(way, snapshot)? {
            Successor::Old(object) if has_hold(object) => Ok(Some(lift(&way.to.top.id, object, "it stays as it is"))),
            Successor::None => self.bring_about(way, snapshot).map(Some),
            Successor::Ours(object) => Ok(Some(self.settle_in(way, object, snapshot))),
            Successor::Old(_) | Successor::Finished => Ok(self.tidy(way, snapshot)),
        }
    }

    /// When all pods are whose they are to be.
    fn tidy(&self, way: Way<'_>, snapshot: &Snapshot) -> Option<Step> {
        let linked = || {
            let owner = snapshot.get(&way.to.top.id)?;
            some(link(&way.handoff.dependents, &way.to.top.id, owner, snapshot))
        };
        some(Self::untoken(way, snapshot))
            .or_else(linked)
            .or_else(|| some(self.forget_history(way, snapshot)))
            .or_else(|| self.await_stripped(snapshot).map(Step::Wait))
            .or_else(|| self.remove_fence(snapshot))
    }

    fn forget_history(&self, way: Way<'_>, snapshot: &Snapshot) -> Vec<Action> {
        let goes = way.handoff.history.iter().filter(|_| self.direction == Direction::Forward);
        let deletion = |(id, uid): &(ObjectId, String)| {
            let revision = snapshot.get(id).filter(|revision| revision.uid() == uid && !revision.is_deleting())?;
            Some(super::delete(id.clone(), revision, "the owner whose history it tells is gone"))
        };
        goes.filter_map(deletion).collect()
    }

    /// What would be in danger if it were left as it is now.
    pub(super) fn handoff_danger(&self, handoff: &Handoff, snapshot: &Snapshot) -> Option<String> {
        let way = handoff.way(self.direction);
        let is_held =
            |part: &&Part| snapshot.get(&part.id).is_some_and(|object| object.is_deleting() && has_hold(object));
        let held = way.from.owners().find(is_held)?;
        matches!(self.successor(way, snapshot), Ok(Successor::None)).then(|| {
            format!("{} is held: its pods run on, but none is replaced until {} is there", held.id, way.to.top.id)
        })
    }
}

/// The writes, if there are any.
fn some(actions: Vec<Action>) -> Option<Step> {
    (!actions.is_empty()).then_some(Step::Act(actions))
}

#[cfg(test)]
mod tests;
