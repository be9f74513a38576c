//! A slow network and one that breaks: what is known of the cluster is old, or comes in another order.

use std::time::Duration;

use serde_json::json;

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::proxy::{Proxy, Trouble};
use crate::harness::{Endpoints, Namespace};

const LATE: Trouble = Trouble::Late(Duration::from_secs(4));

/// Replaces a Deployment of three over a troubled way, and undoes it.
fn there_and_back(words: &'static [&'static str], trouble: Trouble) {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 3));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    let endpoints = Endpoints::of(&ns, "rng", 3);
    let proxy = Proxy::with(&ns, words, trouble);
    let server = format!("--server {}", proxy.address());
    let ended = ns.cast(&format!("rng --replace {server}")).done();
    assert!(!ns.has("deploy/rng"), "{ended}");
    let ended = ns.cast(&format!("--undo ds/rng {server}")).done();
    assert!(ns.has("deploy/rng") && !ns.has("ds/rng"), "{ended}");
    endpoints.reach(3);
    assert_eq!(endpoints.fewest(), 3, "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_are_seen_late_are_waited_for() {
    there_and_back(&["/pods?", "watch=true"], LATE);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn endpoints_that_are_seen_late_are_waited_for() {
    there_and_back(&["/endpointslices?", "watch=true"], LATE);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn workloads_that_are_seen_late_are_waited_for() {
    there_and_back(&["/daemonsets?", "watch=true"], LATE);
    there_and_back(&["/deployments?", "watch=true"], LATE);
    there_and_back(&["/replicasets?", "watch=true"], LATE);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn every_answer_may_be_late() {
    there_and_back(&["HTTP/1.1"], Trouble::Late(Duration::from_millis(700)));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn watches_that_break_are_taken_up_again() {
    there_and_back(&["watch=true"], Trouble::Lost(Duration::from_millis(400)));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_source_that_grows_is_not_deleted_because_its_pods_are_seen_late() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    source["spec"]["template"]["spec"]["nodeSelector"] = json!({"disktype": "ssd"});
    source["spec"]["minReadySeconds"] = json!(5);
    ns.create(&source);
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    let proxy = Proxy::with(&ns, &["/pods?", "watch=true"], Trouble::Late(Duration::from_secs(12)));
    let mut running = ns.begin_cast(&format!("rng --replace --server {}", proxy.address()));
    running.until_it_says("waiting for");
    ns.kubectl("scale deploy/rng --replicas=4");
    ns.rolled_out("deploy/rng");
    let ended = running.ended().refused();
    ended.said(&["deployment.apps/rng stays", "hint: add --allow-fewer"]);
    assert!(ns.has("deploy/rng"));
}
