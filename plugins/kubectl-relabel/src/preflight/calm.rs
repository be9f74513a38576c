//! The wait before a change: until nothing is on its way that would be mistaken for the change's own doing.

use std::collections::BTreeSet;

use recast::commands::Commands;
use recast::engine::{Gate, Goal, Step};
use recast::failure::Failure;
use recast::object::{Object, ObjectId};
use recast::ownership::pods_of;
use recast::snapshot::Snapshot;

use super::rollout;
use crate::change::Change;

/// A wait for rollouts, and for pods that are on their way out.
#[derive(Clone, Debug)]
pub struct Calm {
    workloads: Vec<ObjectId>,
    recreated: Vec<ObjectId>,
    /// Pods that should be gone by now: whatever holds them may do so for ever.
    stuck: BTreeSet<String>,
    commands: Commands,
}

impl Calm {
    /// The wait before this change. `now` is the time in RFC 3339.
    #[must_use]
    pub fn before(change: &Change<'_>, now: &str) -> Self {
        let pods = change.snapshot.of(recast::kind::Kind::Pod);
        // Both in UTC and without fractions, so that they compare as texts do.
        let is_late = |pod: &&Object| {
            pod.at("/metadata/deletionTimestamp").and_then(serde_json::Value::as_str).is_some_and(|time| time < now)
        };
        Self {
            workloads: change.targets.iter().filter(|target| target.is_workload()).map(|t| t.id.clone()).collect(),
            recreated: change.recreated().map(|target| target.id.clone()).collect(),
            stuck: pods.filter(is_late).map(|pod| pod.uid().to_owned()).collect(),
            commands: change.commands.clone(),
        }
    }

    fn leaving(&self, id: &ObjectId, snapshot: &Snapshot) -> Option<Gate> {
        let owner = snapshot.get(id)?;
        let leaving = pods_of(snapshot, owner.uid()).filter(|pod| pod.is_deleting() && !self.stuck.contains(pod.uid()));
        let names: Vec<String> = leaving.map(|pod| format!("pod/{}", pod.name())).collect();
        let first = names.first()?;
        Some(Gate {
            waits_for: format!("pods of {id} that are on their way out"),
            sees: names.join(", "),
            command: self.commands.kubectl(&["wait", "--for=delete", first]),
        })
    }
}

impl Goal for Calm {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let rollouts = self.workloads.iter().find_map(|id| rollout::gate(id, snapshot.get(id)?, &self.commands));
        let gate = rollouts.or_else(|| self.recreated.iter().find_map(|id| self.leaving(id, snapshot)));
        Ok(gate.map_or(Step::Done, Step::Wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, pod, with};
    use serde_json::json;

    fn waits(objects: &[Thing], line: &str) -> Option<String> {
        let scene = Scene::new(objects, line);
        let change = scene.change();
        match Calm::before(&change, "2026-01-01T00:00:00Z").next(change.snapshot).unwrap() {
            Step::Wait(gate) => Some(format!("{}: {}", gate.waits_for, gate.sees)),
            _ => None,
        }
    }

    #[test]
    fn a_rollout_is_waited_for() {
        let set = daemon_set("rng", "app=rng");
        let rolling = with(&set, "/status/updatedNumberScheduled", json!(1));
        let text = "the rollout of daemonset.apps/rng to end: 1 of 2 pods have its present template";
        assert_eq!(waits(&[rolling], "ds/rng on=yes").as_deref(), Some(text));
        assert_eq!(waits(&[set], "ds/rng on=yes"), None);
    }

    #[test]
    fn pods_on_their_way_out_are_waited_for_as_long_as_they_may_take() {
        let objects = |time: &str| {
            let leaving = with(&pod("rng-1", "app=rng", Some("ds/rng")), "/metadata/deletionTimestamp", json!(time));
            [daemon_set("rng", "app=rng"), leaving]
        };
        let text = "pods of daemonset.apps/rng that are on their way out: pod/rng-1";
        assert_eq!(waits(&objects("2026-01-01T00:00:30Z"), "ds/rng on=yes").as_deref(), Some(text));
        assert_eq!(waits(&objects("2026-01-01T00:00:30Z"), "ds/rng on=yes --keep-selector"), None);
        assert_eq!(waits(&objects("2025-12-31T23:59:59Z"), "ds/rng on=yes"), None, "it is stuck");
    }
}
