//! A workload that serves, a change of it, and what must hold whatever happens in between.

use super::cases::{Case, Edit, PODS};
use super::state::{State, is_left_clean};
use crate::harness::{Endpoints, Namespace, Pods, eventually};

/// A case in a namespace, watched.
pub struct Scene {
    case: Case,
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
    pub fn of(case: Case) -> Self {
        let ns = Namespace::new();
        ns.create(&case.workload());
        ns.create(&case.service());
        has_settled(&ns, &case.target());
        let endpoints = Endpoints::of(&ns, "rng", PODS);
        let pods = Pods::watched(&ns);
        let before = State::of(&ns);
        Self { case, ns, number: 1, before, pods, endpoints }
    }

    /// What is typed.
    pub fn words(&self) -> String {
        self.case.words(self.number)
    }

    /// The workload, TYPE/NAME.
    pub fn target(&self) -> String {
        self.case.target()
    }

    /// Its uid, if it is there and not about to go.
    pub fn uid(&self) -> Option<String> {
        let fields = "-o jsonpath={.metadata.deletionTimestamp}{.metadata.uid}";
        let shown = self.ns.kubectl(&format!("get {} --ignore-not-found {fields}", self.target()));
        // What is deleted has the time before its uid.
        Some(shown).filter(|shown| shown.len() == 36)
    }

    /// The change is made: no pod noticed, no endpoint was missing, nothing of the tool is left.
    #[track_caller]
    pub fn is_changed(&self) {
        self.is_calm();
        let (key, value) = self.case.label(self.number);
        let pods = self.ns.list("pods");
        assert_eq!(pods.len(), PODS);
        assert!(pods.iter().all(|pod| pod["metadata"]["labels"][&key] == value), "the pods are relabelled");
        assert_eq!(self.ns.get("svc/rng")["spec"]["selector"][&key], value);
        let workload = self.ns.get(&self.target());
        assert_eq!(workload["spec"]["template"]["metadata"]["labels"][&key], value);
        let keeps = self.case.edit == Edit::Keep;
        assert_eq!(workload["spec"]["selector"]["matchLabels"][&key] == value, !keeps);
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
        has_settled(&self.ns, &self.target());
        self.pods.are_untouched();
        self.endpoints.never_were_fewer();
        let fields = "--show-managed-fields -o jsonpath={.metadata.managedFields}";
        let managers = self.ns.kubectl(&format!("get {} {fields}", self.target()));
        assert!(!managers.contains("recast") && !managers.contains("relabel"), "{managers}");
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
