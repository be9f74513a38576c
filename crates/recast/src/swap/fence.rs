//! The fence: a Service of the change's own, whose slices prove that the controllers have seen the pods change.
//!
//! All controllers of a kube-controller-manager read one cache of pods, in one order
//! (the `InformerFactory` of `cmd/kube-controller-manager/app/controllermanager.go:ControllerContext`). A pod that is in a slice by a label that it was given while it had
//! no owner is, for the workload's controller too, a pod without owner that it may take. Without that proof a controller
//! that is behind starts other pods beside these.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Swap;
use super::names::{JOURNAL, MARKER, bridge, shadow};
use super::unit::{Direction, Unit};
use crate::action::Request;
use crate::engine::{Gate, Step};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::membership::{SERVICE_NAME, endpoints, slices_by_selector};
use crate::object::{Object, ObjectId};
use crate::patch::Edits;
use crate::selector::labels;
use crate::snapshot::Snapshot;

/// A Service of the change's own.
struct Shadow {
    id: ObjectId,
    selector: Value,
}

impl Swap {
    fn fence_id(&self, direction: Direction) -> ObjectId {
        self.journal.targets_place(Kind::Service, &shadow(&self.journal.id, direction.word()))
    }

    fn bridge_id(&self, position: usize) -> ObjectId {
        self.journal.targets_place(Kind::Service, &shadow(&self.journal.id, &format!("bridge-{position}")))
    }

    fn fence_shadow(&self) -> Shadow {
        Shadow { id: self.fence_id(self.direction), selector: json!(self.fence()) }
    }

    /// The Services that the change needs for itself.
    fn shadows(&self) -> impl Iterator<Item = Shadow> {
        let bridges = self.journal.moves.iter().enumerate().filter(|(_, service)| service.is_labelled());
        let bridges = bridges.map(|(position, service)| Shadow {
            id: self.bridge_id(position),
            selector: Value::Object(Map::from_iter([(bridge(&service.id.name), json!("yes"))])),
        });
        std::iter::once(self.fence_shadow()).chain(bridges)
    }

    /// Makes the shadows, but for the fence of a change that goes forward: while it stands, each pod that is relabelled has
    /// its slices written anew. One that an earlier run has made is marked anew: what its slices say must have been said
    /// since, since another controller may be at work by now.
    pub(super) fn raise_shadows(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        if self.direction == Direction::Forward && snapshot.get(&self.fence_id(Direction::Back)).is_some() {
            return Err(Failure::new("this change is being put back").hint(self.way_back()));
        }
        let later = (self.direction == Direction::Forward).then(|| self.fence_id(self.direction));
        for shadow in self.shadows() {
            match snapshot.get(&shadow.id) {
                None if Some(&shadow.id) == later.as_ref() => {}
                None => return self.create_shadow(&shadow).map(Some),
                Some(service) if !snapshot.has_written(&shadow.id) => {
                    let mut edits = Edits::of(service.value().clone());
                    edits.test(&["metadata", "uid"]);
                    edits.set(&["metadata", "labels", MARKER], json!(self.run));
                    let request = Request::Patch { id: shadow.id, patch: edits.finish().0 };
                    return Ok(Some(Step::act(
                        request,
                        "what its slices say is to be said anew, by whoever is at work now",
                    )));
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// Makes the fence, unless there is one.
    pub(super) fn raise_fence(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        if self.is_fenced(snapshot) {
            return Ok(None);
        }
        self.create_shadow(&self.fence_shadow()).map(Some)
    }

    fn create_shadow(&self, shadow: &Shadow) -> Result<Step, Failure> {
        let service = json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": shadow.id.name,
                "namespace": shadow.id.namespace(),
                "labels": {"app.kubernetes.io/managed-by": "recast", JOURNAL: self.journal.id, MARKER: self.run},
            },
            // Pods that are not ready have been seen as well.
            "spec": {"clusterIP": "None", "selector": shadow.selector, "publishNotReadyAddresses": true},
        });
        let object = Object::new(service).map_err(|error| Failure::caused_by("cannot make a service", &error))?;
        let request = Request::Create { id: shadow.id.clone(), object: Box::new(object) };
        Ok(Step::act(request, "its slices will show that the controllers have seen the pods change"))
    }

    /// Whether there is a fence.
    pub(super) fn is_fenced(&self, snapshot: &Snapshot) -> bool {
        snapshot.get(&self.fence_id(self.direction)).is_some()
    }

    /// Whether the change has ever come so far that its pods had their labels: there is a fence for that only then, and it
    /// stays to the end.
    pub(super) fn has_been_fenced(&self, snapshot: &Snapshot) -> bool {
        snapshot.get(&self.fence_id(Direction::Forward)).is_some()
    }

    /// Waits until the fence shows every living pod of the unit that was given its labels. One that was not, such as a pod
    /// of a `ReplicaSet` that a change that is put back had not come to, is as it was.
    pub(super) fn await_fence(&self, unit: &Unit, snapshot: &Snapshot) -> Option<Gate> {
        self.await_seen(Self::pods(unit, snapshot), snapshot)
    }

    /// Waits until the fence shows those of the pods that were given its labels.
    pub(super) fn await_seen(&self, pods: Vec<&Object>, snapshot: &Snapshot) -> Option<Gate> {
        let fence = self.fence();
        let inside =
            |pod: &&Object| has_address(pod) && fence.iter().all(|(key, value)| pod.labels().get(key) == Some(value));
        let pods = pods.into_iter().filter(inside).map(Object::uid);
        self.await_shown(&self.fence_id(self.direction), &pods.collect(), snapshot)
    }

    /// Waits until the shadow of the bridge shows these pods.
    pub(super) fn await_bridge(&self, position: usize, pods: &BTreeSet<&str>, snapshot: &Snapshot) -> Option<Gate> {
        self.await_shown(&self.bridge_id(position), pods, snapshot)
    }

    fn await_shown(&self, service: &ObjectId, pods: &BTreeSet<&str>, snapshot: &Snapshot) -> Option<Gate> {
        let shown = endpoints(snapshot, &service.name);
        let seen = pods.iter().filter(|uid| shown.contains(**uid)).count();
        if seen == pods.len() && is_in_force(snapshot, service) {
            return None;
        }
        let slices = format!("{SERVICE_NAME}={}", service.name);
        Some(Gate {
            waits_for: "the controllers to see the pods' new labels".to_owned(),
            sees: format!("{seen} of {} pods in the slices of {service}", pods.len()),
            command: self.commands.kubectl(&["get", "endpointslices", "-l", &slices]),
        })
    }

    /// Takes labels off the pods, when the fence shows that they have been seen with those: only then does it tell, by
    /// showing them no more, that they have been seen without.
    pub(super) fn strip_seen(&self, snapshot: &Snapshot) -> Option<Step> {
        let strips = self.strip_pods(snapshot)?;
        let unseen = if self.is_fenced(snapshot) { self.await_all(snapshot) } else { None };
        Some(unseen.map_or(strips, Step::Wait))
    }

    /// Waits until the fence shows every living pod that was given its labels.
    pub(super) fn await_all(&self, snapshot: &Snapshot) -> Option<Gate> {
        let mut units = self.journal.units.iter().flat_map(Unit::all);
        let unseen = units.find_map(|unit| self.await_fence(unit, snapshot));
        unseen.or_else(|| self.await_seen(self.named(snapshot).map(|(pod, _)| pod).collect(), snapshot))
    }

    /// Waits until the shadows show no pod any more that has lost their labels. A next change may give it the same ones,
    /// and its fence must not take for that what a controller that is behind still knows from this one.
    pub(super) fn await_stripped(&self, snapshot: &Snapshot) -> Option<Gate> {
        self.shadows().filter(|shadow| snapshot.get(&shadow.id).is_some()).find_map(|shadow| {
            let shown = endpoints(snapshot, &shadow.id.name);
            let wanted = labels(Some(&shadow.selector));
            let has_lost = |pod: &&Object| {
                shown.contains(pod.uid()) && wanted.iter().any(|(key, value)| pod.label(key) != Some(value.as_str()))
            };
            let left = snapshot.of(Kind::Pod).filter(has_lost).count();
            (left > 0).then(|| Gate {
                waits_for: "the controllers to see that the pods have lost labels".to_owned(),
                sees: format!("{left} pods still in the slices of {}", shadow.id),
                command: self.commands.kubectl(&[
                    "get",
                    "endpointslices",
                    "-l",
                    &format!("{SERVICE_NAME}={}", shadow.id.name),
                ]),
            })
        })
    }

    /// The shadows that are left of this change, whichever way it went, and late edits that have been made.
    pub(super) fn remove_fence(&self, snapshot: &Snapshot) -> Option<Step> {
        let bridges = (0..self.journal.moves.len()).map(|position| self.bridge_id(position));
        let all =
            [Direction::Forward, Direction::Back].map(|direction| self.fence_id(direction)).into_iter().chain(bridges);
        let all = all.chain(self.journal.late_ids());
        let left = all
            .filter_map(|id| snapshot.get(&id).filter(|service| !service.is_deleting()).map(|service| (id, service)));
        let actions: Vec<_> =
            left.map(|(id, service)| super::delete(id, service, "it has served its purpose")).collect();
        (!actions.is_empty()).then_some(Step::Act(actions))
    }
}

/// Whether the slices of the Service were made since it got the marker that it has now.
pub(super) fn is_in_force(snapshot: &Snapshot, service: &ObjectId) -> bool {
    let wanted = snapshot.get(service).and_then(|service| service.label(MARKER));
    let mut slices = slices_by_selector(snapshot, &service.name);
    let mut any = false;
    let all = slices.all(|slice| {
        any = true;
        slice.label(MARKER) == wanted
    });
    any && all
}

/// A pod without address is in no slice (`k8s.io/endpointslice/util/controller_utils.go:ShouldPodBeInEndpoints`).
fn has_address(pod: &Object) -> bool {
    pod.at("/status/podIP").and_then(Value::as_str).is_some_and(|address| !address.is_empty())
}
