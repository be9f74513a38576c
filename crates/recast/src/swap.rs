//! Giving running pods another owner, or their owner another selector, while they run and serve on.
//!
//! Selectors are immutable, so an owner whose selector is to change is deleted without its pods and created anew. Between
//! the two its controller must neither miss a pod nor start one. [`Swap`] is that as a goal: what to do next follows from
//! the journal and from what the cluster says now, and from nothing else, so that a run that was killed is finished by
//! the next one, and put back by the same rules with old and new exchanged.

mod birth;
mod created;
mod current;
mod dependents;
mod draft;
mod fence;
mod gates;
mod handoff;
mod held;
mod hold;
mod in_place;
mod journal;
mod late;
mod locked;
mod locks;
mod managers;
mod moves;
mod named;
mod names;
mod owner;
mod pods;
mod policies;
mod policy;
#[cfg(test)]
mod scene;
mod services;
mod standing;
mod theirs;
mod unit;

use crate::action::{Action, Propagation, Request};
use crate::commands::Commands;
use crate::engine::{Goal, Step};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::snapshot::Snapshot;

pub use birth::{fresh_id, now};
pub use draft::{Draft, needs_token};
pub use handoff::{Handoff, Heir, Heirs, Side};
pub use journal::{Held, Journal, JournalError, is_lock, lock};
pub use locked::locked;
pub use locks::unfinished;
pub use moves::{Bridge, Move};
pub use names::{HOLD, JOURNAL, MARK, MARKER, TOKEN, bridge};
pub use pods::{GENERATION, GENERATION_OF_OWNER, REVISION, Wanted, patch_labels, record};
pub use policy::Policy;
pub use unit::{Dependent, Direction, Mode, Part, PodRecord, Revision, Unit};

/// A change, and which way it goes.
#[derive(Clone, Debug)]
pub struct Swap {
    /// What it knows.
    pub journal: Journal,
    /// Which way it goes.
    pub direction: Direction,
    /// What tells this run from an earlier one, in labels.
    pub run: String,
    /// Whether the slices of Services are looked at after their selectors have changed.
    pub wait: bool,
    /// The name under which the fields are managed that it writes.
    pub field_manager: String,
    /// How commands for the user are written.
    pub commands: Commands,
}

/// One thing after the other: the first stage that has something to do says what.
type Stage = fn(&Swap, &Snapshot) -> Result<Option<Step>, Failure>;

/// Before the owners are touched.
const PREPARATION: [Stage; 3] = [Swap::prepare_policies, Swap::raise_shadows, Swap::bridge_services];

/// When the owners are as they are to be.
const CLEANUP: [Stage; 7] = [
    Swap::settle_services,
    Swap::settle_policies,
    |swap, snapshot| Ok(swap.strip_seen(snapshot)),
    Swap::link_dependents,
    |swap, snapshot| Ok(swap.unmark_services(snapshot)),
    |swap, snapshot| Ok(swap.await_stripped(snapshot).map(Step::Wait)),
    |swap, snapshot| Ok(swap.remove_fence(snapshot)),
];

impl Goal for Swap {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        if let Some(step) = self.lock(snapshot)? {
            return Ok(step);
        }
        if let Some(handoff) = &self.journal.handoff {
            let step = self.hand_off(handoff, snapshot)?.or_else(|| self.unlock(snapshot));
            return Ok(step.unwrap_or(Step::Done));
        }
        if !self.pods_finished(snapshot)? {
            return self.swap(snapshot);
        }
        let step = self.first_of(&CLEANUP, snapshot)?.or_else(|| self.unlock(snapshot));
        Ok(step.unwrap_or(Step::Done))
    }

    fn guards(&self) -> Vec<ObjectId> {
        // What stands there tells whether a change without locks was done or put back.
        self.journal.locks().into_iter().chain(self.journal.units.iter().map(|unit| unit.id().clone())).collect()
    }

    fn exposed(&self, snapshot: &Snapshot) -> Option<String> {
        if let Some(handoff) = &self.journal.handoff {
            return self.handoff_danger(handoff, snapshot);
        }
        self.journal.units.iter().flat_map(Unit::all).find_map(|unit| self.danger(unit, snapshot))
    }
}

impl Swap {
    fn first_of(&self, stages: &[Stage], snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        for stage in stages {
            if let Some(step) = stage(self, snapshot)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    /// Whether all owners are what they are to be, and all pods that are named have been through it.
    fn pods_finished(&self, snapshot: &Snapshot) -> Result<bool, Failure> {
        Ok(self.units_finished(snapshot)? && self.label_named(snapshot).is_empty())
    }

    /// The owners get their new selectors, or templates, and the pods their labels.
    fn swap(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let named = self.label_named(snapshot);
        if named.is_empty() && self.is_untouched(snapshot)? {
            return self.step_all(snapshot)?.map_or_else(|| self.astray(), Ok);
        }
        if let Some(step) = self.first_of(&PREPARATION, snapshot)? {
            return Ok(step);
        }
        if !named.is_empty() {
            return Ok(Step::Act(named));
        }
        self.step_all(snapshot)?.map_or_else(|| self.astray(), Ok)
    }

    fn step_all(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        for unit in &self.journal.units {
            if let Some(step) = self.step(unit, snapshot)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    fn astray(&self) -> Result<Step, Failure> {
        Err(Failure::new("the change does not come to an end").hint(self.way_back()))
    }

    /// How to get out of a change that cannot go on.
    fn way_back(&self) -> String {
        let words = self.journal.back();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        format!("{} puts back what was", self.commands.kubectl(&words))
    }
}

/// Deletes what the change has made for itself, as it was seen. It is gone when that is answered: a lock that the garbage
/// collector has yet to remove would tell the next run that a change is under way.
fn delete(id: ObjectId, object: &Object, why: &str) -> Action {
    Action { request: Request::delete(id, object, Propagation::Background), why: why.to_owned() }
}

impl Journal {
    /// An object beside the targets.
    fn targets_place(&self, kind: Kind, name: &str) -> ObjectId {
        let namespace = self.targets.first().map(ObjectId::namespace).unwrap_or_default();
        ObjectId::new(kind, namespace, name)
    }
}

#[cfg(test)]
mod tests;
