//! While the owner is held: everything is made ready for the next one.

use super::Swap;
use super::hold::{lift, orphaning};
use super::unit::{Mode, Unit};
use crate::engine::{Gate, Step};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::Object;
use crate::snapshot::Snapshot;

impl Swap {
    /// What is next while the owner is held.
    pub(super) fn while_held(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Result<Step, Failure> {
        if let Some(step) = orphaning(unit.id(), object, &unit.dependents, snapshot, &self.commands) {
            return Ok(step);
        }
        if let Some(step) = self.prepare_next(unit, snapshot)? {
            return Ok(step);
        }
        // A pod that its controller made in the last moment may be known to nobody yet, the garbage collector included.
        if let Some(gate) = self.await_news(snapshot) {
            return Ok(Step::Wait(gate));
        }
        let kept = self.keep_late_edits(unit, object, snapshot)?;
        Ok(kept.unwrap_or_else(|| lift(unit.id(), object, "everything is ready for the next one")))
    }

    /// Waits until what is watched has told of everything that this run has written: then it has told, too, of all that was
    /// there before.
    fn await_news(&self, snapshot: &Snapshot) -> Option<Gate> {
        let kind = [Kind::Pod, Kind::ReplicaSet].into_iter().find(|kind| snapshot.is_behind(*kind))?;
        Some(Gate {
            waits_for: format!("news of all {}", kind.plural()),
            sees: "what is watched does not show yet what was written".to_owned(),
            command: self.commands.kubectl(&["get", &kind.plural(), "--watch"]),
        })
    }

    /// What is still to be done before the next owner may come: what it is to take must have the labels that it selects,
    /// and its controller must have seen that. Where the place is empty already, a run that was killed has left it so.
    pub(super) fn prepare_next(&self, unit: &Unit, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        for child in &unit.children {
            if child.mode == Mode::Labels && snapshot.get(child.id()).is_none() {
                continue;
            }
            if let Some(step) = self.step(child, snapshot)? {
                return Ok(Some(step));
            }
            let patches = if child.mode == Mode::Labels { self.label_pods(child, snapshot) } else { Vec::new() };
            if !patches.is_empty() {
                return Ok(Some(Step::Act(patches)));
            }
        }
        if unit.id().kind == Kind::Deployment {
            // Its pods have an owner all the while: their ReplicaSets.
            return Ok(None);
        }
        if let Some(step) = self.repost_revisions(unit, snapshot)? {
            return Ok(Some(step));
        }
        let patches = self.label_pods(unit, snapshot);
        if !patches.is_empty() {
            return Ok(Some(Step::Act(patches)));
        }
        if let Some(step) = self.raise_fence(snapshot)? {
            return Ok(Some(step));
        }
        Ok(self.await_fence(unit, snapshot).map(Step::Wait))
    }
}
