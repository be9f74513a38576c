//! Interrupted, killed, overtaken: what is said, and that the same command goes on from there.

use serde_json::json;

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Endpoints, Namespace, Running};

/// A Deployment of two whose pods, and those of its cast, count as available only after a while.
fn deployed() -> Namespace {
    let ns = Namespace::new();
    let mut source = deployment("rng", 2);
    source["spec"]["minReadySeconds"] = json!(10);
    ns.create(&source);
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    ns
}

/// A replacement that waits.
fn waiting(ns: &Namespace) -> Running {
    let mut running = ns.begin_cast("rng --replace");
    running.until_it_says("waiting for daemonset.apps/rng to be ready on every node");
    running
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_interrupt_says_what_is_done_and_what_is_not() {
    for signal in ["INT", "TERM"] {
        let ns = deployed();
        let running = waiting(&ns);
        running.signal(signal);
        let ended = running.ended();
        assert_eq!(ended.code(), Some(130), "{ended}");
        ended
            .said(&["error: interrupted while waiting for daemonset.apps/rng to be ready on every node"])
            .said(&["done: daemonset.apps/rng created", "not done: deployment.apps/rng is still there, untouched"])
            .said(&["hint: run the same command again to go on"]);
        assert!(ns.has("deploy/rng") && ns.has("ds/rng"));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn after_a_kill_the_same_command_finishes() {
    let ns = deployed();
    let endpoints = Endpoints::of(&ns, "rng", 2);
    let running = waiting(&ns);
    running.signal("KILL");
    assert_eq!(running.ended().code(), None);
    assert!(ns.has("deploy/rng") && ns.has("ds/rng"));
    let daemon_set = ns.get("ds/rng")["metadata"]["uid"].clone();
    ns.cast("rng --replace").done().printed("deployment.apps/rng deleted\n");
    assert!(!ns.has("deploy/rng"));
    assert_eq!(ns.get("ds/rng")["metadata"]["uid"], daemon_set, "the daemon set is the one of the first run");
    assert!(endpoints.fewest() >= 2, "{} endpoints", endpoints.fewest());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_source_that_is_changed_meanwhile_stays() {
    let ns = deployed();
    let running = waiting(&ns);
    ns.kubectl("set image deploy/rng main=registry.k8s.io/pause:3.9");
    let ended = running.ended().refused();
    ended.said(&["deployment.apps/rng was changed since it was cast", "hint: "]);
    assert!(ns.has("deploy/rng"), "the change is not lost");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_source_that_is_made_anew_meanwhile_stays() {
    let ns = deployed();
    let running = waiting(&ns);
    let mut again = ns.get("deploy/rng");
    ns.kubectl("delete deploy/rng");
    again["metadata"] = json!({"name": "rng", "labels": {"app": "rng"}});
    again.as_object_mut().unwrap().remove("status");
    ns.create(&again);
    let ended = running.ended();
    assert!(ns.has("deploy/rng"), "nobody asked to delete this one: {ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn scaling_meanwhile_is_no_problem_and_undo_gives_back_the_scaled_one() {
    let ns = deployed();
    let running = waiting(&ns);
    ns.kubectl("scale deploy/rng --replicas=3");
    running.ended().done();
    assert!(!ns.has("deploy/rng"));
    ns.cast("--undo ds/rng").done();
    assert_eq!(ns.get("deploy/rng")["spec"]["replicas"], 3);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_is_deleted_meanwhile_leaves_the_source_alone() {
    let ns = deployed();
    let running = waiting(&ns);
    ns.kubectl("delete ds/rng");
    running.signal("INT");
    running.ended();
    assert!(ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn two_at_once_do_not_hinder_each_other() {
    let ns = deployed();
    let endpoints = Endpoints::of(&ns, "rng", 2);
    let both = [ns.begin_cast("rng --replace"), ns.begin_cast("rng --replace")];
    for running in both {
        let ended = running.ended().done();
        assert!(!ended.stdout.is_empty(), "{ended}");
    }
    assert!(ns.has("ds/rng") && !ns.has("deploy/rng"));
    assert!(endpoints.fewest() >= 2, "{} endpoints", endpoints.fewest());
}
