//! `--replace`: the source goes when the daemon set is ready everywhere, and not before.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, replica_set, service, stateful_set};
use crate::harness::{Endpoints, Namespace, eventually};

fn uids(ns: &Namespace, kind: &str) -> BTreeSet<String> {
    let pods = ns.list("pods").into_iter();
    let of_kind = pods.filter(|pod| pod["metadata"]["ownerReferences"][0]["kind"] == kind);
    of_kind.map(|pod| pod["metadata"]["uid"].as_str().unwrap().to_owned()).collect()
}

fn nodes_of(ns: &Namespace, daemon_set: &str) -> usize {
    usize::try_from(ns.get(daemon_set)["status"]["desiredNumberScheduled"].as_u64().unwrap()).unwrap()
}

/// Replaces the source, which has three pods ready, and looks at the Service all the time.
fn replaced_without_a_dip(target: &str, source: &Value) {
    let ns = Namespace::new();
    ns.create(source);
    ns.create(&service("rng"));
    let endpoints = Endpoints::of(&ns, "rng", 3);
    let ended = ns.cast(&format!("{target} --replace")).done();
    assert_eq!(ended.stdout, format!("daemonset.apps/rng created\n{} deleted\n", qualified(target)), "{ended}");
    assert!(!ns.has(target), "the source is gone when the command ends, in the foreground: {ended}");
    let nodes = nodes_of(&ns, "ds/rng");
    endpoints.reach(nodes);
    assert!(endpoints.fewest() >= 3, "{} endpoints", endpoints.fewest());
    assert_eq!(uids(&ns, "DaemonSet").len(), nodes);
    assert_eq!(ns.list("rs").len(), 0, "what the source owned is gone");
    ns.cast(&format!("{target} --replace")).done().printed("daemonset.apps/rng unchanged\n");
}

fn qualified(target: &str) -> String {
    let (kind, name) = target.split_once('/').unwrap();
    let kind = match kind {
        "deploy" => "deployment",
        "rs" => "replicaset",
        _ => "statefulset",
    };
    format!("{kind}.apps/{name}")
}

/// Without this the other tests would prove nothing.
#[test]
#[ignore = "needs a cluster: make test"]
fn a_dip_would_be_seen() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.create(&service("rng"));
    let endpoints = Endpoints::of(&ns, "rng", 2);
    ns.kubectl("delete pods --all");
    eventually("the dip is seen", || (endpoints.fewest() < 2).then_some(()));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn no_service_has_fewer_endpoints_while_a_deployment_is_replaced() {
    replaced_without_a_dip("deploy/rng", &deployment("rng", 3));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn no_service_has_fewer_endpoints_while_a_stateful_set_is_replaced() {
    let mut source = stateful_set("rng", 3);
    source["spec"]["podManagementPolicy"] = json!("Parallel");
    replaced_without_a_dip("sts/rng", &source);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn no_service_has_fewer_endpoints_while_a_replica_set_is_replaced() {
    replaced_without_a_dip("rs/rng", &replica_set("rng", 3));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_was_cast_before_keeps_its_pods() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.cast("rng").done();
    ns.rolled_out("ds/rng");
    let before = uids(&ns, "DaemonSet");
    ns.cast("rng --replace").done().printed("deployment.apps/rng deleted\n");
    assert_eq!(uids(&ns, "DaemonSet"), before);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn it_waits_in_plain_lines_until_the_slowest_pod_is_ready() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    source["spec"]["minReadySeconds"] = json!(3);
    ns.create(&source);
    ns.rolled_out("deploy/rng");
    let ended = ns.cast("rng --replace").done();
    ended.said(&["waiting for daemonset.apps/rng to be ready on every node: "]);
    assert!(!ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn several_are_replaced_at_once() {
    let ns = Namespace::new();
    for name in ["rng", "hasher"] {
        ns.create(&deployment(name, 2));
        ns.create(&service(name));
    }
    let both = [Endpoints::of(&ns, "rng", 2), Endpoints::of(&ns, "hasher", 2)];
    ns.cast("--all --replace").done();
    assert_eq!(ns.list("deploy").len(), 0);
    assert_eq!(ns.list("ds").len(), 2);
    for endpoints in both {
        endpoints.reach(nodes_of(&ns, "ds/rng"));
        assert!(endpoints.fewest() >= 2, "{} endpoints", endpoints.fewest());
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn without_waiting_a_later_run_finishes() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let ended = ns.cast("rng --replace --wait=false").done();
    assert!(ended.stdout.starts_with("daemonset.apps/rng created\n"), "{ended}");
    ended.said(&["left     daemonset.apps/rng to be ready on every node", "next     run the same command again"]);
    assert!(ns.has("deploy/rng"), "the source is left to a later run");
    ns.rolled_out("ds/rng");
    eventually("a later run finishes", || {
        ns.cast("rng --replace --wait=false").done();
        (!ns.has("deploy/rng")).then_some(())
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_fewer_pods_than_now_need_to_be_allowed() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 3));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    let words = "rng --replace --node-selector disktype=ssd";
    let ended = ns.cast(words).refused().printed("");
    ended
        .said(&["error: daemonset.apps/rng would run ", "deployment.apps/rng has 3 "])
        .said(&["hint: add --allow-fewer"]);
    assert!(!ns.has("ds/rng"), "said before anything is written");
    ns.cast(&format!("{words} --allow-fewer")).done();
    assert!(!ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_fewer_pods_than_now_are_noticed_again_at_the_moment_of_the_deletion() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    source["spec"]["template"]["spec"]["nodeSelector"] = json!({"disktype": "ssd"});
    source["spec"]["minReadySeconds"] = json!(8);
    ns.create(&source);
    ns.rolled_out("deploy/rng");
    let mut running = ns.begin_cast("rng --replace");
    running.until_it_says("waiting for");
    ns.kubectl("scale deploy/rng --replicas=3");
    let ended = running.ended().refused();
    ended.said(&[" ready, deployment.apps/rng has 3 ", "deployment.apps/rng stays", "hint: add --allow-fewer"]);
    assert!(ns.has("deploy/rng") && ns.has("ds/rng"));
    ns.cast("rng --replace --allow-fewer").done();
    assert!(!ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_whose_selector_has_a_hash_is_replaced() {
    let ns = Namespace::new();
    let mut source = replica_set("set", 2);
    for labels in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        source.pointer_mut(labels).unwrap()["pod-template-hash"] = json!("abc");
    }
    ns.create(&source);
    ns.create(&service("set"));
    let endpoints = Endpoints::of(&ns, "set", 2);
    ns.cast("rs/set --replace").done().printed("daemonset.apps/set created\nreplicaset.apps/set deleted\n");
    endpoints.reach(nodes_of(&ns, "ds/set"));
    assert!(endpoints.fewest() >= 2);
}
