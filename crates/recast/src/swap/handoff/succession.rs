//! The next owners: created when the pods are ready for them, and asked whether they have taken them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Side, Way};
use crate::action::Request;
use crate::engine::{Gate, Step};
use crate::failure::Failure;
use crate::json::without;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::ownership::{lives, node_of, pods_of};
use crate::selector::{label_selector, matches};
use crate::snapshot::Snapshot;
use crate::swap::Swap;
use crate::swap::owner::without_server_fields;
use crate::swap::unit::Part;
use crate::workload::Workload;

impl Swap {
    /// What is next until the next owner is there.
    pub(super) fn bring_about(&self, way: Way<'_>, snapshot: &Snapshot) -> Result<Step, Failure> {
        if let Some(step) = self.raise_shadows(snapshot)? {
            return Ok(step);
        }
        if let Some(step) = self.dissolve(way, snapshot)? {
            return Ok(step);
        }
        if let Some(step) = super::some(self.pass_pods(way, snapshot)) {
            return Ok(step);
        }
        if let Some(step) = self.raise_fence(snapshot)? {
            return Ok(step);
        }
        // What has ended is in no slice.
        let pods = self.passing(way, snapshot).into_iter().filter(|pod| lives(pod)).collect();
        if let Some(gate) = self.await_seen(pods, snapshot) {
            return Ok(Step::Wait(gate));
        }
        // What is to be put back may still be in its place, held.
        if let Some(step) = Self::let_go(way.to, "its place is needed", snapshot) {
            return Ok(step);
        }
        for part in &way.to.inner {
            let Some(object) = snapshot.get(&part.id) else { return Self::create_part(part, bare(part)) };
            if let Some(gate) = self.await_taken(way, part, object, snapshot) {
                return Ok(Step::Wait(gate));
            }
        }
        let top = &way.to.top;
        Self::create_part(top, self.at_rest(top.id.kind, without_server_fields(top.object.clone())))
    }

    /// What is next until the owner that was created is all there is.
    pub(super) fn settle_in(&self, way: Way<'_>, object: &Object, snapshot: &Snapshot) -> Step {
        let top = &way.to.top;
        if let Some(gate) = self.await_taken(way, top, object, snapshot) {
            return Step::Wait(gate);
        }
        if let Some(step) = Self::let_go(way.from, "the next one has its pods", snapshot) {
            return step;
        }
        if !self.entrusted(snapshot).is_empty() {
            let gate = self.await_relief(way, object, snapshot);
            return gate.map_or_else(|| Step::Act(self.dismiss(snapshot)), Step::Wait);
        }
        self.release(&top.id, object, &top.object, &top.object, "it has its pods, and may roll out what comes")
    }

    fn create_part(part: &Part, object: Value) -> Result<Step, Failure> {
        let object =
            Object::new(object).map_err(|error| Failure::caused_by(format!("cannot create {}", part.id), &error))?;
        let request = Request::Create { id: part.id.clone(), object: Box::new(object) };
        Ok(Step::act(request, "it takes the pods that were made ready for it"))
    }

    /// Waits until the owner has seen what there is, and has taken what is meant for it and nothing too many.
    fn await_taken(&self, way: Way<'_>, part: &Part, object: &Object, snapshot: &Snapshot) -> Option<Gate> {
        let id = &part.id;
        if !Workload::new(id.kind, object).is_observed() {
            return Some(self.gate_of(id, "to be seen by its controller", "not yet".to_owned()));
        }
        if id.kind == Kind::Deployment {
            return self.await_sets(way.to, id, object, snapshot);
        }
        let selector = label_selector(object.at("/spec/selector")?).ok()?;
        let meant = |pod: &&Object| lives(pod) && way.keeps(pod).is_some() && matches(&selector, pod.labels());
        let kept: Vec<&Object> = snapshot.of(Kind::Pod).filter(meant).collect();
        let taken = kept.iter().filter(|pod| pod.is_controlled_by(object.uid())).count();
        if taken < kept.len() {
            return Some(self.gate_of(id, "to take its pods", format!("{taken} of {}", kept.len())));
        }
        let others: Vec<&Object> =
            pods_of(snapshot, object.uid()).filter(|pod| lives(pod) && way.keeps(pod).is_none()).collect();
        let surplus = if id.kind == Kind::DaemonSet {
            let nodes: BTreeSet<&str> = kept.iter().map(|pod| node_of(pod)).collect();
            others.iter().filter(|pod| nodes.contains(node_of(pod))).count()
        } else {
            let wanted = usize::try_from(Workload::new(id.kind, object).desired()).unwrap_or(0);
            (kept.len() + others.len()).saturating_sub(wanted).min(others.len())
        };
        if surplus > 0 {
            return Some(self.gate_of(id, "to have no pod too many", format!("{surplus} too many")));
        }
        self.await_current(id, object, kept.len())
    }

    /// A DaemonSet rolls out to pods that it does not take for up to date.
    fn await_current(&self, id: &ObjectId, object: &Object, kept: usize) -> Option<Gate> {
        let expected = i64::try_from(kept).unwrap_or(i64::MAX);
        let expected = expected.min(Workload::new(id.kind, object).desired());
        let is = object.number("/status/updatedNumberScheduled").unwrap_or(0);
        let waits = id.kind == Kind::DaemonSet && is < expected;
        waits.then(|| self.gate_of(id, "to take its pods for up to date", format!("{is} of {expected}")))
    }

    /// A Deployment takes `ReplicaSet`s, and one of them for that of its present template.
    fn await_sets(&self, side: &Side, id: &ObjectId, object: &Object, snapshot: &Snapshot) -> Option<Gate> {
        let sets: Vec<&Object> = side.inner.iter().filter_map(|part| snapshot.get(&part.id)).collect();
        let taken = sets.iter().filter(|set| set.is_controlled_by(object.uid())).count();
        if taken < sets.len() {
            return Some(self.gate_of(id, "to take its replica sets", format!("{taken} of {}", sets.len())));
        }
        let pods: i64 = sets.iter().filter_map(|set| set.number("/status/replicas")).sum();
        let (expected, is) =
            (pods.min(Workload::new(id.kind, object).desired()), Workload::new(id.kind, object).updated());
        (is < expected).then(|| self.gate_of(id, "to take its pods for up to date", format!("{is} of {expected}")))
    }

    pub(super) fn gate_of(&self, id: &ObjectId, what: &str, sees: String) -> Gate {
        Gate {
            waits_for: format!("{id} {what}"),
            sees,
            command: self.commands.kubectl(&["get", &id.to_string(), "-o", "yaml"]),
        }
    }
}

/// What stands between the owner and its pods, without owner itself: the one that comes takes it.
fn bare(part: &Part) -> Value {
    let mut object = without_server_fields(part.object.clone());
    without(&mut object, &["metadata", "ownerReferences"]);
    object
}
