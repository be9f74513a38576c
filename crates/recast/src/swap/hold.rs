//! The hold: what keeps an owner where it is while it is deleted without what it owns.

use serde_json::json;

use super::names::HOLD;
use super::owner::guarded;
use super::unit::Dependent;
use crate::action::{Action, Propagation, Request};
use crate::commands::Commands;
use crate::engine::{Gate, Step};
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::patch::Edits;
use crate::snapshot::Snapshot;

/// Whether our hold is on it.
pub fn has_hold(object: &Object) -> bool {
    object.metadata().finalizers.iter().flatten().any(|finalizer| finalizer == HOLD)
}

/// Puts it on.
pub fn hold(id: &ObjectId, object: &Object) -> Step {
    let mut edits = guarded(object);
    edits.push(&["metadata", "finalizers"], json!(HOLD));
    let why = "while it is held, its place is not empty and its controller stands still";
    Step::act(Request::Patch { id: id.clone(), patch: edits.finish().0 }, why)
}

/// Deletes the owner. What it owns stays.
pub fn orphan(id: &ObjectId, object: &Object, why: &str) -> Step {
    Step::act(Request::delete(id.clone(), object, Propagation::Orphan), why)
}

/// Takes the hold off.
pub fn lift(id: &ObjectId, object: &Object, why: &str) -> Step {
    let mut edits = guarded(object);
    // Not before the garbage collector has freed what it owns, whoever types this.
    edits.test(&["metadata", "finalizers"]);
    let finalizers = object.metadata().finalizers.as_deref().unwrap_or_default();
    let others: Vec<&String> = finalizers.iter().filter(|finalizer| *finalizer != HOLD).collect();
    if others.is_empty() {
        edits.remove(&["metadata", "finalizers"]);
    } else {
        edits.set(&["metadata", "finalizers"], json!(others));
    }
    Step::act(Request::Patch { id: id.clone(), patch: edits.finish().0 }, why)
}

/// What must come before the owner may be let go: a wait until the garbage collector has freed what it owned, or patches
/// that free what the collector does not know.
pub fn orphaning(
    id: &ObjectId,
    object: &Object,
    dependents: &[Dependent],
    snapshot: &Snapshot,
    commands: &Commands,
) -> Option<Step> {
    if let Some(gate) = await_orphans(id, object, commands) {
        return Some(Step::Wait(gate));
    }
    straggler(object, dependents, snapshot).map(|action| Step::Act(vec![action]))
}

/// The collector takes its own finalizer off when it is done.
fn await_orphans(id: &ObjectId, object: &Object, commands: &Commands) -> Option<Gate> {
    let finalizers = object.metadata().finalizers.as_deref().unwrap_or_default();
    let others: Vec<&str> = finalizers.iter().map(String::as_str).filter(|finalizer| *finalizer != HOLD).collect();
    (!others.is_empty()).then(|| Gate {
        waits_for: format!("what {id} owns to be free"),
        sees: format!("its finalizers: {}", others.join(", ")),
        command: commands.kubectl(&["get", &id.to_string(), "-o", "jsonpath={.metadata.finalizers}"]),
    })
}

/// What still names the owner: the garbage collector had not heard of it yet, and would take it along with the owner. They are
/// freed one by one. There are few, if any; but what is watched may tell later of the dependents that they are free than of
/// the owner that all are: of a thousand pods that look like stragglers, the next look finds most free.
fn straggler(object: &Object, dependents: &[Dependent], snapshot: &Snapshot) -> Option<Action> {
    let kinds = [Kind::Pod, Kind::ReplicaSet, Kind::ControllerRevision];
    let dependents = dependents.iter().map(|dependent| dependent.id.kind);
    let mut kinds: Vec<Kind> = kinds.into_iter().chain(dependents).collect();
    kinds.sort();
    kinds.dedup();
    let mut all = kinds.iter().flat_map(|&kind| snapshot.of(kind).map(move |dependent| (kind, dependent)));
    all.find_map(|(kind, dependent)| free(ObjectId::of(kind, dependent), dependent, object.uid()))
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
