//! A small model of the controllers, in which all goes well: what plans are made on.

use serde_json::{Value, json};

use crate::engine::PLANNED_REVISION;
use crate::kind::Kind;
use crate::membership::{BY_SELECTOR, MANAGED_BY, SERVICE_NAME, selects, slices_by_selector};
use crate::object::{Object, ObjectId};
use crate::ownership::{is_finished, is_ready, lives, pods_of};
use crate::selector::{label_selector, matches};
use crate::snapshot::Snapshot;

/// The kinds that own pods, inner ones first.
const OWNERS: [Kind; 4] = [Kind::DaemonSet, Kind::ReplicaSet, Kind::StatefulSet, Kind::Deployment];

/// Does to the snapshot what the controllers would do next: the garbage collector frees what is to be free, owners take
/// what has none, and the slices of Services show the pods that they select.
pub fn settle(snapshot: &mut Snapshot) {
    let all: Vec<(ObjectId, Object)> = OWNERS
        .into_iter()
        .flat_map(|kind| snapshot.of(kind).map(move |object| (ObjectId::of(kind, object), object.clone())))
        .collect();
    for (id, object) in &all {
        if object.is_deleting() {
            free(snapshot, id, object);
        } else {
            adopt(snapshot, id, object);
        }
    }
    let services: Vec<Object> = snapshot.of(Kind::Service).cloned().collect();
    for service in &services {
        publish(snapshot, service);
    }
    // Whoever watches is told of it all.
    for kind in OWNERS.into_iter().chain([Kind::Pod]) {
        snapshot.tell(kind, u64::MAX);
    }
}

/// What the owner owned has no owner any more, and the garbage collector takes its finalizer off.
fn free(snapshot: &mut Snapshot, id: &ObjectId, owner: &Object) {
    for kind in [Kind::Pod, Kind::ReplicaSet, Kind::ControllerRevision] {
        let dependents: Vec<Object> =
            snapshot.of(kind).filter(|object| belongs(object, owner.uid())).cloned().collect();
        for object in dependents {
            let mut value = object.into_value();
            if let Some(references) = value["metadata"]["ownerReferences"].as_array_mut() {
                references.retain(|reference| reference["uid"] != owner.uid());
            }
            observe(snapshot, kind, value);
        }
    }
    let mut value = owner.value().clone();
    if let Some(finalizers) = value["metadata"]["finalizers"].as_array_mut() {
        finalizers.retain(|finalizer| finalizer != "orphan");
    }
    observe(snapshot, id.kind, value);
}

/// The owner takes what has none and matches its selector, and counts it.
fn adopt(snapshot: &mut Snapshot, id: &ObjectId, owner: &Object) {
    let Some(selector) = owner.at("/spec/selector").and_then(|selector| label_selector(selector).ok()) else { return };
    let kind = if id.kind == Kind::Deployment { Kind::ReplicaSet } else { Kind::Pod };
    let free = |object: &&Object| {
        object.controller().is_none() && !object.is_deleting() && matches(&selector, object.labels())
    };
    let orphans: Vec<Object> = snapshot.of(kind).filter(free).cloned().collect();
    for orphan in orphans {
        let mut value = orphan.into_value();
        let reference = json!({
            "apiVersion": "apps/v1", "kind": id.kind.name(), "name": id.name, "uid": owner.uid(),
            "controller": true, "blockOwnerDeletion": true,
        });
        value["metadata"]["ownerReferences"] = json!([reference]);
        observe(snapshot, kind, value);
    }
    let count = match kind {
        Kind::ReplicaSet => {
            let sets = snapshot.of(kind).filter(|set| belongs(set, owner.uid()));
            sets.filter_map(|set| set.number("/status/replicas")).sum()
        }
        _ => i64::try_from(snapshot.of(kind).filter(|pod| belongs(pod, owner.uid()) && !is_finished(pod)).count())
            .unwrap_or(0),
    };
    let mut value = owner.value().clone();
    for field in [
        "desiredNumberScheduled",
        "updatedNumberScheduled",
        "numberAvailable",
        "replicas",
        "updatedReplicas",
        "availableReplicas",
    ] {
        value["status"][field] = json!(count);
    }
    let ready = pods_of(snapshot, owner.uid()).filter(|pod| is_ready(pod)).count();
    for field in ["numberReady", "readyReplicas"] {
        value["status"][field] = json!(ready);
    }
    value["status"]["observedGeneration"] = value["metadata"]["generation"].clone();
    value["status"]["updateRevision"] = json!(format!("{PLANNED_REVISION}{}", id.name));
    observe(snapshot, id.kind, value);
}

/// One slice with every pod that the Service selects, and the labels of the Service.
fn publish(snapshot: &mut Snapshot, service: &Object) {
    let chosen = |pod: &&Object| {
        let has_address = pod.at("/status/podIP").is_some();
        has_address && lives(pod) && selects(service, pod.labels())
    };
    let always = service.at("/spec/publishNotReadyAddresses") == Some(&Value::Bool(true));
    let pods = snapshot.of(Kind::Pod).filter(chosen);
    let endpoints: Vec<Value> = pods
        .map(|pod| json!({"conditions": {"ready": always || is_ready(pod)}, "targetRef": {"uid": pod.uid()}}))
        .collect();
    let name = format!("{}-planned", service.name());
    let known: Vec<(ObjectId, String)> = slices_by_selector(snapshot, service.name())
        .filter(|slice| slice.name() != name)
        .map(|slice| (ObjectId::of(Kind::EndpointSlice, slice), slice.uid().to_owned()))
        .collect();
    for (id, uid) in known {
        snapshot.forget(&id, &uid);
    }
    let mut marks = service.at("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    marks[SERVICE_NAME] = json!(service.name());
    marks[MANAGED_BY] = json!(BY_SELECTOR);
    let namespace = service.metadata().namespace.as_deref().unwrap_or_default();
    let metadata = json!({
        "name": name, "namespace": namespace, "labels": marks, "uid": "planned",
        "resourceVersion": u64::MAX.to_string(),
    });
    observe(snapshot, Kind::EndpointSlice, json!({"metadata": metadata, "endpoints": endpoints}));
}

fn belongs(object: &Object, owner: &str) -> bool {
    object.metadata().owner_references.iter().flatten().any(|reference| reference.uid == owner)
}

fn observe(snapshot: &mut Snapshot, kind: Kind, value: Value) {
    // What the model makes up always has the shape of an object; anything else is no part of the plan.
    if let Ok(object) = Object::new(value) {
        snapshot.observe(kind, object);
    }
}
