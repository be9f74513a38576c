//! Somebody who may not do all of it is told before the first write, with the verb and the resource.

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Caller, Namespace, Rule, may};

/// All that a replacement needs, and what its report looks at.
fn enough() -> Vec<Rule> {
    vec![
        may("get list watch delete", "deployments"),
        may("get list watch create", "daemonsets"),
        may("list watch", "pods"),
        may("list watch", "replicasets"),
        may("list watch", "endpointslices"),
        may("list watch", "services"),
        may("list", "horizontalpodautoscalers"),
        may("list", "poddisruptionbudgets"),
        may("list", "nodes"),
    ]
}

/// The same, but for one verb on one of them.
fn without(verb: &str, position: usize) -> Vec<Rule> {
    let mut rules = enough();
    rules[position] = rules[position].clone().but(verb);
    rules
}

fn rng(ns: &Namespace) {
    ns.create(&deployment("rng", 1));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
}

fn untouched(ns: &Namespace) {
    assert!(ns.has("deploy/rng"), "the source stays");
    assert!(!ns.has("ds/rng"), "nothing is created");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn few_rights_are_enough() {
    let ns = Namespace::new();
    rng(&ns);
    let caller = ns.account("caster", &enough());
    caller.cast("rng").done().not_said(&["not looked at"]);
    caller.cast("rng --replace").done().not_said(&["not looked at"]);
    assert!(!ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn fewer_are_enough_without_report() {
    let ns = Namespace::new();
    rng(&ns);
    let caller = ns.account("caster", &[may("get", "deployments"), may("get create", "daemonsets")]);
    caller.cast("rng -q").done().printed("daemonset.apps/rng created\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_may_not_write_is_told_before_the_first_write() {
    let ns = Namespace::new();
    rng(&ns);
    let refused = |name: &str, rules: &[Rule], words: &str, said: &[&str]| {
        let caller: Caller = ns.account(name, rules);
        caller.cast(words).refused().printed("").said(said).said(&["hint: ", "caused by: "]);
        untouched(&ns);
    };
    let no_create = ["create daemonset.apps/rng", "kubectl auth can-i create daemonsets.apps"];
    refused("no-create", &without("create", 1), "rng", &no_create);
    refused("no-create-replace", &without("create", 1), "rng --replace", &no_create);
    let no_delete = ["delete deployment.apps/rng", "kubectl auth can-i delete deployments.apps"];
    refused("no-delete", &without("delete", 0), "rng --replace", &no_delete);
    refused("no-delete-dry", &without("delete", 0), "rng --replace --dry-run=server", &no_delete);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_may_not_read_what_is_needed_is_told_before_the_first_write() {
    let ns = Namespace::new();
    rng(&ns);
    for (name, verb, position, resource) in [
        ("no-get", "get", 0, "deployment.apps/rng"),
        ("no-watch-ds", "watch", 1, "daemonsets.apps"),
        ("no-watch-source", "watch", 0, "deployments.apps"),
        ("no-watch-pods", "watch", 2, "pods"),
        ("no-list-pods", "list", 2, "pods"),
        ("no-list-services", "list", 5, "services"),
        ("no-watch-slices", "watch", 4, "endpointslices.discovery.k8s.io"),
    ] {
        let caller = ns.account(name, &without(verb, position));
        let ended = caller.cast("rng --replace").refused().printed("");
        ended.said(&[&format!("error: cannot {verb} {resource}"), "hint: kubectl auth can-i"]);
        untouched(&ns);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_only_the_report_needs_may_be_missing() {
    let ns = Namespace::new();
    rng(&ns);
    let rules = [may("get", "deployments"), may("get create", "daemonsets")];
    let caller = ns.account("caster", &rules);
    let ended = caller.cast("rng").done().printed("daemonset.apps/rng created\n");
    let ended = ended.said(&["nodes    not looked at: may not list nodes\n"]);
    let others = "endpointslices, horizontalpodautoscalers, pods, poddisruptionbudgets, replicasets, services";
    ended.said(&[&format!("note     not looked at: may not list {others}\n")]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replacement_needs_no_nodes() {
    let ns = Namespace::new();
    rng(&ns);
    let mut rules = enough();
    rules.truncate(6);
    let caller = ns.account("caster", &rules);
    caller.cast("rng --replace").done().said(&["not looked at: may not list nodes"]);
    assert!(!ns.has("deploy/rng") && ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_may_not_undo_all_of_it_is_told_before_the_first_write() {
    let ns = Namespace::new();
    rng(&ns);
    ns.cast("rng --replace").done();
    let reads = [
        may("get list watch", "deployments daemonsets"),
        may("list watch", "pods replicasets endpointslices"),
        may("list watch", "services"),
    ];
    let with = |rule: Rule| [reads.as_slice(), &[rule]].concat();
    for (name, rule, said) in [
        ("no-create", may("delete", "daemonsets"), "cannot create deployment.apps/rng"),
        ("no-delete", may("create", "deployments"), "cannot delete daemonset.apps/rng"),
    ] {
        ns.account(name, &with(rule))
            .cast("--undo ds/rng")
            .refused()
            .printed("")
            .said(&[said, "hint: kubectl auth can-i"]);
        assert!(ns.has("ds/rng") && !ns.has("deploy/rng"));
    }
    let both = [reads.as_slice(), &[may("create", "deployments"), may("delete", "daemonsets")]].concat();
    ns.account("both", &both).cast("--undo ds/rng").done();
    assert!(!ns.has("ds/rng") && ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_may_not_see_the_nodes_still_loses_no_pod() {
    let ns = Namespace::new();
    rng(&ns);
    let mut rules = enough();
    rules.truncate(6);
    let caller = ns.account("caster", &rules);
    let ended = caller.cast("rng --replace --node-selector no.such/label=here").refused();
    ended.said(&["deployment.apps/rng stays", "hint: add --allow-fewer"]);
    assert_eq!(ns.get("deploy/rng")["status"]["readyReplicas"], 1);
}
