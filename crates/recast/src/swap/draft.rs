//! Drafting a change: from what is asked and what the cluster says now to a journal.

use std::collections::BTreeMap;

use kube::core::Selector;
use serde_json::{Value, json};

use super::moves::{Bridge, Move};
use super::names::bridge;
use super::pods::{GENERATION, GENERATION_OF_OWNER, REVISION, record};
use super::policy::Policy;
use super::unit::{Mode, Part, PodRecord, Revision, Unit};
use crate::json::without;
use crate::kind::Kind;
use crate::label::{LabelEdits, LabelError, relabel};
use crate::object::{Object, ObjectId};
use crate::ownership::lives;
use crate::patch::Edits;
use crate::selector::{label_selector, labels, matches, service_selector};
use crate::snapshot::Snapshot;

/// What is asked of the objects, and the cluster in which they are.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The edits.
    pub edits: &'a LabelEdits,
    /// Whether selectors stay as they are.
    pub keep_selector: bool,
    /// Whether histories may be written.
    pub with_history: bool,
    /// What the cluster says.
    pub snapshot: &'a Snapshot,
}

impl<'a> Draft<'a> {
    /// A workload as a unit of the change.
    ///
    /// # Errors
    /// If the edits make no sense for it.
    pub fn unit(&self, id: &ObjectId, object: &Object) -> Result<Unit, LabelError> {
        let after = relabel(id.kind, object.value(), self.edits, self.keep_selector)?.finish().1;
        let selects_the_same = after.pointer("/spec/selector") == object.at("/spec/selector");
        let mode = if selects_the_same { Mode::InPlace } else { Mode::Recreate };
        let mut unit = Self::bare(mode, id, object, after);
        unit.updated = object.number("/status/updatedReplicas").unwrap_or(0);
        if id.kind == Kind::Deployment {
            unit.children = self.replica_sets(&unit, object)?;
        } else {
            unit.pods = self.pods(id.kind, object);
        }
        if mode == Mode::Recreate && self.with_history {
            unit.revisions = self.revisions(object);
        }
        Ok(unit)
    }

    fn bare(mode: Mode, id: &ObjectId, object: &Object, after: Value) -> Unit {
        let part = |uid: &str, object| Part { id: id.clone(), uid: uid.to_owned(), object };
        Unit {
            mode,
            before: part(object.uid(), object.value().clone()),
            after: part("", after),
            pods: BTreeMap::new(),
            updated: 0,
            children: Vec::new(),
            dependents: Vec::new(),
            revisions: Vec::new(),
        }
    }

    /// The `ReplicaSet`s of a Deployment, the empty ones first. One whose selector still fits keeps it.
    fn replica_sets(&self, unit: &Unit, deployment: &Object) -> Result<Vec<Unit>, LabelError> {
        let is_owned = |set: &&Object| set.is_controlled_by(deployment.uid());
        let mut sets: Vec<&Object> = self.snapshot.of(Kind::ReplicaSet).filter(is_owned).collect();
        sets.sort_by_key(|set| set.number("/spec/replicas").unwrap_or(1));
        let child = |set: &Object| {
            let id = unit.id().beside(Kind::ReplicaSet, set.name());
            let labelled = self.with_labels(set.value(), &[&["metadata", "labels"], &TEMPLATE]);
            let fits = unit.mode == Mode::InPlace || {
                let selector = set.at("/spec/selector").and_then(|selector| label_selector(selector).ok());
                let template = labels(labelled.pointer("/spec/template/metadata/labels"));
                selector.is_some_and(|selector| matches(&selector, &template))
            };
            let (mode, mut after) = if fits {
                (Mode::Labels, labelled)
            } else {
                let recreated = relabel(Kind::ReplicaSet, set.value(), self.edits, false)?.finish().1;
                (Mode::Recreate, self.with_labels(&recreated, &[&["metadata", "labels"]]))
            };
            if mode == Mode::Recreate {
                // It has no owner until the next Deployment takes it.
                without(&mut after, &["metadata", "ownerReferences"]);
            }
            Ok(Unit { pods: self.pods(Kind::ReplicaSet, set), ..Self::bare(mode, &id, set, after) })
        };
        sets.into_iter().map(child).collect()
    }

    fn with_labels(&self, object: &Value, places: &[&[&str]]) -> Value {
        let mut edits = Edits::of(object.clone());
        for place in places {
            for edit in self.edits {
                let path: Vec<&str> = place.iter().copied().chain([edit.key.as_str()]).collect();
                match &edit.value {
                    Some(value) => edits.set(&path, json!(value)),
                    None => drop(edits.remove(&path)),
                }
            }
        }
        edits.finish().1
    }

    /// The pods that the owner itself controls.
    fn pods(&self, kind: Kind, owner: &Object) -> BTreeMap<String, PodRecord> {
        let keys: Vec<&str> = self.edits.iter().map(|edit| edit.key.as_str()).collect();
        let pods = self.snapshot.of(Kind::Pod).filter(|pod| pod.is_controlled_by(owner.uid()) && lives(pod));
        pods.map(|pod| (pod.uid().to_owned(), record(pod, &keys, self.is_current(kind, owner, pod)))).collect()
    }

    /// Whether the controller takes the pod for one of the present template.
    fn is_current(&self, kind: Kind, owner: &Object, pod: &Object) -> bool {
        match kind {
            Kind::DaemonSet => {
                let generation = owner.at("/metadata/annotations").and_then(|all| all[GENERATION_OF_OWNER].as_str());
                let hash = self.current_hash(owner);
                (generation.is_some() && pod.label(GENERATION) == generation)
                    || (hash.is_some() && pod.label(REVISION) == hash.as_deref())
            }
            Kind::StatefulSet => {
                let revision = owner.at("/status/updateRevision").and_then(Value::as_str);
                revision.is_some() && pod.label(REVISION) == revision
            }
            _ => true,
        }
    }

    fn revisions_of(&self, owner: &Object) -> impl Iterator<Item = &'a Object> {
        let owner = owner.uid().to_owned();
        self.snapshot.of(Kind::ControllerRevision).filter(move |revision| revision.is_controlled_by(&owner))
    }

    /// The hash of the newest revision of a `DaemonSet`.
    fn current_hash(&self, owner: &Object) -> Option<String> {
        let newest = self.revisions_of(owner).max_by_key(|revision| revision.number("/revision"))?;
        newest.label(REVISION).map(str::to_owned)
    }

    /// The history, as the next owner is to find it. Where the next selector finds it as it is, nothing is to be done.
    fn revisions(&self, owner: &Object) -> Vec<Revision> {
        let next = relabel_selector(self.edits, owner);
        let lost = |revision: &&Object| next.as_ref().is_some_and(|next| !matches(next, revision.labels()));
        self.revisions_of(owner).filter(lost).map(|old| self.revision(old)).collect()
    }

    fn revision(&self, old: &Object) -> Revision {
        let id = ObjectId::of(Kind::ControllerRevision, old);
        let clean = |value: &Value, name: &str| {
            json!({
                "apiVersion": "apps/v1", "kind": "ControllerRevision", "data": value["data"], "revision": value["revision"],
                "metadata": {
                    "name": name, "namespace": id.namespace(),
                    "labels": value["metadata"]["labels"], "annotations": value["metadata"]["annotations"],
                },
            })
        };
        let places: [&[&str]; 2] = [&["metadata", "labels"], &["data", "spec", "template", "metadata", "labels"]];
        // Another name, and the first one again the next time.
        let name = old.name().strip_suffix("-r").map_or_else(|| format!("{}-r", old.name()), str::to_owned);
        let after = self.with_labels(&clean(old.value(), &name), &places);
        Revision {
            before: Part { id: id.clone(), uid: old.uid().to_owned(), object: clean(old.value(), old.name()) },
            after: Part { id: id.beside(Kind::ControllerRevision, &name), uid: String::new(), object: after },
        }
    }

    /// A Service as a part of the change.
    ///
    /// # Errors
    /// If the edits make no sense for it.
    pub fn service(&self, id: &ObjectId, object: &Object) -> Result<Move, LabelError> {
        let after = relabel(Kind::Service, object.value(), self.edits, false)?.finish().1;
        let before = object.at("/spec/selector").cloned().unwrap_or_default();
        let bridge = self.bridge(id, &before);
        Ok(Move {
            id: id.clone(),
            uid: object.uid().to_owned(),
            after: after["spec"]["selector"].clone(),
            before,
            bridge,
        })
    }

    /// What the Service selects in between, if a label that it selects gets another value.
    fn bridge(&self, id: &ObjectId, before: &Value) -> Option<Bridge> {
        let changed: Vec<&str> = self
            .edits
            .iter()
            .filter(|edit| {
                edit.value.is_some()
                    && before
                        .get(&edit.key)
                        .is_some_and(|old| Some(old) != edit.value.as_deref().map(Value::from).as_ref())
            })
            .map(|edit| edit.key.as_str())
            .collect();
        if changed.is_empty() {
            return None;
        }
        let mut narrower = before.clone();
        for key in changed {
            without(&mut narrower, &[key]);
        }
        if service_selector(Some(&narrower)).is_some() && self.selected(before) == self.selected(&narrower) {
            return Some(Bridge { selector: narrower, labelled: false });
        }
        Some(Bridge { selector: json!({bridge(&id.name): "yes"}), labelled: true })
    }

    fn selected(&self, selector: &Value) -> Vec<&str> {
        let Some(selector) = service_selector(Some(selector)) else { return Vec::new() };
        let pods = self.snapshot.of(Kind::Pod);
        pods.filter(|pod| matches(&selector, pod.labels())).map(Object::uid).collect()
    }

    /// A disruption budget or network policy as a part of the change.
    ///
    /// # Errors
    /// If the edits make no sense for it.
    pub fn policy(&self, id: &ObjectId, object: &Object) -> Result<Policy, LabelError> {
        let field = Policy::field(id.kind);
        let after = relabel(id.kind, object.value(), self.edits, false)?.finish().1;
        let before = object.at("/spec").map(|spec| spec[field].clone()).unwrap_or_default();
        Ok(Policy { id: id.clone(), uid: object.uid().to_owned(), after: after["spec"][field].clone(), before })
    }
}

/// The labels of the pods to come.
const TEMPLATE: [&str; 4] = ["spec", "template", "metadata", "labels"];

fn relabel_selector(edits: &LabelEdits, owner: &Object) -> Option<Selector> {
    let kind = Kind::from_manifest("apps/v1", owner.at("/kind")?.as_str()?)?;
    let after = relabel(kind, owner.value(), edits, false).ok()?.finish().1;
    label_selector(after.pointer("/spec/selector")?).ok()
}

/// Whether a label of the change's own is needed to tell the pods of after from those of before: where the edits set none,
/// or a pod has what they set already.
#[must_use]
pub fn needs_token<'p>(edits: &LabelEdits, pods: impl IntoIterator<Item = &'p PodRecord>) -> bool {
    let set: BTreeMap<&str, &str> =
        edits.iter().filter_map(|edit| Some((edit.key.as_str(), edit.value.as_deref()?))).collect();
    let has = |pod: &PodRecord| {
        set.iter().all(|(key, value)| pod.labels.get(*key).is_some_and(|label| label.as_deref() == Some(value)))
    };
    set.is_empty() || pods.into_iter().any(has)
}
