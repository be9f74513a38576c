//! A cluster in which all goes well, for plans: workloads become available, Services take their pods in, what is deleted
//! is gone.

use recast::kind::Kind;
use recast::membership::services_of;
use recast::object::{Object, ObjectId};
use recast::ownership::{is_ready, pods_of};
use recast::selector::labels;
use recast::snapshot::Snapshot;
use recast::workload::Workload;
use serde_json::{Value, json};

use crate::placement::Placement;

/// Does to the snapshot what the controllers would do, about a workload that was created and about what is deleted.
pub fn settle(snapshot: &mut Snapshot, id: &ObjectId) {
    let going: Vec<(ObjectId, String)> = Kind::WORKLOADS
        .into_iter()
        .flat_map(|kind| snapshot.of(kind).filter(|object| object.is_deleting()).map(move |object| (kind, object)))
        .map(|(kind, object)| (id.beside(kind, object.name()), object.uid().to_owned()))
        .collect();
    for (id, uid) in going {
        snapshot.forget(&id, &uid);
    }
    let Some(object) = snapshot.get(id).cloned() else { return };
    if !Workload::new(id.kind, &object).is_available() {
        start(snapshot, id, &object);
    }
    admit(snapshot, id, &object);
}

/// Every pod that it wants is there, and ready.
fn start(snapshot: &mut Snapshot, id: &ObjectId, object: &Object) {
    let template = object.at("/spec/template").cloned().unwrap_or_default();
    let nodes = Placement::of(&template, snapshot).map(|placement| placement.on);
    let count = match id.kind {
        Kind::DaemonSet => nodes.as_ref().map_or(1, Vec::len),
        _ => object.number("/spec/replicas").and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
    };
    for number in 0..count {
        observe(snapshot, Kind::Pod, pod(object, id, &template, number));
    }
    let mut value = object.value().clone();
    value["status"] = json!({
        "observedGeneration": value["metadata"]["generation"],
        "desiredNumberScheduled": count, "updatedNumberScheduled": count, "numberAvailable": count, "numberReady": count,
        "updatedReplicas": count, "availableReplicas": count, "readyReplicas": count,
    });
    observe(snapshot, id.kind, value);
}

fn pod(owner: &Object, id: &ObjectId, template: &Value, number: usize) -> Value {
    // No name that a real pod has, such as a stateful set's.
    let name = format!("planned-{}-{}-{number}", id.kind.singular(), id.name);
    json!({
        "metadata": {
            "name": name, "namespace": id.namespace(), "uid": name,
            "labels": template.pointer("/metadata/labels"),
            "ownerReferences": [{
                "apiVersion": "apps/v1", "kind": id.kind.name(), "name": id.name, "uid": owner.uid(), "controller": true,
            }],
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    })
}

/// One more slice for each Service that selects the pods.
fn admit(snapshot: &mut Snapshot, id: &ObjectId, object: &Object) {
    let labels = labels(object.at("/spec/template/metadata/labels"));
    let services: Vec<String> = services_of(snapshot, &labels).map(|service| service.name().to_owned()).collect();
    let ready = pods_of(snapshot, object.uid()).filter(|pod| is_ready(pod));
    let endpoints: Vec<Value> =
        ready.map(|pod| json!({"conditions": {"ready": true}, "targetRef": {"uid": pod.uid()}})).collect();
    for service in services {
        let slice = json!({
            "metadata": {
                "name": format!("{service}-planned-{}", id.kind), "namespace": id.namespace(),
                "labels": {"kubernetes.io/service-name": service},
            },
            "endpoints": endpoints,
        });
        observe(snapshot, Kind::EndpointSlice, slice);
    }
}

fn observe(snapshot: &mut Snapshot, kind: Kind, value: Value) {
    // What the model makes up always has the shape of an object; anything else is no part of the plan.
    if let Ok(object) = Object::new(value) {
        snapshot.observe(kind, object);
    }
}
