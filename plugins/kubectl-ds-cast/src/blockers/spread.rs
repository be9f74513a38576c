//! Topology spread that does not schedule beyond its skew
//! (`pkg/scheduler/framework/plugins/podtopologyspread/filtering.go:Filter`).

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{PodSpec, TopologySpreadConstraint};
use kube::core::Selector;
use recast::kind::Kind;
use recast::ownership::{lives, node_of};
use recast::selector::{Labels, matches};

use super::Field;

/// The spread constraints that hold pods back and count the pods themselves.
#[must_use]
pub fn strict(pod: &PodSpec, own: &Labels) -> Vec<(TopologySpreadConstraint, Selector)> {
    let strict = pod.topology_spread_constraints.iter().flatten().filter(|c| c.when_unsatisfiable == "DoNotSchedule");
    let counting = strict.filter_map(|constraint| {
        let selector: Selector = constraint.label_selector.clone()?.try_into().ok()?;
        matches(&selector, own).then(|| (constraint.clone(), selector))
    });
    counting.collect()
}

/// The reasons why some nodes would get no pod.
pub(super) fn blocks(pod: &PodSpec, own: &Labels, field: &Field<'_>) -> Vec<String> {
    let reason = |(constraint, selector): (TopologySpreadConstraint, Selector)| {
        let left = unplaced(&constraint, &selector, field);
        let key = &constraint.topology_key;
        (!left.is_empty())
            .then(|| format!("topology spread over {key} (DoNotSchedule) keeps it off {}", left.join(", ")))
    };
    strict(pod, own).into_iter().filter_map(reason).collect()
}

fn unplaced(constraint: &TopologySpreadConstraint, selector: &Selector, field: &Field<'_>) -> Vec<String> {
    let mut counts = count(constraint, selector, field);
    let mut left: Vec<String> = field.wanted.clone();
    loop {
        let before = left.len();
        left.retain(|node| !place(node, constraint, &mut counts, field));
        if left.is_empty() || left.len() == before {
            return left;
        }
    }
}

/// Pods by node that the constraint counts already.
fn count<'a>(constraint: &TopologySpreadConstraint, selector: &Selector, field: &Field<'a>) -> BTreeMap<&'a str, i32> {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    for node in field.nodes.keys().filter(|node| field.domain(node, &constraint.topology_key).is_some()) {
        counts.insert(node, 0);
    }
    let pods = field.snapshot.of(Kind::Pod).filter(|pod| lives(pod));
    for pod in pods.filter(|pod| matches(selector, pod.labels())) {
        if let Some(count) = counts.get_mut(node_of(pod)) {
            *count += 1;
        }
    }
    counts
}

/// Puts a pod on the node if the constraint lets it.
fn place(
    node: &str,
    constraint: &TopologySpreadConstraint,
    counts: &mut BTreeMap<&str, i32>,
    field: &Field<'_>,
) -> bool {
    let key = &constraint.topology_key;
    let Some(domain) = field.domain(node, key) else { return false };
    // A daemon's pod is bound to its node by affinity: where the constraint honours affinity, as it does unless told
    // otherwise, that node is all it sees.
    let honours = constraint.node_affinity_policy.as_deref() != Some("Ignore");
    let seen: Vec<&str> = counts.keys().copied().filter(|other| !honours || *other == node).collect();
    let total = |domain: &str| -> i32 {
        seen.iter().filter(|other| field.domain(other, key) == Some(domain)).map(|other| counts[other]).sum()
    };
    let domains: BTreeSet<&str> = seen.iter().filter_map(|other| field.domain(other, key)).collect();
    let enough = i32::try_from(domains.len()).unwrap_or(i32::MAX) >= constraint.min_domains.unwrap_or(1);
    let least = if enough { domains.iter().map(|domain| total(domain)).min().unwrap_or(0) } else { 0 };
    let fits = total(domain) + 1 - least <= constraint.max_skew;
    if fits && let Some(count) = counts.get_mut(node) {
        *count += 1;
    }
    fits
}
