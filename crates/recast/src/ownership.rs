//! Whose pods they are: by uid, through each `ReplicaSet` of a Deployment, never by name.

use crate::kind::Kind;
use crate::object::Object;
use crate::snapshot::Snapshot;

/// The pods that the workload controls, itself or through a ReplicaSet of its own.
pub fn pods_of<'a>(snapshot: &'a Snapshot, owner_uid: &'a str) -> impl Iterator<Item = &'a Object> {
    snapshot.of(Kind::Pod).filter(move |pod| belongs(snapshot, pod, owner_uid))
}

fn belongs(snapshot: &Snapshot, pod: &Object, owner_uid: &str) -> bool {
    let Some(controller) = pod.controller() else { return false };
    let of_replica_set = || {
        snapshot
            .of(Kind::ReplicaSet)
            .filter(|set| set.uid() == controller.uid)
            .any(|set| set.is_controlled_by(owner_uid))
    };
    controller.uid == owner_uid || of_replica_set()
}

/// Whether the pod is of use to a Service: ready, and not on its way out.
#[must_use]
pub fn is_ready(pod: &Object) -> bool {
    let conditions = pod.at("/status/conditions").and_then(serde_json::Value::as_array);
    let ready = conditions.into_iter().flatten().any(|c| c["type"] == "Ready" && c["status"] == "True");
    ready && !pod.is_deleting()
}

/// Whether the pod is neither on its way out nor at its end.
#[must_use]
pub fn lives(pod: &Object) -> bool {
    !pod.is_deleting() && !is_finished(pod)
}

/// Whether the pod has ended for good.
#[must_use]
pub fn is_finished(pod: &Object) -> bool {
    matches!(pod.at("/status/phase").and_then(serde_json::Value::as_str), Some("Succeeded" | "Failed"))
}

/// The node that the pod is on, empty if none.
#[must_use]
pub fn node_of(pod: &Object) -> &str {
    pod.at("/spec/nodeName").and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// Whether a controller of the kind takes what has no owner, if its selector matches: a Deployment takes `ReplicaSet`s, the others take pods; a StatefulSet only those that have a name of its own
/// (`pkg/controller/statefulset/stateful_set_utils.go:isMemberOf`).
#[must_use]
pub fn can_take(kind: Kind, taker: &Object, of: Kind, freed: &Object) -> bool {
    let has_name = || {
        let number = freed.name().strip_prefix(taker.name()).and_then(|rest| rest.strip_prefix('-'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match kind {
        Kind::Deployment => of == Kind::ReplicaSet,
        Kind::StatefulSet => of == Kind::Pod && has_name(),
        _ => of == Kind::Pod,
    }
}
