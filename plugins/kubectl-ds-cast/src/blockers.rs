//! What keeps a pod of the DaemonSet off a node for as long as a pod of the source is there.

pub mod spread;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{PodAffinityTerm, PodSpec};
use recast::kind::Kind;
use recast::object::Object;
use recast::ownership::{is_finished, node_of, pods_of};
use recast::selector::{Labels, labels, matches};
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::goal::CastGoal;
use crate::placement::{Placement, pod_spec};

/// The reasons why the DaemonSet would never be ready beside the source's pods; none if it will.
#[must_use]
pub fn blockers(goal: &CastGoal, snapshot: &Snapshot) -> Vec<String> {
    let template = &goal.cast.daemon_set["spec"]["template"];
    let Some(pod) = pod_spec(template) else { return Vec::new() };
    let held: BTreeSet<&str> = pods_of(snapshot, &goal.source_uid)
        .filter(|pod| !is_finished(pod))
        .map(node_of)
        .filter(|node| !node.is_empty())
        .collect();
    // Where the nodes may not be looked at, those are known at least that have a pod of the source.
    let wanted = Placement::of(template, snapshot)
        .map_or_else(|| held.iter().map(|node| (*node).to_owned()).collect(), |placement| placement.on);
    let own_labels = labels(template.pointer("/metadata/labels"));
    let field = Field {
        wanted: wanted.into_iter().filter(|node| !is_served(goal, snapshot, node)).collect(),
        held,
        nodes: snapshot.of(Kind::Node).map(|node| (node.name(), node)).collect(),
        snapshot,
    };
    let mut reasons: Vec<String> = host_ports(&pod, &field).into_iter().collect();
    reasons.extend(anti_affinity(&pod, &own_labels, &field));
    reasons.extend(spread::blocks(&pod, &own_labels, &field));
    reasons.extend(claims(&pod, &field));
    reasons
}

/// Whether a pod of the DaemonSet has found its place on the node already.
fn is_served(goal: &CastGoal, snapshot: &Snapshot, node: &str) -> bool {
    let daemon_set = snapshot.get(&goal.target).map(Object::uid).unwrap_or_default();
    pods_of(snapshot, daemon_set).any(|pod| node_of(pod) == node)
}

/// What the pods of the DaemonSet find.
struct Field<'a> {
    /// Nodes that hold a pod of the source.
    held: BTreeSet<&'a str>,
    nodes: BTreeMap<&'a str, &'a Object>,
    /// Nodes that a pod of the DaemonSet still has to find a place on.
    wanted: Vec<String>,
    snapshot: &'a Snapshot,
}

impl Field<'_> {
    /// A node's value of a topology key.
    fn domain(&self, node: &str, key: &str) -> Option<&str> {
        self.nodes.get(node)?.label(key)
    }
}

/// The ports of a node that each pod wants for itself.
#[must_use]
pub fn ports(pod: &PodSpec) -> Vec<i32> {
    let host = pod.host_network == Some(true);
    let ports = pod.containers.iter().flat_map(|container| container.ports.iter().flatten());
    ports.filter_map(|port| port.host_port.or(host.then_some(port.container_port))).filter(|port| *port > 0).collect()
}

fn host_ports(pod: &PodSpec, field: &Field<'_>) -> Option<String> {
    let taken: Vec<&str> = field.wanted.iter().map(String::as_str).filter(|node| field.held.contains(node)).collect();
    let ports: Vec<String> = ports(pod).iter().map(ToString::to_string).collect();
    (!ports.is_empty() && !taken.is_empty())
        .then(|| format!("host port {} is taken by the source on {}", ports.join(", "), taken.join(", ")))
}

/// The required anti-affinity terms that the pods have against each other.
#[must_use]
pub fn terms_against_itself(pod: &PodSpec, own: &Labels) -> Vec<PodAffinityTerm> {
    let terms = pod.affinity.as_ref().and_then(|affinity| affinity.pod_anti_affinity.as_ref());
    let terms = terms.and_then(|anti| anti.required_during_scheduling_ignored_during_execution.clone());
    let itself = |term: &PodAffinityTerm| {
        let selector = term.label_selector.clone().and_then(|selector| selector.try_into().ok());
        selector.is_some_and(|selector| matches(&selector, own))
    };
    terms.into_iter().flatten().filter(itself).collect()
}

fn anti_affinity(pod: &PodSpec, own: &Labels, field: &Field<'_>) -> Vec<String> {
    let blocked = |term: PodAffinityTerm| {
        let key = term.topology_key;
        let held: BTreeSet<_> = field.held.iter().filter_map(|node| field.domain(node, &key)).collect();
        let mut seen = BTreeSet::new();
        // The first pod takes a free domain, the next one finds it taken.
        let refused = |node: &&String| {
            field.domain(node, &key).is_some_and(|domain| held.contains(domain) || !seen.insert(domain))
        };
        let nodes: Vec<&str> = field.wanted.iter().filter(refused).map(String::as_str).collect();
        (!nodes.is_empty()).then(|| format!("required anti-affinity over {key} keeps it off {}", nodes.join(", ")))
    };
    terms_against_itself(pod, own).into_iter().filter_map(blocked).collect()
}

/// The claims of the template that only one node, or one pod, may mount: name and access mode.
#[must_use]
pub fn exclusive_claims(pod: &PodSpec, snapshot: &Snapshot) -> Vec<(String, String)> {
    let volumes = pod.volumes.iter().flatten();
    let names: BTreeSet<_> =
        volumes.filter_map(|volume| Some(&volume.persistent_volume_claim.as_ref()?.claim_name)).collect();
    let claims =
        snapshot.of(Kind::PersistentVolumeClaim).filter(|claim| names.iter().any(|name| *name == claim.name()));
    let exclusive = claims.filter_map(|claim| {
        let modes = claim.at("/spec/accessModes")?.as_array()?;
        let only = |mode: &Value| mode == "ReadWriteOnce" || mode == "ReadWriteOncePod";
        let first = modes.first()?.as_str()?;
        modes.iter().all(only).then(|| (claim.name().to_owned(), first.to_owned()))
    });
    exclusive.collect()
}

fn claims(pod: &PodSpec, field: &Field<'_>) -> Vec<String> {
    let alone = |mode: &str| {
        let mut nodes = field.wanted.iter();
        mode == "ReadWriteOnce"
            && nodes.all(|node| field.held.iter().all(|held| *held == node))
            && field.wanted.len() <= 1
    };
    let claims = exclusive_claims(pod, field.snapshot).into_iter().filter(|(_, mode)| !alone(mode));
    claims
        .map(|(name, mode)| format!("persistentvolumeclaim/{name} is {mode}: one node at a time can mount it"))
        .collect()
}

#[cfg(test)]
mod tests;
