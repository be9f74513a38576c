//! A cluster in which all goes well, for plans: workloads become available, Services take their pods in, what is deleted
//! is gone.

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::labels;
use recast::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::membership::services_of;
use crate::placement::Placement;

/// Does to the snapshot what the controllers would do to a workload that was created.
pub fn settle(snapshot: &mut Snapshot, id: &ObjectId) {
    let Some(object) = snapshot.get(id).cloned() else { return };
    let template = object.at("/spec/template").cloned().unwrap_or_default();
    let nodes = Placement::of(&template, snapshot).map(|placement| placement.on);
    let count = match id.kind {
        Kind::DaemonSet => nodes.as_ref().map_or(1, Vec::len),
        _ => object.number("/spec/replicas").and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
    };
    let pods: Vec<Value> = (0..count).map(|number| pod(&object, id, &template, number)).collect();
    admit(snapshot, id, &template, &pods);
    for pod in pods {
        observe(snapshot, Kind::Pod, pod);
    }
    let mut value = object.into_value();
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
fn admit(snapshot: &mut Snapshot, id: &ObjectId, template: &Value, pods: &[Value]) {
    let labels = labels(template.pointer("/metadata/labels"));
    let services: Vec<String> = services_of(snapshot, &labels).map(|service| service.name().to_owned()).collect();
    for service in services {
        let endpoints: Vec<Value> = pods
            .iter()
            .map(|pod| json!({"conditions": {"ready": true}, "targetRef": {"uid": pod["metadata"]["uid"]}}))
            .collect();
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
