//! When a new owner has taken over: by kind, and compared with what was before, not with perfection. A pod that crashes, a
//! node that is not ready, one that joins or goes, an autoscaler that scales: none of them holds a gate shut.

use std::collections::BTreeSet;

use super::Swap;
use super::unit::Unit;
use crate::engine::{Gate, Step};
use crate::kind::Kind;
use crate::object::Object;
use crate::ownership::node_of;
use crate::selector::{label_selector, matches};
use crate::snapshot::Snapshot;
use crate::workload::Workload;

impl Swap {
    /// What must come before the owner may roll out anything: a gate, or a patch that opens it.
    pub(super) fn gate(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Option<Step> {
        if !Workload::new(unit.id().kind, object).is_observed() {
            return Some(self.wait(unit, "to be seen by its controller", "not yet".to_owned()));
        }
        let waits = match unit.id().kind {
            Kind::Deployment => self.replica_sets_taken(unit, object, snapshot),
            _ => self.pods_taken(unit, object, snapshot).or_else(|| self.none_beside(unit, object, snapshot)),
        };
        waits.or_else(|| self.up_to_date(unit, object, snapshot))
    }

    /// Every pod of before that is still there belongs to the new owner; but for one that somebody has taken out of it
    /// meanwhile, by giving it other labels.
    fn pods_taken(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Option<Step> {
        let selector = object.at("/spec/selector").and_then(|selector| label_selector(selector).ok());
        let is_meant = |pod: &&Object| {
            let selected = selector.as_ref().is_none_or(|selector| matches(selector, pod.labels()));
            unit.record(pod).is_some() && (selected || is_of(pod, object.uid()))
        };
        let pods: Vec<&Object> = Self::pods(unit, snapshot).into_iter().filter(is_meant).collect();
        let taken = pods.iter().filter(|pod| is_of(pod, object.uid())).count();
        (taken < pods.len()).then(|| self.wait(unit, "to take its pods", format!("{taken} of {}", pods.len())))
    }

    /// None has been started in a place that has one already: the controller takes it away again.
    fn none_beside(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Option<Step> {
        let pods = Self::pods(unit, snapshot);
        let (before, since): (Vec<&Object>, Vec<&Object>) =
            pods.into_iter().filter(|pod| is_of(pod, object.uid())).partition(|pod| unit.record(pod).is_some());
        let surplus = match unit.id().kind {
            Kind::DaemonSet => {
                let nodes: BTreeSet<&str> = before.iter().map(|pod| node_of(pod)).collect();
                since.iter().filter(|pod| !node_of(pod).is_empty() && nodes.contains(node_of(pod))).count()
            }
            Kind::ReplicaSet => {
                let wanted = usize::try_from(Workload::new(Kind::ReplicaSet, object).desired()).unwrap_or(0);
                (before.len() + since.len()).saturating_sub(wanted).min(since.len())
            }
            _ => 0,
        };
        (surplus > 0).then(|| self.wait(unit, "to have no pod too many", format!("{surplus} too many")))
    }

    /// Every ReplicaSet of before that is still there belongs to the new Deployment.
    fn replica_sets_taken(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Option<Step> {
        let sets: Vec<&Object> = unit.children.iter().filter_map(|child| snapshot.get(child.id())).collect();
        let taken = sets.iter().filter(|set| is_of(set, object.uid())).count();
        (taken < sets.len()).then(|| self.wait(unit, "to take its replica sets", format!("{taken} of {}", sets.len())))
    }

    /// Its controller takes for up to date what it took for that before, so that nothing is rolled out.
    pub(super) fn up_to_date(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> Option<Step> {
        if self.template_changed(unit, object) {
            return None;
        }
        if unit.id().kind == Kind::StatefulSet
            && let Some(revision) = object.at("/status/updateRevision").and_then(serde_json::Value::as_str)
        {
            let patches = self.mark_current(unit, revision, object, snapshot);
            if !patches.is_empty() {
                return Some(Step::Act(patches));
            }
        }
        let (expected, field) = match unit.id().kind {
            Kind::DaemonSet => {
                // Of pods on nodes that it would not choose any more, its controller does not say whether they are up to date.
                let astray = object.number("/status/numberMisscheduled").unwrap_or(0);
                let current = self.current_pods(unit, object, snapshot).saturating_sub(astray);
                (current.min(Workload::new(Kind::DaemonSet, object).desired()), "/status/updatedNumberScheduled")
            }
            Kind::StatefulSet => (self.current_pods(unit, object, snapshot), "/status/updatedReplicas"),
            Kind::Deployment => (Self::current_replicas(unit, object, snapshot), "/status/updatedReplicas"),
            _ => return None,
        };
        let is = object.number(field).unwrap_or(0);
        (is < expected).then(|| self.wait(unit, "to take its pods for up to date", format!("{is} of {expected}")))
    }

    /// How many of its pods were up to date before.
    fn current_pods(&self, unit: &Unit, object: &Object, snapshot: &Snapshot) -> i64 {
        let pods = Self::pods(unit, snapshot).into_iter().filter(|pod| is_of(pod, object.uid()));
        let current = pods.filter(|pod| self.is_current(unit, pod, Some(object)));
        i64::try_from(current.count()).unwrap_or(i64::MAX)
    }

    /// How many pods the ReplicaSet of the present template has, as far as that was so before.
    fn current_replicas(unit: &Unit, object: &Object, snapshot: &Snapshot) -> i64 {
        let sets = unit.children.iter().filter_map(|child| snapshot.get(child.id()));
        let current = sets.filter(|set| is_of(set, object.uid()) && is_made_from(set, object));
        let replicas: i64 = current.filter_map(|set| set.number("/status/replicas")).sum();
        replicas.min(unit.updated)
    }

    /// Somebody has changed the template while the owner was held: what is rolled out then is theirs.
    fn template_changed(&self, unit: &Unit, object: &Object) -> bool {
        object.at("/spec/template") != unit.to(self.direction).object.pointer("/spec/template")
    }

    pub(super) fn wait(&self, unit: &Unit, what: &str, sees: String) -> Step {
        let id = unit.id();
        Step::Wait(Gate {
            waits_for: format!("{id} {what}"),
            sees,
            command: self.commands.kubectl(&["get", &id.to_string(), "-o", "yaml"]),
        })
    }
}

/// Whether the owner controls it.
fn is_of(object: &Object, owner: &str) -> bool {
    object.controller().is_some_and(|controller| controller.uid == owner)
}

/// Whether the ReplicaSet has the Deployment's template, but for the hash
/// (`pkg/controller/deployment/util/deployment_util.go:EqualIgnoreHash`).
fn is_made_from(set: &Object, deployment: &Object) -> bool {
    let mut template = set.at("/spec/template").cloned().unwrap_or_default();
    crate::json::without(&mut template, &["metadata", "labels", "pod-template-hash"]);
    Some(&template) == deployment.at("/spec/template")
}

#[cfg(test)]
mod tests;
