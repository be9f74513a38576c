//! A workload that serves, a change of it, and what must hold whatever happens in between.

use serde_json::{Value, json};

use crate::harness::manifests::{daemon_set, deployment, service, stateful_set};
use crate::harness::{Endpoints, Namespace, Pods, eventually};

/// A change of a workload `rng` behind a Service of the same name.
pub struct Case {
    /// Makes the workload.
    pub workload: fn() -> Value,
    /// It, TYPE/NAME.
    pub target: &'static str,
    /// What its Service selects.
    pub selects: &'static str,
    /// What is typed, with `N` for the how-manieth change it is.
    words: &'static str,
    /// The label that the pods have then.
    label: &'static str,
}

/// How many pods there are.
pub const PODS: usize = 2;

const TYPES: &str = "daemonsets,deployments,replicasets,statefulsets,pods,services,secrets";

pub const DAEMON_SET_ADD: Case = Case {
    workload: nodes,
    target: "ds/rng",
    selects: "app",
    words: "ds/rng svc/rng activeN=yes",
    label: "activeN=yes",
};
pub const DAEMON_SET_CHANGE: Case = Case {
    workload: || with_tier(nodes()),
    target: "ds/rng",
    selects: "tier",
    words: "ds/rng svc/rng tier=N --overwrite",
    label: "tier=N",
};
pub const DAEMON_SET_KEEP: Case = Case {
    workload: nodes,
    target: "ds/rng",
    selects: "app",
    words: "ds/rng svc/rng activeN=yes --keep-selector",
    label: "activeN=yes",
};
pub const DEPLOYMENT_CHANGE: Case = Case {
    workload: || with_tier(deployment("rng", 2)),
    target: "deploy/rng",
    selects: "tier",
    words: "deploy/rng svc/rng tier=N --overwrite",
    label: "tier=N",
};
pub const STATEFUL_SET_ADD: Case = Case {
    workload: || stateful_set("rng", 2),
    target: "sts/rng",
    selects: "app",
    words: "sts/rng svc/rng activeN=yes",
    label: "activeN=yes",
};

/// A DaemonSet for two of the nodes.
fn nodes() -> Value {
    let mut set = daemon_set("rng");
    set["spec"]["template"]["spec"]["nodeSelector"] = json!({"topology.kubernetes.io/zone": "zone-a"});
    set
}

fn with_tier(mut workload: Value) -> Value {
    workload["spec"]["selector"]["matchLabels"]["tier"] = json!("back");
    workload["spec"]["template"]["metadata"]["labels"]["tier"] = json!("back");
    workload
}

/// A case in a namespace, watched.
pub struct Scene {
    case: &'static Case,
    /// The namespace.
    pub ns: Namespace,
    /// The how-manieth change is made.
    pub number: usize,
    before: Vec<Value>,
    pods: Pods,
    endpoints: Endpoints,
}

impl Scene {
    /// Sets it up, and watches from now on.
    pub fn of(case: &'static Case) -> Self {
        let ns = Namespace::new();
        let mut front = service("rng");
        if case.selects == "tier" {
            front["spec"]["selector"]["tier"] = json!("back");
        }
        ns.create(&(case.workload)());
        ns.create(&front);
        ns.rolled_out(case.target);
        let endpoints = Endpoints::of(&ns, "rng", PODS);
        let pods = Pods::watched(&ns);
        let before = objects(&ns);
        Self { case, ns, number: 1, before, pods, endpoints }
    }

    /// What is typed.
    pub fn words(&self) -> String {
        self.case.words.replace('N', &self.number.to_string())
    }

    /// The workload, TYPE/NAME.
    pub const fn target(&self) -> &'static str {
        self.case.target
    }

    /// Its uid, if it is there and not about to go.
    pub fn uid(&self) -> Option<String> {
        let fields = "-o jsonpath={.metadata.deletionTimestamp}{.metadata.uid}";
        let shown = self.ns.kubectl(&format!("get {} --ignore-not-found {fields}", self.case.target));
        // What is deleted has the time before its uid.
        Some(shown).filter(|shown| shown.len() == 36)
    }

    /// The change is made: no pod noticed, no endpoint was missing, nothing of the tool is left.
    #[track_caller]
    pub fn is_changed(&self) {
        self.is_calm();
        let label = self.case.label.replace('N', &self.number.to_string());
        assert_eq!(self.ns.list(&format!("pods -l {label}")).len(), PODS, "the pods are relabelled");
        let (key, value) = label.split_once('=').unwrap();
        assert_eq!(self.ns.get("svc/rng")["spec"]["selector"][key], value);
        let workload = self.ns.get(self.case.target);
        assert_eq!(workload["spec"]["template"]["metadata"]["labels"][key], value);
        let keeps = self.case.words.contains("--keep-selector");
        assert_eq!(workload["spec"]["selector"]["matchLabels"][key] == value, !keeps);
        let was = self.before.iter().find(|object| object["kind"] == workload["kind"]).unwrap();
        for field in ["updateStrategy", "paused", "replicas"] {
            assert_eq!(workload["spec"][field], was["spec"][field], "{field}");
        }
    }

    /// All is what it was but for what the server owns: no pod noticed, no endpoint was missing, nothing is left.
    #[track_caller]
    pub fn is_as_before(&self) {
        self.is_calm();
        let now = objects(&self.ns);
        let plain = |objects: &[Value]| Value::from(objects.iter().map(plain).collect::<Vec<_>>());
        let differences = json_patch::diff(&plain(&self.before), &plain(&now));
        assert!(differences.0.is_empty(), "it is not as it was: {differences}");
    }

    /// No pod noticed anything, and what the tool needs for itself goes.
    #[track_caller]
    fn is_calm(&self) {
        self.is_left_clean();
        self.ns.rolled_out(self.case.target);
        self.pods.are_untouched();
        self.endpoints.never_were_fewer();
    }

    /// Pods may have come, none has gone or was restarted, and no endpoint was missing.
    #[track_caller]
    pub fn lost_nothing(&self) {
        self.is_left_clean();
        assert_eq!((self.pods.lost(), self.pods.restarts()), (vec![], 0), "pods lost, containers restarted");
        self.endpoints.never_were_fewer();
    }

    /// What the tool needs for itself goes.
    #[track_caller]
    pub fn is_left_clean(&self) {
        eventually("nothing of the change is left", || {
            let all = Value::from(objects(&self.ns)).to_string();
            (!all.contains("kube-recast")).then_some(())
        });
    }
}

fn objects(ns: &Namespace) -> Vec<Value> {
    ns.list(TYPES)
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
