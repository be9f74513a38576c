//! A cluster in which all goes well: the new owner starts the pods that it lacks.

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::ownership::{lives, node_of, pods_of};
use recast::snapshot::Snapshot;
use recast::workload::Workload;
use serde_json::{Value, json};

use super::passing::Passing;
use crate::placement::Placement;

/// Does to the snapshot what the controllers would do next.
pub fn settle(snapshot: &mut Snapshot, passing: &Passing) {
    let side = passing.sides().1;
    let top = snapshot.get(&side.top.id).filter(|object| !object.is_deleting());
    let starters = if top.is_some_and(|_| side.top.id.kind == Kind::DaemonSet) {
        vec![side.top.id.clone()]
    } else if side.top.id.kind == Kind::Deployment {
        side.inner.iter().map(|part| part.id.clone()).collect()
    } else {
        vec![side.top.id.clone()]
    };
    // It takes what there is before it starts others.
    recast::model::settle(snapshot);
    for id in starters {
        start(snapshot, &id);
    }
    recast::model::settle(snapshot);
}

/// The pods that it lacks.
fn start(snapshot: &mut Snapshot, id: &ObjectId) {
    let Some(owner) = snapshot.get(id).filter(|object| !object.is_deleting()).cloned() else { return };
    let has: Vec<&Object> = pods_of(snapshot, owner.uid()).filter(|pod| lives(pod)).collect();
    let template = owner.at("/spec/template").cloned().unwrap_or_default();
    let places: Vec<String> = if id.kind == Kind::DaemonSet {
        let nodes = Placement::of(&template, snapshot).map(|placement| placement.on).unwrap_or_default();
        nodes.into_iter().filter(|node| has.iter().all(|pod| node_of(pod) != node)).collect()
    } else {
        let wanted = usize::try_from(Workload::new(id.kind, &owner).desired()).unwrap_or(0);
        vec![String::new(); wanted.saturating_sub(has.len())]
    };
    for (number, node) in places.iter().enumerate() {
        if let Ok(pod) = Object::new(pod(&owner, id, &template, node, number)) {
            snapshot.observe(Kind::Pod, pod);
        }
    }
}

fn pod(owner: &Object, id: &ObjectId, template: &Value, node: &str, number: usize) -> Value {
    // No name that a real pod has.
    let name = format!("planned-{}-{}-{number}", id.kind.singular(), id.name);
    json!({
        "metadata": {
            "name": name, "namespace": id.namespace(), "uid": name, "labels": template.pointer("/metadata/labels"),
            "ownerReferences": [{
                "apiVersion": "apps/v1", "kind": id.kind.name(), "name": id.name, "uid": owner.uid(), "controller": true,
            }],
        },
        "spec": {"nodeName": node},
        "status": {"podIP": "planned", "conditions": [{"type": "Ready", "status": "True"}]},
    })
}
