//! What `--undo` wants of the cluster: the source there and available, the DaemonSet gone.

use recast::action::{Action, Propagation, Request};
use recast::commands::Commands;
use recast::difference::differences;
use recast::engine::{Gate, Goal, Step};
use recast::failure::Failure;
use recast::json::without;
use recast::object::{Object, ObjectId};
use recast::patch::Edits;
use recast::selector::labels;
use recast::snapshot::Snapshot;
use recast::workload::Workload;
use serde_json::Value;

use super::{Restored, UndoWishes, restore};
use crate::blockers::{ports, terms_against_itself};
use crate::handover::Handover;
use crate::placement::pod_spec;

/// One way back.
#[derive(Clone, Debug)]
pub struct UndoGoal {
    /// The DaemonSet.
    pub daemon_set: ObjectId,
    /// The uid that it had when it was read.
    pub daemon_set_uid: String,
    /// The source.
    pub source: ObjectId,
    /// The source as it is to be created.
    pub restored: Restored,
    /// How the user wants it.
    pub wishes: UndoWishes,
    /// How commands for the user are written.
    pub commands: Commands,
}

impl Goal for UndoGoal {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let daemon_set = snapshot.get(&self.daemon_set);
        if let Some(daemon_set) = daemon_set {
            self.check_unchanged(daemon_set)?;
        }
        let Some(source) = snapshot.get(&self.source) else { return self.create(daemon_set, snapshot) };
        if source.is_deleting() {
            return Err(Failure::new(format!("{} is being deleted", self.source)).hint("wait until it is gone"));
        }
        if !snapshot.has_written(&self.source) {
            self.compare(source)?;
        }
        let Some(daemon_set) = daemon_set else { return Ok(Step::Done) };
        if let Some(action) = self.scale(source, snapshot) {
            return Ok(Step::Act(vec![action]));
        }
        let workload = Workload::new(self.source.kind, source);
        if !workload.is_available() {
            return Ok(Step::Wait(self.available(&workload, source)));
        }
        if daemon_set.is_deleting() {
            return Ok(Step::Wait(self.gone()));
        }
        // Going back to fewer pods is what undo means; only the slices must have caught up.
        let handover =
            Handover { leaving: &self.daemon_set, staying: &self.source, allow_fewer: true, commands: &self.commands };
        if let Some(gate) = handover.check(snapshot)? {
            return Ok(Step::Wait(gate));
        }
        if let Some(action) = self.pause(source) {
            return Ok(Step::Act(vec![action]));
        }
        Ok(Step::Act(vec![self.delete(daemon_set)]))
    }
}

impl UndoGoal {
    fn create(&self, daemon_set: Option<&Object>, snapshot: &Snapshot) -> Result<Step, Failure> {
        let template = &self.restored.object["spec"]["template"];
        if daemon_set.is_some() && crowds_out(template) {
            return Err(Failure::new(format!("{} would wait for ever beside {}", self.source, self.daemon_set))
                .detail("its pods want a port, or a place of their own, that the daemon set's pods hold on each node")
                .hint(format!(
                    "with an outage: {} > source.json, then delete {} and create the source from the file",
                    self.commands.kubectl(&[
                        "ds-cast",
                        "--undo",
                        &self.daemon_set.short(),
                        "--dry-run=client",
                        "-o",
                        "json"
                    ]),
                    self.daemon_set.short(),
                )));
        }
        if snapshot.has_lost(&self.source) {
            return Err(Failure::new(format!("{} was deleted by somebody else", self.source))
                .hint("look who did it, and whether its owner is still there; run it again to go on"));
        }
        let mut value = self.restored.object.clone();
        // A deployment that is paused from its birth never makes a pod
        // (pkg/controller/deployment/sync.go:getAllReplicaSetsAndSyncRevision).
        without(&mut value, &["spec", "paused"]);
        let object = Object::new(value)
            .map_err(|error| Failure::caused_by(format!("{} cannot be restored", self.source), &error))?;
        let origin =
            if self.restored.remembered { "as the cast remembers it" } else { "from the daemon set's template" };
        Ok(Step::Act(vec![Action {
            request: Request::Create { id: self.source.clone(), object: Box::new(object) },
            why: format!("it comes back, {origin}"),
        }]))
    }

    /// A source that stands there already may have been scaled down since: to no pods at all, in the end.
    fn scale(&self, source: &Object, snapshot: &Snapshot) -> Option<Action> {
        let wanted = self.restored.object["spec"]["replicas"].as_i64().unwrap_or(1);
        let has = Workload::new(self.source.kind, source).desired();
        let differs = if self.wishes.replicas.is_some() { has != wanted } else { has < wanted };
        (differs && !snapshot.has_written(&self.source)).then(|| {
            let why = format!("it has {has} replicas, and {wanted} are wanted");
            self.patch(source, &["spec", "replicas"], wanted.into(), why)
        })
    }

    /// It was paused, and its pods are there now.
    fn pause(&self, source: &Object) -> Option<Action> {
        let wanted = self.restored.object["spec"]["paused"] == true;
        let is = source.at("/spec/paused").is_some_and(|paused| *paused == true);
        (wanted && !is).then(|| self.patch(source, &["spec", "paused"], true.into(), "it was paused".to_owned()))
    }

    fn patch(&self, source: &Object, path: &[&str], value: Value, why: String) -> Action {
        let mut edits = Edits::of(source.value().clone());
        edits.test(&["metadata", "uid"]);
        edits.test(path);
        edits.set(path, value);
        Action { request: Request::Patch { id: self.source.clone(), patch: edits.finish().0 }, why }
    }

    fn delete(&self, daemon_set: &Object) -> Action {
        Action {
            request: Request::delete(self.daemon_set.clone(), daemon_set, Propagation::Foreground),
            why: format!("{} is available, so its pods are not needed any more", self.source),
        }
    }

    /// Nobody may lose a change that was made to the DaemonSet while its source was coming back.
    fn check_unchanged(&self, daemon_set: &Object) -> Result<(), Failure> {
        if daemon_set.uid() != self.daemon_set_uid {
            return Err(Failure::new(format!("{} was created anew by somebody else", self.daemon_set)));
        }
        let now = restore(&self.daemon_set, daemon_set.value(), self.wishes)?;
        // A DaemonSet that was never cast counts its nodes: that may change at any time.
        if now.object["spec"]["template"] == self.restored.object["spec"]["template"] {
            return Ok(());
        }
        Err(Failure::new(format!("{} was changed since it was read", self.daemon_set))
            .hint(format!("run it again after: {}", self.commands.kubectl(&["delete", &self.source.to_string()]))))
    }

    /// The source is there already: an interrupted run made it, or it never went.
    fn compare(&self, source: &Object) -> Result<(), Failure> {
        let mut lines = Vec::new();
        for field in ["selector", "template"] {
            let wanted = &self.restored.object["spec"][field];
            let is = source.at("/spec").map_or(&Value::Null, |spec| &spec[field]);
            lines.extend(differences(&format!("spec.{field}"), is, wanted));
        }
        if lines.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{} exists already and differs from what {} would become (is -> would be)",
            self.source, self.daemon_set
        ))
        .details(lines)
        .hint(format!("if it is the one to keep: {}", self.commands.kubectl(&["delete", &self.daemon_set.short()]))))
    }

    fn available(&self, workload: &Workload<'_>, source: &Object) -> Gate {
        Gate {
            waits_for: format!("{} to be available", self.source),
            sees: format!("{} of {} available", workload.available(), workload.desired()),
            command: self.commands.await_available(&self.source, source, workload.desired()),
        }
    }

    fn gone(&self) -> Gate {
        Gate {
            waits_for: format!("{} and its pods to be gone", self.daemon_set),
            sees: "being deleted".to_owned(),
            command: self.commands.kubectl(&["wait", "--for=delete", &self.daemon_set.to_string()]),
        }
    }
}

/// Whether two pods of the template cannot be on one node.
fn crowds_out(template: &Value) -> bool {
    let own = labels(template.pointer("/metadata/labels"));
    pod_spec(template).is_some_and(|pod| !ports(&pod).is_empty() || !terms_against_itself(&pod, &own).is_empty())
}

#[cfg(test)]
mod tests;
