//! When the new owner is there: it must take every pod before it may change any.

use serde_json::{Value, json};

use super::Swap;
use super::managers::handed_on;
use super::names::MARK;
use super::owner::guarded;
use super::unit::Unit;
use crate::action::Request;
use crate::engine::Step;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::patch::Edits;
use crate::snapshot::Snapshot;

impl Swap {
    /// What is next about an owner that was created, and is not finished.
    pub(super) fn created(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Step {
        let waits = self.gate(unit, object, snapshot);
        waits.unwrap_or_else(|| {
            self.finish(unit, object, snapshot, "it has taken every pod, and may roll out what comes")
        })
    }

    /// The last patches of a unit.
    pub(super) fn finish(&self, unit: &Unit, object: &Object, snapshot: &Snapshot, why: &str) -> Step {
        self.release(unit.id(), object, &self.target(unit, snapshot), &unit.before.object, why)
    }

    /// The last patches of a new owner: its strategy, then who manages its fields, as they were before. Apart, since whoever changes a
    /// field in the patch that hands the fields on keeps that field.
    pub(super) fn release(&self, id: &ObjectId, object: &Object, to: &Value, managed: &Value, why: &str) -> Step {
        let mut edits = guarded(object);
        restore_strategy(id.kind, &mut edits, to);
        if edits.value() != object.value() {
            return Step::act(Request::Patch { id: id.clone(), patch: edits.finish().0 }, why);
        }
        edits.remove(&["metadata", "labels", MARK]);
        let had_labels = to["metadata"]["labels"].as_object().is_some_and(|labels| !labels.is_empty());
        if !had_labels && edits.at(&["metadata", "labels"]).is_some_and(|labels| *labels == json!({})) {
            edits.remove(&["metadata", "labels"]);
        }
        if let Some(managers) = handed_on(managed, object.value(), &self.field_manager) {
            edits.set(&["metadata", "managedFields"], managers);
        }
        let why = "it is finished, and its fields are whose they were";
        Step::act(Request::Patch { id: id.clone(), patch: edits.finish().0 }, why)
    }
}

/// Unless somebody has given it another one meanwhile.
fn restore_strategy(kind: Kind, edits: &mut Edits, to: &Value) {
    let rests = edits.at(&["spec", "updateStrategy", "type"]).is_some_and(|strategy| strategy == "OnDelete");
    match kind {
        Kind::Deployment if to["spec"]["paused"] != true => drop(edits.remove(&["spec", "paused"])),
        Kind::DaemonSet | Kind::StatefulSet if rests && to["spec"]["updateStrategy"].is_object() => {
            edits.set(&["spec", "updateStrategy"], to["spec"]["updateStrategy"].clone());
        }
        _ => {}
    }
}
