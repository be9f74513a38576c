//! What the cluster says: the objects that a decision is made on.

use std::collections::{BTreeMap, BTreeSet};

use crate::action::Request;
use crate::cluster::Answer;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};

/// Objects by place, kept current by answers and watches. Whoever decides reads only this.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    objects: BTreeMap<ObjectId, Object>,
    /// The uid of what this run has written, by place.
    written: BTreeMap<ObjectId, String>,
    /// The last object at a place that is empty now.
    gone: BTreeMap<ObjectId, Object>,
    /// The uids of what this run has deleted: nothing lives again, whatever a late event says.
    ended: BTreeSet<String>,
    withheld: BTreeSet<Kind>,
    /// The newest state that a watch has told of, of each kind that is watched.
    told: BTreeMap<Kind, u64>,
}

impl Snapshot {
    /// The object, if there is one.
    #[must_use]
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    /// Every object of a kind that has been read, in the order of namespace and name.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        let first = ObjectId { kind, namespace: None, name: String::new() };
        self.objects.range(first..).take_while(move |(id, _)| id.kind == kind).map(|(_, object)| object)
    }

    /// Whether the object that stands there now is one that this run has written.
    #[must_use]
    pub fn has_written(&self, id: &ObjectId) -> bool {
        self.written.get(id).zip(self.get(id)).is_some_and(|(uid, object)| uid == object.uid())
    }

    /// Whether this run has written an object there, and it is not there any more.
    #[must_use]
    pub fn has_lost(&self, id: &ObjectId) -> bool {
        self.written.contains_key(id) && self.get(id).is_none()
    }

    /// Whether this run has deleted an object, and it is gone.
    #[must_use]
    pub fn has_deleted(&self, object: &Object) -> bool {
        self.ended.contains(object.uid())
    }

    /// The last state of an object that this run has seen, if there is none at its place now.
    #[must_use]
    pub fn last(&self, id: &ObjectId) -> Option<&Object> {
        self.gone.get(id)
    }

    /// Whether the user may not look at a kind.
    #[must_use]
    pub fn is_withheld(&self, kind: Kind) -> bool {
        self.withheld.contains(&kind)
    }

    /// Every kind that the user may not look at.
    pub fn all_withheld(&self) -> impl Iterator<Item = Kind> {
        self.withheld.iter().copied()
    }

    /// Notes that the user may not look at a kind.
    pub fn withhold(&mut self, kind: Kind) {
        self.withheld.insert(kind);
    }

    /// Notes that a watch has told of all of a kind up to this state.
    pub fn tell(&mut self, kind: Kind, version: u64) {
        let told = self.told.entry(kind).or_default();
        *told = version.max(*told);
    }

    /// Whether more is known of a kind, from answers to writes, than a watch has told: there may be more that it has not
    /// told yet. All objects of a kind count their states together.
    #[must_use]
    pub fn is_behind(&self, kind: Kind) -> bool {
        self.told.get(&kind).is_some_and(|told| self.of(kind).any(|object| version(object) > *told))
    }

    /// Takes in an object, unless a newer state of the place is known already: a watch may lag behind our own writes.
    pub fn observe(&mut self, kind: Kind, object: Object) -> ObjectId {
        let id = ObjectId::of(kind, &object);
        if self.ended.contains(object.uid()) {
            return id;
        }
        let known = self
            .objects
            .get(&id)
            .map(version)
            .or_else(|| self.gone.get(&id).map(|last| version(last).saturating_add(1)));
        if known.is_none_or(|known| known <= version(&object)) {
            self.gone.remove(&id);
            self.objects.insert(id.clone(), object);
        }
        id
    }

    /// Takes out an object that is gone, unless another one stands in its place by now.
    pub fn forget(&mut self, id: &ObjectId, uid: &str) {
        if self.objects.get(id).is_some_and(|known| known.uid() == uid) {
            self.clear(id);
        }
    }

    /// Takes in the answer to a write, so that the next decision knows of it.
    pub fn enter(&mut self, request: &Request, answer: Answer) {
        let id = request.id();
        match answer {
            Answer::Is(object) => {
                self.written.insert(id.clone(), object.uid().to_owned());
                self.observe(id.kind, *object);
            }
            Answer::Metadata(object) => {
                // One that has gone meanwhile is gone.
                if let Some(known) = self.get(id).filter(|known| known.uid() == object.uid()) {
                    let whole = known.with_metadata_of(&object);
                    self.written.insert(id.clone(), object.uid().to_owned());
                    self.observe(id.kind, whole);
                }
            }
            Answer::Gone => {
                if let Request::Delete { uid, .. } = request {
                    self.ended.insert(uid.clone());
                }
                self.clear(id);
            }
        }
    }

    fn clear(&mut self, id: &ObjectId) {
        if let Some(last) = self.objects.remove(id) {
            self.gone.insert(id.clone(), last);
        }
    }
}

/// The resourceVersion as a number; one that is none compares as the oldest.
pub(crate) fn version(object: &Object) -> u64 {
    object.metadata().resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(uid: &str, version: &str) -> Object {
        Object::new(json!({"metadata": {"name": "p", "namespace": "n", "uid": uid, "resourceVersion": version}}))
            .unwrap()
    }

    fn seen(states: &[(&str, &str)]) -> (String, u64) {
        let mut snapshot = Snapshot::default();
        for (uid, version) in states {
            snapshot.observe(Kind::Pod, pod(uid, version));
        }
        let object = snapshot.of(Kind::Pod).next().unwrap();
        (object.uid().to_owned(), version(object))
    }

    #[test]
    fn a_late_event_does_not_undo_what_is_known() {
        assert_eq!(seen(&[("a", "9"), ("a", "10"), ("a", "9")]), ("a".to_owned(), 10));
    }

    #[test]
    fn another_object_of_the_same_name_takes_its_place() {
        assert_eq!(seen(&[("a", "9"), ("b", "11")]), ("b".to_owned(), 11));
        assert_eq!(seen(&[("b", "11"), ("a", "10")]), ("b".to_owned(), 11), "an event of the one before comes late");
    }

    #[test]
    fn the_end_of_an_object_does_not_end_its_successor() {
        let mut snapshot = Snapshot::default();
        let id = snapshot.observe(Kind::Pod, pod("b", "7"));
        snapshot.forget(&id, "a");
        assert!(snapshot.get(&id).is_some());
        snapshot.forget(&id, "b");
        assert!(snapshot.get(&id).is_none());
        snapshot.observe(Kind::Pod, pod("b", "7"));
        assert!(snapshot.get(&id).is_none(), "what is gone does not come back by a late event");
    }

    #[test]
    fn of_what_was_patched_the_rest_is_as_it_was() {
        let mut snapshot = Snapshot::default();
        let mut before = pod("a", "7").into_value();
        before["status"] = json!({"podIP": "10.0.0.1"});
        let id = snapshot.observe(Kind::Pod, Object::new(before).unwrap());
        let request = Request::Patch { id: id.clone(), patch: json_patch::Patch::default() };
        snapshot.enter(&request, Answer::Metadata(Box::new(pod("a", "8"))));
        let object = snapshot.get(&id).unwrap();
        assert_eq!((version(object), object.at("/status/podIP")), (8, Some(&json!("10.0.0.1"))));
        snapshot.forget(&id, "a");
        snapshot.enter(&request, Answer::Metadata(Box::new(pod("a", "8"))));
        assert!(snapshot.get(&id).is_none(), "it has gone meanwhile");
    }

    #[test]
    fn what_this_run_has_deleted_does_not_live_again() {
        let mut snapshot = Snapshot::default();
        let id = snapshot.observe(Kind::Pod, pod("a", "7"));
        let request = Request::Delete {
            id: id.clone(),
            uid: "a".to_owned(),
            resource_version: "7".to_owned(),
            propagation: crate::action::Propagation::Orphan,
        };
        snapshot.enter(&request, Answer::Gone);
        snapshot.observe(Kind::Pod, pod("a", "8"));
        assert!(snapshot.get(&id).is_none(), "a change in between is told late");
        snapshot.observe(Kind::Pod, pod("b", "9"));
        assert!(snapshot.get(&id).is_some());
    }
}
