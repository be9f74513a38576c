//! What will hurt, said at the cast: things around the source that do not go well with a DaemonSet.

mod owners;
mod resources;

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::ownership::lives;
use recast::selector::{label_selector, labels, matches};
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::blockers::{exclusive_claims, ports, spread, terms_against_itself};
use crate::placement::{Placement, pod_spec};

/// What is warned about.
pub struct Subject<'a> {
    /// The source.
    pub source: &'a ObjectId,
    /// The source as it was read.
    pub object: &'a Object,
    /// The DaemonSet as it is sent.
    pub daemon_set: &'a Value,
    /// On which nodes it runs, if that is known.
    pub placement: Option<&'a Placement>,
    /// Whether the source goes.
    pub replaced: bool,
}

/// The warnings that are due, a line each.
#[must_use]
pub fn warnings(subject: &Subject<'_>, snapshot: &Snapshot) -> Vec<String> {
    let template = &subject.daemon_set["spec"]["template"];
    let mut lines = owners::warnings(subject);
    lines.extend(scalers(subject, snapshot));
    lines.extend(budgets(template, snapshot));
    if let Some(pod) = pod_spec(template) {
        let nodes = subject.placement.map_or(usize::MAX, |placement| placement.on.len());
        if nodes > 1 {
            lines.extend(exclusive_claims(&pod, snapshot).into_iter().map(|(claim, mode)| {
                format!("persistentvolumeclaim/{claim} is {mode}: only the pods of one node can mount it")
            }));
        }
        let own = labels(template.pointer("/metadata/labels"));
        lines.extend(crowding(subject, &pod, &own));
        lines.extend(resources::warnings(subject, &pod, snapshot));
    }
    lines
}

fn scalers(subject: &Subject<'_>, snapshot: &Snapshot) -> Vec<String> {
    let source = subject.source;
    let scales = |hpa: &&Object| {
        let target = hpa.at("/spec/scaleTargetRef").unwrap_or(&Value::Null);
        target["kind"] == source.kind.name() && target["name"] == source.name.as_str()
    };
    let line =
        |hpa: &Object| format!("horizontalpodautoscaler/{} scales {source}: it cannot scale a daemon set", hpa.name());
    snapshot.of(Kind::HorizontalPodAutoscaler).filter(scales).map(line).collect()
}

/// The disruption controller counts what percentages and `maxUnavailable` mean from a scale, which a DaemonSet has not
/// (`pkg/controller/disruption/disruption.go:getExpectedPodCount`).
fn budgets(template: &Value, snapshot: &Snapshot) -> Vec<String> {
    let own = labels(template.pointer("/metadata/labels"));
    let unusable = |budget: &&Object| {
        let selects = budget.at("/spec/selector").and_then(|value| label_selector(value).ok());
        let spec = budget.at("/spec").unwrap_or(&Value::Null);
        let counts = !spec["maxUnavailable"].is_null() || spec["minAvailable"].is_string();
        counts && selects.is_some_and(|selector| matches(&selector, &own))
    };
    let line = |budget: &Object| {
        format!(
            "poddisruptionbudget/{} allows no disruption of a daemon set's pods: only an integer minAvailable works",
            budget.name()
        )
    };
    snapshot.of(Kind::PodDisruptionBudget).filter(unusable).map(line).collect()
}

/// Pods without owner that the DaemonSet would take: said before it is created.
#[must_use]
pub fn orphans(target: &ObjectId, daemon_set: &Value, snapshot: &Snapshot) -> Option<String> {
    let selector = label_selector(&daemon_set["spec"]["selector"]).ok()?;
    let orphaned = |pod: &&Object| pod.controller().is_none() && lives(pod) && matches(&selector, pod.labels());
    let names: Vec<&str> = snapshot.of(Kind::Pod).filter(orphaned).map(Object::name).collect();
    (!names.is_empty()).then(|| format!("{target} will adopt pods that have no owner: {}", names.join(", ")))
}

/// Pods that do not go well beside each other.
fn crowding(
    subject: &Subject<'_>,
    pod: &k8s_openapi::api::core::v1::PodSpec,
    own: &recast::selector::Labels,
) -> Vec<String> {
    let mut lines = Vec::new();
    let ports: Vec<String> = ports(pod).iter().map(ToString::to_string).collect();
    if !ports.is_empty() {
        lines.push(format!(
            "host port {}: on a node where a pod of {} holds it, the daemon set's pod stays pending",
            ports.join(", "),
            subject.source
        ));
    }
    for term in terms_against_itself(pod, own) {
        lines.push(format!("required anti-affinity over {}: one pod in each, whoever owns it", term.topology_key));
    }
    for (constraint, _) in spread::strict(pod, own) {
        lines.push(format!("topology spread over {} (DoNotSchedule) can keep pods pending", constraint.topology_key));
    }
    lines
}

#[cfg(test)]
mod tests;
