//! What there is in a namespace, to be compared with what there was.

use serde_json::Value;

use crate::harness::{Namespace, eventually};

/// Histories are not among them: where a template was changed in place and back, its controller has counted that.
const TYPES: &str = "daemonsets,deployments,replicasets,statefulsets,pods,services,secrets,poddisruptionbudgets,\
                     networkpolicies";

/// All objects, as they were at some time.
pub struct State(Vec<Value>);

impl State {
    /// As they are now.
    pub fn of(ns: &Namespace) -> Self {
        Self(ns.list(TYPES))
    }

    /// The first one of this kind.
    pub fn first(&self, kind: &Value) -> &Value {
        self.0.iter().find(|object| object["kind"] == *kind).unwrap()
    }

    /// All is again what it was then, but for what the server owns.
    #[track_caller]
    pub fn is_back(&self, ns: &Namespace) {
        let plain = |state: &Self| Value::from(state.0.iter().map(plain).collect::<Vec<_>>());
        let differences = json_patch::diff(&plain(self), &plain(&Self::of(ns)));
        assert!(differences.0.is_empty(), "it is not as it was: {differences}");
    }
}

/// What the tool needs for itself goes.
#[track_caller]
pub fn is_left_clean(ns: &Namespace) {
    eventually("nothing of the change is left", || {
        let all = Value::from(State::of(ns).0).to_string();
        (!all.contains("kube-recast")).then_some(())
    });
}

/// An object without what the server owns.
fn plain(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    for field in ["uid", "resourceVersion", "generation", "creationTimestamp"] {
        metadata.remove(field);
    }
    // The server counts the changes of a DaemonSet's template, and does not count backwards.
    for (map, key) in
        [("annotations", "deprecated.daemonset.template.generation"), ("labels", "pod-template-generation")]
    {
        metadata.get_mut(map).and_then(Value::as_object_mut).and_then(|map| map.remove(key));
    }
    for owner in metadata.get_mut("ownerReferences").and_then(Value::as_array_mut).into_iter().flatten() {
        owner["uid"].take();
    }
    object
}
