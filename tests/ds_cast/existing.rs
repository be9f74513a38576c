//! A daemon set of that name is there already, or pods that nobody owns.

use serde_json::{Value, json};

use super::tool::Cast as _;
use super::undo::own;
use crate::harness::Namespace;
use crate::harness::manifests::{daemon_set, deployment, service};

#[test]
#[ignore = "needs a cluster: make test"]
fn a_second_cast_changes_nothing() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.cast("rng").done().printed("daemonset.apps/rng created\n");
    ns.rolled_out("ds/rng");
    let before = own(ns.get("ds/rng"));
    ns.cast("rng").done().printed("daemonset.apps/rng unchanged\n");
    ns.cast("rng --dry-run=client").done().printed("daemonset.apps/rng unchanged (dry run)\n");
    ns.cast("rng --dry-run=server").done().printed("daemonset.apps/rng unchanged (server dry run)\n");
    assert_eq!(own(ns.get("ds/rng")), before);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_scaled_source_is_still_the_same_cast() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("rng").done();
    ns.kubectl("scale deploy/rng --replicas=2");
    ns.cast("rng").done().printed("daemonset.apps/rng unchanged\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn labels_that_somebody_added_are_no_difference() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("rng").done();
    ns.kubectl("label ds/rng owner=me");
    ns.kubectl("annotate ds/rng note=mine");
    ns.cast("rng").done().printed("daemonset.apps/rng unchanged\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn one_that_differs_is_left_alone_and_the_difference_said() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("rng").done();
    ns.kubectl("set image ds/rng main=registry.k8s.io/pause:3.9");
    ns.patch("ds/rng", &json!({"spec": {"minReadySeconds": 7}}));
    let before = own(ns.get("ds/rng"));
    let ended = ns.cast("rng").refused().printed("");
    ended
        .said(&["daemonset.apps/rng exists already and differs from the cast of deployment.apps/rng"])
        .said(&["containers[0].image: registry.k8s.io/pause:3.9 -> registry.k8s.io/pause:3.10"])
        .said(&["spec.minReadySeconds: 7 -> 0", "hint: ", "--name"]);
    assert_eq!(own(ns.get("ds/rng")), before);
    ns.cast("rng --name rng-2").done().printed("daemonset.apps/rng-2 created\n");
    assert_eq!(ns.get("ds/rng-2")["spec"]["selector"], ns.get("deploy/rng")["spec"]["selector"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn one_that_was_made_by_hand_is_unchanged_if_it_is_the_same() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let manifest = ns.cast("rng --dry-run=client -o yaml").done().stdout;
    ns.try_kubectl("create -f -", &manifest).done();
    ns.cast("rng").done().printed("daemonset.apps/rng unchanged\n");
    ns.create(&daemon_set("hasher"));
    ns.create(&deployment("hasher", 0));
    // It has a Deployment's way of replacing pods neither in its own spec nor by default.
    ns.cast("hasher").refused().said(&["spec.updateStrategy"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn one_that_is_being_deleted_is_waited_for_by_nobody() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let mut held = daemon_set("rng");
    held["metadata"]["finalizers"] = json!(["example.com/hold"]);
    ns.create(&held);
    ns.kubectl("delete ds/rng --wait=false");
    ns.cast("rng").refused().said(&["daemonset.apps/rng is being deleted", "hint: "]);
    ns.patch("ds/rng", &json!({"metadata": {"finalizers": null}}));
}

fn stray(name: &str, labels: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "registry.k8s.io/pause:3.10"}]},
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_it_would_adopt_are_said_beforehand() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&service("rng"));
    ns.create(&stray("stray", json!({"app": "rng"})));
    ns.create(&stray("other", json!({"app": "other"})));
    let warning = "warn     daemonset.apps/rng will adopt pods that have no owner: stray\n";
    ns.cast("rng --dry-run=client").done().said(&[warning]);
    ns.cast("rng").done().said(&[warning]);
}
