//! The roles of `examples/rbac` for workloads of each kind grant what a change takes, and nothing besides.

use super::judge::workload;
use super::lacking::{each_lacking_one, lacking_none, traces};
use super::tool::Relabel as _;
use crate::harness::manifests::service;
use crate::harness::{Namespace, Pods};

/// Each verb of the role is missed when it is missing, and named, but for these; with all of them the change is done.
fn each_verb(kind: &str, words: &str, role: &str, but: &[&str]) {
    let ns = Namespace::new();
    ns.create(&workload(kind));
    ns.create(&service("rng"));
    let rules = ns.role(role);
    let (lacking, all) = (each_lacking_one(&ns, &rules), lacking_none(&ns, &rules));
    ns.kubectl(&format!("wait --for=jsonpath={{.status.readyReplicas}}=3 {kind}/rng --timeout=120s"));

    let (before, pods) = (traces(&ns), Pods::watched(&ns));
    for (right, who) in lacking.iter().filter(|(right, _)| !but.contains(&right.as_str())) {
        let ended = ns.relabel(&format!("{words} {who}"));
        assert_eq!(ended.code(), Some(1), "{words} without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("kubectl auth can-i {right}")]);
    }
    assert_eq!(traces(&ns), before, "nothing is done");
    ns.relabel(&format!("{words} {all}")).done().not_said(&["begins anew"]);
    // Whoever may make it anew may also let it be.
    ns.relabel(&format!("{kind}/rng more=yes --keep-selector {all}")).done();
    pods.are_untouched();
}

/// Without these the history begins anew.
const HISTORY: [&str; 3] =
    ["get controllerrevisions.apps", "create controllerrevisions.apps", "delete controllerrevisions.apps"];

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_change_of_a_deployment_is_refused_before_the_first_write() {
    // Its ReplicaSets are made anew with it.
    each_verb("deploy", "deploy/rng svc/rng tier=front --overwrite", "relabel-deployment", &[]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_deployment_that_keeps_its_selector_is_refused_before_the_first_write() {
    each_verb("deploy", "deploy/rng on=yes --keep-selector", "relabel-deployment-keep-selector", &[]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_change_of_a_stateful_set_is_refused_before_the_first_write() {
    each_verb("sts", "sts/rng svc/rng on=yes", "relabel-statefulset", &HISTORY);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_change_of_a_replica_set_is_refused_before_the_first_write() {
    each_verb("rs", "rs/rng svc/rng on=yes", "relabel-replicaset", &[]);
}
