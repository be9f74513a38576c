//! Drafting a handoff: who owns the pods before and after, which of them stay, and what becomes of their labels.

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::ownership::pods_of;
use recast::patch::Edits;
use recast::selector::labels;
use recast::snapshot::Snapshot;
use recast::swap::{Dependent, GENERATION, Handoff, Heirs, Part, REVISION, Side, Wanted, fresh_id};
use recast::workload::Workload;
use serde_json::{Value, json};

use crate::cast::{POD_TEMPLATE_HASH, TEMPLATE_GENERATION, effective_strategy};
use crate::goal::CastGoal;
use crate::remember::ADOPTED;
use crate::undo::UndoGoal;

/// The annotation by which a Deployment numbers each `ReplicaSet`.
const REVISION_OF_SET: &str = "deployment.kubernetes.io/revision";

/// From a source to its DaemonSet, which runs on these nodes.
pub fn adoption(goal: &CastGoal, source: &Object, nodes: &[String], snapshot: &Snapshot) -> Handoff {
    let after = daemon_set(goal);
    let mut wanted = changed(&source.value()["spec"]["template"], &after["spec"]["template"]);
    wanted.insert(GENERATION.to_owned(), Some("1".to_owned()));
    wanted.insert(REVISION.to_owned(), None);
    // What its ReplicaSets have added for themselves.
    wanted.entry(POD_TEMPLATE_HASH.to_owned()).or_insert(None);
    let pods: Vec<&Object> = pods_of(snapshot, source.uid()).filter(|pod| !pod.is_deleting()).collect();
    Handoff {
        before: Side { top: there(&goal.source, source), inner: sets(source, snapshot) },
        after: Side { top: to_come(&goal.target, after), inner: Vec::new() },
        heirs: Heirs::one_a_node(&pods, nodes, wanted),
        allow_fewer: goal.replace.is_some_and(|replace| replace.allow_fewer),
        dependents: Vec::new(),
        history: Vec::new(),
        back: ["ds-cast", "--undo", &goal.target.short()].map(str::to_owned).into(),
    }
}

/// From a DaemonSet back to its source.
pub fn return_to_source(goal: &UndoGoal, daemon_set: &Object, snapshot: &Snapshot) -> Handoff {
    let mut source = goal.restored.object.clone();
    source["metadata"]["namespace"] = json!(goal.source.namespace());
    let inner: Vec<Part> = (goal.source.kind == Kind::Deployment).then(|| set_of(goal, &source)).into_iter().collect();
    let template = &inner.first().map_or(&source, |set| &set.object)["spec"]["template"];
    let mut wanted = changed(&daemon_set.value()["spec"]["template"], template);
    for key in [GENERATION, REVISION] {
        wanted.insert(key.to_owned(), None);
    }
    let replicas = source["spec"]["replicas"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(1);
    let pods: Vec<&Object> = pods_of(snapshot, daemon_set.uid()).filter(|pod| !pod.is_deleting()).collect();
    Handoff {
        before: Side { top: there(&goal.daemon_set, daemon_set), inner: Vec::new() },
        after: Side { top: to_come(&goal.source, source), inner },
        heirs: Heirs::first(&pods, replicas, wanted),
        // Going back to fewer pods is what undo means.
        allow_fewer: true,
        dependents: Vec::new(),
        history: Vec::new(),
        back: ["ds-cast", &goal.source.short(), "--adopt"].map(str::to_owned).into(),
    }
}

/// What else belongs to the owner, and what it has left to tell its history.
pub fn complete(handoff: &mut Handoff, dependents: &[Dependent], with_history: bool, snapshot: &Snapshot) {
    let owner = handoff.before.top.uid.clone();
    let of_owner = dependents.iter().filter(|dependent| dependent.reference["uid"] == owner.as_str());
    handoff.dependents = of_owner.cloned().collect();
    let history = snapshot.of(Kind::ControllerRevision).filter(|revision| revision.is_controlled_by(&owner));
    let entry = |revision: &Object| (ObjectId::of(Kind::ControllerRevision, revision), revision.uid().to_owned());
    handoff.history = history.filter(|_| with_history).map(entry).collect();
}

/// The DaemonSet as it is to be at the end.
fn daemon_set(goal: &CastGoal) -> Value {
    let mut edits = Edits::of(goal.cast.daemon_set.clone());
    edits.set(&["metadata", "namespace"], json!(goal.target.namespace()));
    // A new one counts its templates from here; its first pods are marked as made from the first.
    edits.set(&["metadata", "annotations", TEMPLATE_GENERATION], json!("1"));
    edits.set(&["metadata", "annotations", ADOPTED], json!("true"));
    let strategy = effective_strategy(edits.at(&["spec", "updateStrategy"]));
    edits.set(&["spec", "updateStrategy"], strategy);
    edits.finish().1
}

fn there(id: &ObjectId, object: &Object) -> Part {
    Part { id: id.clone(), uid: object.uid().to_owned(), object: object.value().clone() }
}

fn to_come(id: &ObjectId, object: Value) -> Part {
    Part { id: id.clone(), uid: String::new(), object }
}

/// Each `ReplicaSet` of a Deployment.
fn sets(source: &Object, snapshot: &Snapshot) -> Vec<Part> {
    let sets = snapshot.of(Kind::ReplicaSet).filter(|set| set.is_controlled_by(source.uid()));
    sets.map(|set| there(&ObjectId::of(Kind::ReplicaSet, set), set)).collect()
}

/// The ReplicaSet that a Deployment will take for the one of its present template. Neither name nor hash need fit the
/// template (`pkg/controller/deployment/util/deployment_util.go:FindNewReplicaSet`).
fn set_of(goal: &UndoGoal, deployment: &Value) -> Part {
    let hash = fresh_id();
    let id = goal.source.beside(Kind::ReplicaSet, &format!("{}-{hash}", goal.source.name));
    let spec = &deployment["spec"];
    let mut set = json!({
        "apiVersion": "apps/v1",
        "kind": Kind::ReplicaSet.name(),
        "metadata": {
            "name": id.name, "namespace": id.namespace(), "annotations": {REVISION_OF_SET: "1"},
            "labels": spec["template"]["metadata"]["labels"],
        },
        "spec": {"replicas": spec["replicas"], "selector": spec["selector"], "template": spec["template"]},
    });
    set["metadata"]["labels"][POD_TEMPLATE_HASH] = json!(hash);
    set["spec"]["selector"]["matchLabels"][POD_TEMPLATE_HASH] = json!(hash);
    set["spec"]["template"]["metadata"]["labels"][POD_TEMPLATE_HASH] = json!(hash);
    if !spec["minReadySeconds"].is_null() {
        set["spec"]["minReadySeconds"] = spec["minReadySeconds"].clone();
    }
    to_come(&id, set)
}

/// The labels in which the pods of two templates differ.
fn changed(from: &Value, to: &Value) -> Wanted {
    let (from, to) = (labels(from.pointer("/metadata/labels")), labels(to.pointer("/metadata/labels")));
    let gone = from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key.clone(), None));
    let set = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
    gone.chain(set.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

/// Whether pods of the workload were made from another template than its present one.
pub fn is_rolling(kind: Kind, object: &Object) -> bool {
    let number = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
    let stale = match kind {
        Kind::Deployment => number("updatedReplicas") < number("replicas"),
        Kind::DaemonSet => number("updatedNumberScheduled") < number("currentNumberScheduled"),
        _ => false,
    };
    stale || !Workload::new(kind, object).is_observed()
}

#[cfg(test)]
mod tests;
