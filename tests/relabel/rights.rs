//! Few rights are enough, and what is done without some of them is said.

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, service};
use crate::harness::{Endpoints, Namespace, Pods, Rule, may};

/// All that a daemon set with its Service takes, one resource each.
fn enough() -> Vec<Rule> {
    vec![
        may("get create delete", "secrets"),
        may("get list watch create patch delete", "daemonsets"),
        may("get list watch patch", "pods"),
        may("get list watch create patch delete", "services"),
        may("list watch", "endpointslices"),
        may("get list watch create delete", "controllerrevisions"),
        may("list watch", "replicasets"),
        may("list", "deployments"),
        may("list", "statefulsets"),
        may("list", "poddisruptionbudgets networkpolicies horizontalpodautoscalers"),
    ]
}

fn rng(ns: &Namespace) -> usize {
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    let count = ns.get("ds/rng")["status"]["numberReady"].as_u64().unwrap();
    usize::try_from(count).unwrap()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn few_rights_are_enough() {
    let ns = Namespace::new();
    let count = rng(&ns);
    let endpoints = Endpoints::of(&ns, "rng", count);
    let pods = Pods::watched(&ns);
    let caller = ns.account("mover", &enough());
    for edit in ["on=yes", "on=no --overwrite", "on-"] {
        let ended = caller.relabel(&format!("ds/rng svc/rng {edit}")).done();
        ended.not_said(&["begins anew", "may not list networkpolicies", "may not list poddisruptionbudgets"]);
    }
    caller.relabel("ds/rng on=yes --keep-selector").done();
    endpoints.never_were_fewer();
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_history_begins_anew_where_it_may_not_be_written_and_that_is_said() {
    let ns = Namespace::new();
    rng(&ns);
    let mut rules = enough();
    rules[5] = may("list watch", "controllerrevisions");
    let pods = Pods::watched(&ns);
    ns.account("mover", &rules).relabel("ds/rng svc/rng on=yes").done().said(&[
        "note     the rollout history of daemonset.apps/rng begins anew: you may not write controllerrevisions\n",
    ]);
    pods.are_untouched();
    ns.rolled_out("ds/rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_only_the_look_around_needs_may_be_missing_and_that_is_said() {
    let ns = Namespace::new();
    rng(&ns);
    let mut rules = enough();
    rules.pop();
    ns.account("mover", &rules)
        .relabel("ds/rng svc/rng on=yes")
        .done()
        .said(&["not looked at: may not list networkpolicies", "not looked at: may not list poddisruptionbudgets"]);
}
