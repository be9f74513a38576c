//! Why a workload does not become ready: node by node, from its pods and from events.

use std::collections::BTreeMap;

use recast::cluster::{Cluster, Scope};
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::ownership::{is_ready, node_of, pods_of};
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::placement::Placement;

/// A line for each node whose pod is not ready. Events are read once; without them the pods alone have to do.
pub async fn diagnose(cluster: &Cluster, snapshot: &Snapshot, id: &ObjectId) -> Vec<String> {
    let Some(object) = snapshot.get(id) else { return Vec::new() };
    let warnings = Scope::all(Kind::Event, id.namespace()).with_fields("type=Warning");
    let events = latest(cluster.list(&warnings).await.unwrap_or_default());
    let pods: Vec<&Object> = pods_of(snapshot, object.uid()).collect();
    let mut lines: Vec<String> = pods
        .iter()
        .filter(|pod| !is_ready(pod))
        .map(|pod| {
            let reason = reason(pod);
            // The scheduler says the same in both places.
            let event = events.get(pod.uid()).filter(|event| !reason.contains(&event.message));
            let event = event.map(|event| format!("; {}: {}", event.reason, event.message)).unwrap_or_default();
            format!("{}: pod {} {reason}{event}", wanted_node(pod), pod.name())
        })
        .collect();
    lines.extend(without_pod(snapshot, object, &pods));
    lines.sort();
    lines.extend(events.get(object.uid()).map(|event| format!("{id}: {}: {}", event.reason, event.message)));
    lines
}

/// What an event says.
struct Said {
    reason: String,
    message: String,
}

/// The newest event of each object, by uid.
fn latest(mut events: Vec<Object>) -> BTreeMap<String, Said> {
    let stamp = |event: &Object| {
        let text = |pointer: &str| event.at(pointer).and_then(Value::as_str).map(str::to_owned);
        text("/series/lastObservedTime").or_else(|| text("/lastTimestamp")).or_else(|| text("/eventTime"))
    };
    events.sort_by_key(stamp);
    let line = |event: Object| {
        let text = |pointer: &str| event.at(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        (text("/involvedObject/uid"), Said { reason: text("/reason"), message: text("/message") })
    };
    events.into_iter().map(line).collect()
}

/// The node of a pod; for one that is not scheduled yet, the node that its affinity binds it to.
fn wanted_node(pod: &Object) -> String {
    let bound = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution\
                 /nodeSelectorTerms/0/matchFields/0/values/0";
    match node_of(pod) {
        "" => pod.at(bound).and_then(Value::as_str).unwrap_or("no node").to_owned(),
        node => node.to_owned(),
    }
}

/// What the pod itself says.
fn reason(pod: &Object) -> String {
    let list = |pointer: &str| pod.at(pointer).and_then(Value::as_array).into_iter().flatten();
    let statuses = list("/status/initContainerStatuses").chain(list("/status/containerStatuses"));
    let waiting = statuses.filter_map(|status| status.pointer("/state/waiting")).find_map(|waiting| {
        let message = waiting["message"].as_str().map(|text| format!(" ({text})")).unwrap_or_default();
        Some(format!("waits: {}{message}", waiting["reason"].as_str()?))
    });
    let unscheduled = list("/status/conditions")
        .filter(|condition| condition["type"] == "PodScheduled" && condition["status"] == "False")
        .find_map(|condition| Some(format!("is not scheduled: {}", condition["message"].as_str()?)));
    let phase = || format!("is {}, not ready", pod.at("/status/phase").and_then(Value::as_str).unwrap_or("unknown"));
    unscheduled.or(waiting).unwrap_or_else(phase)
}

fn without_pod(snapshot: &Snapshot, object: &Object, pods: &[&Object]) -> Vec<String> {
    if object.at("/kind").is_some_and(|kind| kind != Kind::DaemonSet.name()) {
        return Vec::new();
    }
    let template = object.at("/spec/template").unwrap_or(&Value::Null);
    let Some(placement) = Placement::of(template, snapshot) else { return Vec::new() };
    let held: Vec<String> = pods.iter().map(|pod| wanted_node(pod)).collect();
    placement.on.into_iter().filter(|node| !held.contains(node)).map(|node| format!("{node}: no pod yet")).collect()
}
