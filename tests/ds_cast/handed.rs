//! Pods that are handed from one owner to another: what must hold whatever happens in between.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::manifests::{deployment, service};
use crate::harness::{Endpoints, Namespace, Pods, eventually};

/// A Deployment whose pods all go to one node, though they could go to others.
pub fn crowded(replicas: u32) -> Value {
    let mut source = deployment("rng", replicas);
    let fast = json!({"key": "disktype", "operator": "In", "values": ["ssd"]});
    let spec = &mut source["spec"]["template"]["spec"];
    spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] =
        json!([{"weight": 100, "preference": {"matchExpressions": [fast]}}]);
    // One of its own, which spreads nothing, takes the place of the scheduler's.
    spec["topologySpreadConstraints"] = json!([{
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": "nobody"}},
    }]);
    source
}

/// A workload with pods, watched.
pub struct Scene {
    /// The namespace.
    pub ns: Namespace,
    pods: Pods,
    /// The Service in front.
    pub endpoints: Endpoints,
    /// The nodes of the pods, by uid.
    before: BTreeMap<String, String>,
}

impl Scene {
    /// A Deployment that is rolled out, with a Service in front.
    pub fn of(source: &Value) -> Self {
        let ns = Namespace::new();
        ns.create(source);
        ns.create(&service("rng"));
        let target = source["kind"].as_str().unwrap().to_lowercase();
        let replicas = source["spec"]["replicas"].as_u64().unwrap();
        eventually("all pods are there", || {
            (ns.get(&format!("{target}/rng"))["status"]["readyReplicas"].as_u64().unwrap_or(0) == replicas)
                .then_some(())
        });
        Self::watched(ns, usize::try_from(replicas).unwrap())
    }

    /// What is there, from when the Service has so many endpoints.
    pub fn watched(ns: Namespace, count: usize) -> Self {
        let endpoints = Endpoints::of(&ns, "rng", count);
        let pods = Pods::watched(&ns);
        let before = places(&ns);
        Self { ns, pods, endpoints, before }
    }

    /// The same namespace, watched anew.
    pub fn anew(self, count: usize) -> Self {
        Self::watched(self.ns, count)
    }

    /// On how many nodes the DaemonSet is to run.
    pub fn nodes(&self) -> usize {
        usize::try_from(self.ns.get("ds/rng")["status"]["desiredNumberScheduled"].as_u64().unwrap()).unwrap()
    }

    /// The DaemonSet has one pod of before on each node that had one, and the source is gone.
    pub fn is_adopted(&self) {
        for gone in ["deploy/rng", "rs/rng"] {
            assert!(!self.ns.has(gone), "{gone}");
        }
        assert!(self.ns.list("rs").is_empty(), "what the source owned is gone");
        self.ns.rolled_out("ds/rng");
        let nodes = self.nodes();
        let kept = self.kept();
        let places: BTreeSet<&String> = self.before.values().collect();
        assert_eq!(kept.len(), places.len(), "each node keeps one: {kept:?} of {:?}", self.before);
        assert_eq!(kept.values().collect::<BTreeSet<_>>(), places);
        assert_eq!(self.pods.created().len(), nodes - kept.len(), "the other nodes get one");
        assert_eq!(self.pods.lost().len(), self.before.len() - kept.len(), "the others go");
        self.nothing_is_left("DaemonSet", nodes);
    }

    /// The Deployment has as many pods as it had, all of them of before as far as there were so many.
    pub fn is_returned(&self, replicas: usize) {
        assert!(!self.ns.has("ds/rng"));
        assert!(self.ns.list("controllerrevisions").is_empty());
        self.ns.rolled_out("deploy/rng");
        assert_eq!(self.ns.list("rs").len(), 1);
        let kept = self.kept().len();
        assert_eq!(kept, replicas.min(self.before.len()));
        assert_eq!(self.pods.created().len(), replicas - kept);
        assert_eq!(self.pods.lost().len(), self.before.len() - kept);
        assert_ne!(self.ns.get("deploy/rng")["spec"]["paused"], true);
        self.nothing_is_left("ReplicaSet", replicas);
    }

    /// The Deployment has so many pods, wherever they are from.
    pub fn stands_again(&self, replicas: usize) {
        assert!(!self.ns.has("ds/rng"));
        self.ns.rolled_out("deploy/rng");
        self.nothing_is_left("ReplicaSet", replicas);
    }

    /// The Deployment's pods all on one node again, watched anew.
    pub fn crowded_again(self, replicas: usize) -> Self {
        self.ns.kubectl("delete pods --all");
        self.ns.rolled_out("deploy/rng");
        self.anew(replicas)
    }

    fn nothing_is_left(&self, kind: &str, count: usize) {
        assert_eq!(self.pods.restarts(), 0);
        let pods: Vec<Value> = living(&self.ns);
        assert_eq!(pods.len(), count);
        for pod in pods {
            let (owners, labels) = (&pod["metadata"]["ownerReferences"], &pod["metadata"]["labels"]);
            assert_eq!(owners.as_array().map(Vec::len), Some(1), "{pod}");
            assert_eq!(owners[0]["kind"], kind, "{pod}");
            let own = labels.as_object().unwrap().keys().filter(|key| key.contains("recast")).count();
            assert_eq!(own, 0, "{labels}");
        }
        self.no_traces();
    }

    /// No lock, no fence, no hold, no mark.
    pub fn no_traces(&self) {
        assert!(!self.ns.has("secrets,services -l kube-recast/journal"));
        assert!(!self.ns.has("ds,deploy,rs -l kube-recast/swap"));
    }

    /// The pods of before that are still there.
    pub fn kept(&self) -> BTreeMap<String, String> {
        places(&self.ns).into_iter().filter(|(uid, _)| self.before.contains_key(uid)).collect()
    }
}

fn living(ns: &Namespace) -> Vec<Value> {
    let pods = ns.list("pods").into_iter();
    pods.filter(|pod| pod["metadata"]["deletionTimestamp"].is_null()).collect()
}

fn places(ns: &Namespace) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    living(ns).iter().map(|pod| (text(&pod["metadata"]["uid"]), text(&pod["spec"]["nodeName"]))).collect()
}
