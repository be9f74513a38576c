//! While the owner is held: everything is made ready for the next one.

use super::Swap;
use super::names::HOLD;
use super::unit::{Mode, Unit};
use crate::action::{Action, Request};
use crate::engine::{Gate, Step};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::patch::Edits;
use crate::snapshot::Snapshot;

impl Swap {
    /// What is next while the owner is held.
    pub(super) fn while_held(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Result<Step, Failure> {
        if let Some(gate) = self.await_orphans(unit, object) {
            return Ok(Step::Wait(gate));
        }
        let stragglers = Self::stragglers(unit, object, snapshot);
        if !stragglers.is_empty() {
            return Ok(Step::Act(stragglers));
        }
        Ok(self.prepare_next(unit, snapshot)?.unwrap_or_else(|| Self::lift(unit, object)))
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

    /// Waits until the garbage collector has freed what the owner owned: it takes its own finalizer off then.
    fn await_orphans(&self, unit: &Unit, object: &Object) -> Option<Gate> {
        let finalizers = object.metadata().finalizers.as_deref().unwrap_or_default();
        let others: Vec<&str> = finalizers.iter().map(String::as_str).filter(|finalizer| *finalizer != HOLD).collect();
        (!others.is_empty()).then(|| Gate {
            waits_for: format!("what {} owns to be free", unit.id()),
            sees: format!("its finalizers: {}", others.join(", ")),
            command: self.commands.kubectl(&["get", &unit.id().to_string(), "-o", "jsonpath={.metadata.finalizers}"]),
        })
    }

    /// What still names the owner: the garbage collector had not heard of it yet, and would take it along with the owner.
    fn stragglers(unit: &Unit, object: &Object, snapshot: &Snapshot) -> Vec<Action> {
        let kinds = [Kind::Pod, Kind::ReplicaSet, Kind::ControllerRevision];
        let dependents = unit.dependents.iter().map(|dependent| dependent.id.kind);
        let mut kinds: Vec<Kind> = kinds.into_iter().chain(dependents).collect();
        kinds.sort();
        kinds.dedup();
        let all = kinds.iter().flat_map(|&kind| snapshot.of(kind).map(move |dependent| (kind, dependent)));
        all.filter_map(|(kind, dependent)| free(ObjectId::of(kind, dependent), dependent, object.uid())).collect()
    }
}

/// The patch that takes the reference to an owner off its dependent.
fn free(id: ObjectId, dependent: &Object, owner: &str) -> Option<Action> {
    let references = dependent.metadata().owner_references.as_deref()?;
    let position = references.iter().position(|reference| reference.uid == owner)?.to_string();
    let mut edits = Edits::of(dependent.value().clone());
    edits.test(&["metadata", "uid"]);
    edits.test(&["metadata", "ownerReferences", &position, "uid"]);
    edits.remove(&["metadata", "ownerReferences", &position]);
    let request = Request::Patch { id, patch: edits.finish().0 };
    Some(Action { request, why: "the garbage collector has not freed it".to_owned() })
}
