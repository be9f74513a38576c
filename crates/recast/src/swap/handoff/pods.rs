//! The pods while they have no owner: those that the next one keeps get its labels, the others belong to the journal.
//!
//! A controller takes only what has none that controls it (`pkg/controller/controller_ref_manager.go:ClaimObject`). A pod
//! that the journal controls keeps its labels, and with them its place behind every Service. Should everything else fail,
//! the garbage collector takes it when the journal goes.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Heir, Way};
use crate::action::{Action, Propagation, Request};
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::ownership::{lives, pods_of};
use crate::patch::Edits;
use crate::selector::{label_selector, matches};
use crate::snapshot::Snapshot;
use crate::swap::Swap;
use crate::swap::names::TOKEN;
use crate::swap::owner::guarded;
use crate::swap::pods::{Wanted, patch_labels, set_labels};
use crate::swap::unit::Direction;

impl Swap {
    /// The pods that are on the way: those that were there, and those without owner that either side would take.
    pub(super) fn passing<'s>(&self, way: Way<'_>, snapshot: &'s Snapshot) -> Vec<&'s Object> {
        let selector = |side: &super::Side| label_selector(side.top.object.pointer("/spec/selector")?).ok();
        let selectors: Vec<_> = [way.from, way.to].into_iter().filter_map(selector).collect();
        let trustee = self.trustee(snapshot);
        let passes = |pod: &&Object| match pod.controller() {
            Some(controller) => trustee.is_some_and(|trustee| trustee.uid() == controller.uid),
            None => {
                way.handoff.heirs.of(pod).is_some() || selectors.iter().any(|selector| matches(selector, pod.labels()))
            }
        };
        snapshot.of(Kind::Pod).filter(|pod| !pod.is_deleting()).filter(passes).collect()
    }

    /// The patches that make each pod ready for its next owner, or keep it from having one.
    pub(super) fn pass_pods(&self, way: Way<'_>, snapshot: &Snapshot) -> Vec<Action> {
        let patch = |pod: &Object| match way.keeps(pod) {
            Some(heir) => self.keep(way, heir, pod),
            None => self.entrust(pod, snapshot),
        };
        self.passing(way, snapshot).into_iter().filter_map(patch).collect()
    }

    fn keep(&self, way: Way<'_>, heir: &Heir, pod: &Object) -> Option<Action> {
        let labels = if self.direction == Direction::Forward { &way.handoff.heirs.labels } else { &heir.record.labels };
        let mut edits = guarded(pod);
        set_labels(&mut edits, labels);
        set_labels(&mut edits, &self.token());
        if pod.controller().is_some() {
            edits.remove(&["metadata", "ownerReferences"]);
        }
        changed(pod, edits, "its next owner is to know it, and the caches to show it")
    }

    fn entrust(&self, pod: &Object, snapshot: &Snapshot) -> Option<Action> {
        let trustee = self.trustee(snapshot)?;
        let reference = json!({
            "apiVersion": "v1", "kind": "Secret", "name": trustee.name(), "uid": trustee.uid(), "controller": true,
        });
        let mut edits = guarded(pod);
        set_labels(&mut edits, &self.token());
        edits.set(&["metadata", "ownerReferences"], json!([reference]));
        changed(pod, edits, "it serves on until others stand in for it, and no controller is to take it")
    }

    /// The label that shows that a pod was changed while it had no owner.
    fn token(&self) -> Wanted {
        Wanted::from([(TOKEN.to_owned(), Some(self.direction.word().to_owned()))])
    }

    /// What controls the pods that the next owner has no place for: the journal.
    fn trustee<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s Object> {
        snapshot.get(self.journal.locks().first()?)
    }

    /// The pods that the next owner has no place for.
    pub(super) fn entrusted<'s>(&self, snapshot: &'s Snapshot) -> Vec<&'s Object> {
        let Some(trustee) = self.trustee(snapshot) else { return Vec::new() };
        let pods = snapshot.of(Kind::Pod).filter(|pod| pod.is_controlled_by(trustee.uid()) && !pod.is_deleting());
        pods.collect()
    }

    /// The deletions of those pods.
    pub(super) fn dismiss(&self, snapshot: &Snapshot) -> Vec<Action> {
        let deletion = |pod: &Object| Action {
            request: Request::delete(ObjectId::of(Kind::Pod, pod), pod, Propagation::Background),
            why: "others stand in for it".to_owned(),
        };
        self.entrusted(snapshot).into_iter().map(deletion).collect()
    }

    /// The patches that take the label of the change off the pods again.
    pub(super) fn untoken(way: Way<'_>, snapshot: &Snapshot) -> Vec<Action> {
        let wanted = Wanted::from([(TOKEN.to_owned(), None)]);
        let owned: BTreeSet<&str> = snapshot
            .get(&way.to.top.id)
            .into_iter()
            .flat_map(|owner| pods_of(snapshot, owner.uid()).map(Object::uid))
            .collect();
        let ours = |pod: &&Object| lives(pod) && (owned.contains(pod.uid()) || way.handoff.heirs.of(pod).is_some());
        let pods = snapshot.of(Kind::Pod).filter(ours);
        pods.filter_map(|pod| patch_labels(pod, &wanted, "nothing needs this label any more")).collect()
    }
}

impl<'h> Way<'h> {
    /// What is known of the pod, if the next owner keeps it. On the way back that is every pod that was there.
    pub(super) fn keeps(&self, pod: &Object) -> Option<&'h Heir> {
        let heir = self.handoff.heirs.of(pod)?;
        (heir.kept || self.direction == Direction::Back).then_some(heir)
    }
}

/// The patch, if it changes anything. It holds only for the pod as it was seen: whoever takes it meanwhile has it.
fn changed(pod: &Object, edits: Edits, why: &str) -> Option<Action> {
    (edits.value() != pod.value()).then(|| Action {
        request: Request::Patch { id: ObjectId::of(Kind::Pod, pod), patch: edits.finish().0 },
        why: why.to_owned(),
    })
}
