//! Changing a template's labels, and the pods with it, so that nothing is rolled out: the selector stays.

use serde_json::{Value, json};

use super::Swap;
use super::names::MARK;
use super::owner::guarded;
use super::unit::{Mode, Unit};
use crate::action::Request;
use crate::engine::Step;
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::Object;
use crate::patch::{Edits, pointer};
use crate::selector::labels;
use crate::snapshot::Snapshot;
use crate::workload::Workload;

/// The labels of the pods to come.
pub(super) const TEMPLATE: [&str; 4] = ["spec", "template", "metadata", "labels"];

impl Swap {
    /// The first patch: it stops the owner from rolling out, and changes the template where the pods follow it.
    pub(super) fn begin_in_place(&self, unit: &Unit, object: &Object) -> Step {
        let mut edits = guarded(object);
        edits.set(&["metadata", "labels", MARK], json!(self.mark()));
        match unit.id().kind {
            Kind::Deployment => edits.set(&["spec", "paused"], json!(true)),
            Kind::DaemonSet | Kind::StatefulSet => edits.set(&["spec", "updateStrategy"], json!({"type": "OnDelete"})),
            _ => {}
        }
        if unit.id().kind != Kind::Deployment {
            self.edit_labels(unit, &mut edits, &TEMPLATE);
        }
        let request = Request::Patch { id: unit.id().clone(), patch: edits.finish().0 };
        Step::act(request, "it rolls out nothing until its pods have the labels too")
    }

    /// What is next about an owner whose template changes in place.
    pub(super) fn in_place(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Result<Step, Failure> {
        if !Workload::new(unit.id().kind, object).is_observed() {
            return Ok(self.wait(unit, "to be seen by its controller", "not yet".to_owned()));
        }
        for child in unit.children.iter().filter(|child| snapshot.get(child.id()).is_some()) {
            if let Some(step) = self.step(child, snapshot)? {
                return Ok(step);
            }
            let patches = self.label_pods(child, snapshot);
            if !patches.is_empty() {
                return Ok(Step::Act(patches));
            }
        }
        let patches = self.label_pods(unit, snapshot);
        if !patches.is_empty() {
            return Ok(Step::Act(patches));
        }
        if unit.id().kind == Kind::Deployment {
            let mut edits = guarded(object);
            self.edit_labels(unit, &mut edits, &TEMPLATE);
            let (patch, value) = edits.finish();
            if value != *object.value() {
                let why = "its replica sets have the labels, so that it makes no new one";
                return Ok(Step::act(Request::Patch { id: unit.id().clone(), patch }, why));
            }
        }
        let waits = self.up_to_date(unit, object, snapshot);
        Ok(waits.unwrap_or_else(|| {
            self.finish(unit, object, snapshot, "its pods are up to date with the changed template")
        }))
    }

    /// A ReplicaSet's own labels and those of its template; its selector stays as it is.
    pub(super) fn relabel_replica_set(&self, unit: &Unit, object: &Object) -> Step {
        debug_assert_eq!(unit.mode, Mode::Labels, "a standalone one is an owner of its own");
        let mut edits = guarded(object);
        self.edit_labels(unit, &mut edits, &["metadata", "labels"]);
        self.edit_labels(unit, &mut edits, &TEMPLATE);
        let request = Request::Patch { id: unit.id().clone(), patch: edits.finish().0 };
        Step::act(request, "its deployment is to know it again, by its template")
    }

    /// Gives the labels that the change touches the values that they are to have.
    pub(super) fn edit_labels(&self, unit: &Unit, edits: &mut Edits, path: &[&str]) {
        let wanted = labels(unit.to(self.direction).object.pointer(pointer(path).as_str()));
        for edit in &self.journal.edits {
            let path: Vec<&str> = path.iter().copied().chain([edit.key.as_str()]).collect();
            match wanted.get(&edit.key) {
                Some(value) => edits.set(&path, Value::from(value.as_str())),
                None => drop(edits.remove(&path)),
            }
        }
    }
}
