//! When the pods that serve on may go: others stand in for them, in number and behind every Service.

use std::collections::BTreeSet;

use super::Way;
use crate::engine::Gate;
use crate::kind::Kind;
use crate::membership::{SERVICE_NAME, ready_endpoints, selects};
use crate::object::{Object, ObjectId};
use crate::ownership::{is_ready, pods_of};
use crate::snapshot::Snapshot;
use crate::swap::Swap;
use crate::swap::unit::Direction;
use crate::workload::Workload;

impl Swap {
    /// Waits until the next owner can do without the pods that it has no place for.
    pub(super) fn await_relief(&self, way: Way<'_>, object: &Object, snapshot: &Snapshot) -> Option<Gate> {
        let id = &way.to.top.id;
        let pods: Vec<&Object> = pods_of(snapshot, object.uid()).filter(|pod| !pod.is_deleting()).collect();
        self.await_available(way, object, &pods)
            .or_else(|| self.await_in_sight(id, object, &pods))
            .or_else(|| self.await_number(way, &pods))
            .or_else(|| self.await_slices(id, &pods, snapshot))
    }

    /// All are available but those that were not ready before either.
    fn await_available(&self, way: Way<'_>, object: &Object, pods: &[&Object]) -> Option<Gate> {
        let workload = Workload::new(way.to.top.id.kind, object);
        let was_unready = |pod: &&&Object| !is_ready(pod) && way.handoff.heirs.of(pod).is_some_and(|heir| !heir.ready);
        let excused = i64::try_from(pods.iter().filter(was_unready).count()).unwrap_or(0);
        let (available, desired) = (workload.available(), workload.desired());
        let id = &way.to.top.id;
        (!workload.is_observed() || available + excused < desired).then(|| Gate {
            waits_for: format!("{id} to be available"),
            sees: format!("{available} of {desired} available"),
            command: self.commands.await_available(id, object, desired),
        })
    }

    /// The watch of the pods may lag behind the one of their owner.
    fn await_in_sight(&self, id: &ObjectId, object: &Object, pods: &[&Object]) -> Option<Gate> {
        let counted = usize::try_from(Workload::new(id.kind, object).ready()).unwrap_or(0);
        let known = pods.iter().filter(|pod| is_ready(pod)).count();
        (known < counted).then(|| Gate {
            waits_for: format!("the pods of {id} to be seen"),
            sees: format!("{known} of {counted}"),
            command: self.commands.kubectl(&["get", "pods"]),
        })
    }

    /// As many pods are ready as were. On the way back there is nothing to compare with but the owner's own number.
    fn await_number(&self, way: Way<'_>, pods: &[&Object]) -> Option<Gate> {
        if way.handoff.allow_fewer || way.direction == Direction::Back {
            return None;
        }
        let (were, are) = (way.handoff.heirs.ready(), pods.iter().filter(|pod| is_ready(pod)).count());
        (are < were).then(|| Gate {
            waits_for: format!("{} to have as many ready pods as there were", way.to.top.id),
            sees: format!("{are} of {were}"),
            command: self.commands.kubectl(&["get", "pods"]),
        })
    }

    /// Each Service has all pods among its endpoints that it selects.
    fn await_slices(&self, id: &ObjectId, pods: &[&Object], snapshot: &Snapshot) -> Option<Gate> {
        let late = |service: &Object| {
            let ready = ready_endpoints(snapshot, service.name());
            let chosen = pods.iter().filter(|pod| is_ready(pod) && selects(service, pod.labels()));
            let chosen: BTreeSet<&str> = chosen.map(|pod| pod.uid()).collect();
            let seen = chosen.iter().filter(|uid| ready.contains(**uid)).count();
            (seen < chosen.len()).then(|| Gate {
                waits_for: format!("service/{} to take in the pods of {id}", service.name()),
                sees: format!("{seen} of {} are endpoints", chosen.len()),
                command: self.commands.kubectl(&[
                    "get",
                    "endpointslices",
                    "-l",
                    &format!("{SERVICE_NAME}={}", service.name()),
                ]),
            })
        };
        snapshot.of(Kind::Service).find_map(late)
    }
}
