//! The pods of an owner: which they are, and the labels that they get and lose.

use std::collections::BTreeMap;

use serde_json::json;

use super::Swap;
use super::names::{TOKEN, bridge};
use super::owner::guarded_labels;
use super::unit::{Direction, Mode, PodRecord, Unit};
use crate::action::{Action, Request};
use crate::engine::Step;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::ownership::lives;
use crate::patch::Edits;
use crate::selector::{Labels, label_selector, labels, matches};
use crate::snapshot::Snapshot;

/// The label by which a `DaemonSet`'s controller takes a pod for up to date.
pub const GENERATION: &str = "pod-template-generation";
/// The annotation that it is compared with (`pkg/controller/daemon/util/daemonset_util.go:IsPodUpdated`).
pub const GENERATION_OF_OWNER: &str = "deprecated.daemonset.template.generation";
/// The label by which a `StatefulSet`'s controller takes a pod for up to date.
pub const REVISION: &str = "controller-revision-hash";

/// Labels that a pod is to have, or not to have.
pub type Wanted = BTreeMap<String, Option<String>>;

impl Swap {
    /// The living pods of the unit: those that it had, those that it owns, and those without owner that it would take.
    pub(super) fn pods<'s>(unit: &Unit, snapshot: &'s Snapshot) -> Vec<&'s Object> {
        let owner = snapshot.get(unit.id()).map(Object::uid);
        let selectors: Vec<_> = [&unit.before, &unit.after]
            .into_iter()
            .filter_map(|part| label_selector(part.object.pointer("/spec/selector")?).ok())
            .collect();
        let ours = |pod: &&Object| {
            if let Some(controller) = pod.controller() {
                return controller.uid == unit.before.uid || Some(controller.uid.as_str()) == owner;
            }
            unit.record(pod).is_some() || selectors.iter().any(|selector| matches(selector, pod.labels()))
        };
        let living = snapshot.of(Kind::Pod).filter(|pod| lives(pod));
        // A Deployment's pods are those of its ReplicaSets.
        let pods = living.filter(|_| unit.id().kind != Kind::Deployment).filter(ours);
        pods.collect()
    }

    /// What the labels of the change are to be on a pod, at the end.
    pub(super) fn wanted(&self, unit: &Unit, pod: &Object) -> Wanted {
        if self.direction == Direction::Forward {
            return self.journal.edits.wanted();
        }
        if let Some(record) = unit.record(pod) {
            return record.labels.clone();
        }
        // It came later: it gets what the template says.
        let template = labels(unit.before.object.pointer("/spec/template/metadata/labels"));
        let edits = self.journal.edits.iter();
        edits.map(|edit| (edit.key.clone(), template.get(&edit.key).cloned())).collect()
    }

    /// The labels that tell a pod whose labels were changed from one whose were not.
    pub(super) fn fence(&self) -> Labels {
        if self.journal.token || self.direction == Direction::Back {
            return Labels::from([(TOKEN.to_owned(), self.direction.word().to_owned())]);
        }
        let set = self.journal.edits.iter().filter_map(|edit| Some((edit.key.clone(), edit.value.clone()?)));
        set.collect()
    }

    /// The labels that a pod gets while it has no owner, or its owner stands still. None is taken off yet: the selectors
    /// of before and after match it.
    fn added(&self, unit: &Unit, pod: &Object, owner: Option<&Object>) -> Wanted {
        let mut added: Wanted = self.wanted(unit, pod).into_iter().filter(|(_, value)| value.is_some()).collect();
        added.extend(self.fence().into_iter().map(|(key, value)| (key, Some(value))));
        if unit.id().kind == Kind::DaemonSet && self.is_current(unit, pod, owner) {
            // In place, the template's change has raised it; else the next owner takes over what the last one had.
            let before = unit.before.object.pointer("/metadata/annotations");
            let owner = owner.filter(|_| unit.mode == Mode::InPlace);
            let annotations = owner.map_or(before, |owner| owner.at("/metadata/annotations"));
            let generation = annotations.and_then(|all| all[GENERATION_OF_OWNER].as_str());
            added.extend(generation.map(|generation| (GENERATION.to_owned(), Some(generation.to_owned()))));
        }
        added
    }

    /// The patches that give the unit's pods the labels of the change.
    pub(super) fn label_pods(&self, unit: &Unit, snapshot: &Snapshot) -> Vec<Action> {
        let owner = snapshot.get(unit.id());
        let pods = Self::pods(unit, snapshot);
        let patches = pods.into_iter().filter_map(|pod| {
            patch_labels(pod, &self.added(unit, pod, owner), "its next owner is to know it, and the caches to show it")
        });
        patches.collect()
    }

    /// The patches that take off the pods what is not to stay: removed labels, and those of the change itself.
    pub(super) fn strip_pods(&self, snapshot: &Snapshot) -> Option<Step> {
        let units = self.journal.units.iter().flat_map(Unit::all);
        let followers = units.flat_map(|unit| {
            Self::pods(unit, snapshot).into_iter().map(|pod| (pod, self.wanted(unit, pod))).collect::<Vec<_>>()
        });
        let named = self.named(snapshot).map(|(pod, record)| (pod, self.wanted_of(record)));
        let mut strips: BTreeMap<&str, Action> = BTreeMap::new();
        for (pod, wanted) in followers.chain(named) {
            let removed = wanted.into_iter().filter(|(_, value)| value.is_none());
            let own = self.bridge_labels(pod).chain([TOKEN.to_owned()]).map(|key| (key, None));
            let patch = patch_labels(pod, &removed.chain(own).collect(), "nothing needs these labels any more");
            strips.extend(patch.map(|action| (pod.uid(), action)));
        }
        // Pods of others have stood on a bridge, too.
        for pod in snapshot.of(Kind::Pod).filter(|pod| !pod.is_deleting()) {
            if !strips.contains_key(pod.uid()) {
                let own: Wanted = self.bridge_labels(pod).map(|key| (key, None)).collect();
                let patch = patch_labels(pod, &own, "nothing needs these labels any more");
                strips.extend(patch.map(|action| (pod.uid(), action)));
            }
        }
        let strips: Vec<Action> = strips.into_values().collect();
        (!strips.is_empty()).then_some(Step::Act(strips))
    }

    /// The labels of bridges that the pod has.
    fn bridge_labels(&self, pod: &Object) -> impl Iterator<Item = String> {
        let bridges = self.journal.moves.iter().filter(|service| service.bridge.is_some());
        let has = |key: &String| pod.label(key).is_some();
        bridges.map(|service| bridge(&service.id.name)).filter(has).collect::<Vec<_>>().into_iter()
    }

    /// The patches that mark those pods of a StatefulSet as up to date that were so before: its controller compares with
    /// the name of a revision (`pkg/controller/statefulset/stateful_set_control.go:computeReplicaStatus`).
    pub(super) fn mark_current(&self, unit: &Unit, revision: &str, owner: &Object, snapshot: &Snapshot) -> Vec<Action> {
        let wanted = Wanted::from([(REVISION.to_owned(), Some(revision.to_owned()))]);
        let pods = Self::pods(unit, snapshot).into_iter();
        let current = pods.filter(|pod| self.is_current(unit, pod, Some(owner)));
        current
            .filter_map(|pod| {
                patch_labels(pod, &wanted, "it was up to date before, and nothing but labels has changed")
            })
            .collect()
    }
}

/// Whether the pod has the labels, and none of those that it is not to have.
pub(super) fn is_labelled(pod: &Object, wanted: &Wanted) -> bool {
    wanted.iter().all(|(key, value)| pod.label(key) == value.as_deref())
}

/// The patch that gives the pod the labels, and takes off those that are none; nothing if it has them so already.
#[must_use]
pub fn patch_labels(pod: &Object, wanted: &Wanted, why: &str) -> Option<Action> {
    if is_labelled(pod, wanted) {
        return None;
    }
    // As it was seen: whoever is late finds that somebody else has given it an owner meanwhile.
    let mut edits = guarded_labels(pod);
    set_labels(&mut edits, wanted);
    let request = Request::Patch { id: ObjectId::of(Kind::Pod, pod), patch: edits.finish().0 };
    Some(Action { request, why: why.to_owned() })
}

/// Gives a pod the labels, and takes off those that are none.
pub(super) fn set_labels(edits: &mut Edits, wanted: &Wanted) {
    for (key, value) in wanted {
        let path = ["metadata", "labels", key.as_str()];
        match value {
            Some(value) => edits.set(&path, json!(value)),
            None => drop(edits.remove(&path)),
        }
    }
}

/// What is recorded of a pod.
#[must_use]
pub fn record(pod: &Object, keys: &[&str], current: bool) -> PodRecord {
    PodRecord {
        name: pod.name().to_owned(),
        labels: keys.iter().map(|key| ((*key).to_owned(), pod.labels().get(*key).cloned())).collect(),
        current,
    }
}
