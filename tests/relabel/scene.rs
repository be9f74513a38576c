//! A workload that serves, a change of it, and what must hold whatever happens in between.

use serde_json::{Value, json};

use super::state::{State, is_left_clean};
use crate::harness::manifests::{daemon_set, deployment, replica_set, service, stateful_set};
use crate::harness::{Endpoints, Namespace, Pods, eventually};

/// A change of a workload `rng` behind a Service of the same name.
pub struct Case {
    /// Makes the workload.
    pub workload: fn() -> Value,
    /// It, TYPE/NAME.
    pub target: &'static str,
    /// The labels that its Service selects besides `app`.
    selects: fn() -> Value,
    /// What is typed, with `N` for the how-manieth change it is.
    words: &'static str,
    /// The label that the pods have then, or have no more.
    label: &'static str,
}

/// How many pods there are.
pub const PODS: usize = 2;

pub const DAEMON_SET_ADD: Case = Case {
    workload: nodes,
    target: "ds/rng",
    selects: || json!({}),
    words: "ds/rng svc/rng activeN=yes",
    label: "activeN=yes",
};
pub const DAEMON_SET_CHANGE: Case = Case {
    workload: || labelled(nodes(), tier()),
    target: "ds/rng",
    selects: tier,
    words: "ds/rng svc/rng tier=N --overwrite",
    label: "tier=N",
};
pub const DAEMON_SET_KEEP: Case = Case {
    workload: nodes,
    target: "ds/rng",
    selects: || json!({}),
    words: "ds/rng svc/rng activeN=yes --keep-selector",
    label: "activeN=yes",
};
pub const DEPLOYMENT_CHANGE: Case = Case {
    workload: || labelled(deployment("rng", 2), tier()),
    target: "deploy/rng",
    selects: tier,
    words: "deploy/rng svc/rng tier=N --overwrite",
    label: "tier=N",
};
pub const STATEFUL_SET_ADD: Case = Case {
    workload: || stateful_set("rng", 2),
    target: "sts/rng",
    selects: || json!({}),
    words: "sts/rng svc/rng activeN=yes",
    label: "activeN=yes",
};

pub const DAEMON_SET_REMOVE: Case = Case {
    workload: || labelled(nodes(), tiers()),
    target: "ds/rng",
    selects: tiers,
    words: "ds/rng svc/rng tierN-",
    label: "tierN",
};
pub const DEPLOYMENT_REMOVE: Case = Case {
    workload: || labelled(deployment("rng", 2), tiers()),
    target: "deploy/rng",
    selects: tiers,
    words: "deploy/rng svc/rng tierN-",
    label: "tierN",
};
pub const REPLICA_SET_CHANGE: Case = Case {
    workload: || labelled(replica_set("rng", 2), tier()),
    target: "rs/rng",
    selects: tier,
    words: "rs/rng svc/rng tier=N --overwrite",
    label: "tier=N",
};

/// A DaemonSet for two of the nodes.
fn nodes() -> Value {
    let mut set = daemon_set("rng");
    set["spec"]["template"]["spec"]["nodeSelector"] = json!({"topology.kubernetes.io/zone": "zone-a"});
    set
}

fn tier() -> Value {
    json!({"tier": "back"})
}

/// A label for each change that takes one away.
fn tiers() -> Value {
    (1..60).map(|number| (format!("tier{number}"), json!("back"))).collect()
}

fn labelled(mut workload: Value, labels: Value) -> Value {
    for place in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        add(workload.pointer_mut(place).unwrap(), labels.clone());
    }
    workload
}

fn add(to: &mut Value, mut labels: Value) {
    to.as_object_mut().unwrap().append(labels.as_object_mut().unwrap());
}

/// A case in a namespace, watched.
pub struct Scene {
    case: &'static Case,
    /// The namespace.
    pub ns: Namespace,
    /// The how-manieth change is made.
    pub number: usize,
    before: State,
    pods: Pods,
    endpoints: Endpoints,
}

impl Scene {
    /// Sets it up, and watches from now on.
    pub fn of(case: &'static Case) -> Self {
        let ns = Namespace::new();
        let mut front = service("rng");
        add(&mut front["spec"]["selector"], (case.selects)());
        ns.create(&(case.workload)());
        ns.create(&front);
        has_settled(&ns, case.target);
        let endpoints = Endpoints::of(&ns, "rng", PODS);
        let pods = Pods::watched(&ns);
        let before = State::of(&ns);
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
        let (key, value) = label.split_once('=').map_or((label.as_str(), None), |(key, value)| (key, Some(value)));
        let value = json!(value);
        let pods = self.ns.list("pods");
        assert_eq!(pods.len(), PODS);
        assert!(pods.iter().all(|pod| pod["metadata"]["labels"][key] == value), "the pods are relabelled");
        assert_eq!(self.ns.get("svc/rng")["spec"]["selector"][key], value);
        let workload = self.ns.get(self.case.target);
        assert_eq!(workload["spec"]["template"]["metadata"]["labels"][key], value);
        let keeps = self.case.words.contains("--keep-selector");
        assert_eq!(workload["spec"]["selector"]["matchLabels"][key] == value, !keeps);
        let was = self.before.first(&workload["kind"]);
        for field in ["updateStrategy", "paused", "replicas"] {
            assert_eq!(workload["spec"][field], was["spec"][field], "{field}");
        }
    }

    /// All is what it was but for what the server owns: no pod noticed, no endpoint was missing, nothing is left.
    #[track_caller]
    pub fn is_as_before(&self) {
        self.is_calm();
        self.before.is_back(&self.ns);
    }

    /// No pod noticed anything, and what the tool needs for itself goes.
    #[track_caller]
    fn is_calm(&self) {
        self.is_left_clean();
        has_settled(&self.ns, self.case.target);
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
        is_left_clean(&self.ns);
    }
}

/// Waits until the controller has nothing left to do.
fn has_settled(ns: &Namespace, target: &str) {
    if !target.starts_with("rs/") {
        return ns.rolled_out(target);
    }
    eventually("all replicas are ready", || (ns.get(target)["status"]["readyReplicas"] == PODS).then_some(()));
}
