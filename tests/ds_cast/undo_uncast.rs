//! `--undo` of what no cast has made.

use serde_json::json;

use super::tool::Cast as _;
use crate::harness::manifests::{daemon_set, deployment};
use crate::harness::{Namespace, eventually};

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_was_never_cast_becomes_a_deployment() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.rolled_out("ds/rng");
    let nodes = eventually("it runs", || ns.get("ds/rng")["status"]["desiredNumberScheduled"].as_u64());
    let shown = |words: &str| ns.cast(&format!("--undo ds/rng --dry-run=server -o json {words}")).done().json();
    let made = shown("");
    assert_eq!((&made["kind"], &made["spec"]["replicas"]), (&json!("Deployment"), &json!(nodes)));
    assert_eq!(shown("--replicas 2")["spec"]["replicas"], 2);
    let refused = ns.cast("--undo ds/rng --as-remembered").refused();
    refused.said(&["daemonset.apps/rng remembers nothing", "hint: "]);
    let ended = ns.cast("--undo ds/rng --replicas 2").done().said(&["was not made by a cast: replicas 2"]);
    ended.printed("deployment.apps/rng created\ndaemonset.apps/rng deleted\n");
    let spec = &ns.get("deploy/rng")["spec"];
    assert_eq!(spec["replicas"], 2);
    assert!(spec["template"]["metadata"]["labels"] == json!({"app": "rng"}), "{spec}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_there_is_to_undo_must_be_a_daemon_set() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("--undo ds/rng").refused().said(&["daemonset.apps/rng not found"]);
    ns.cast("--undo deploy/rng").refused().said(&["deployment.apps/rng is not of a kind", "daemonset"]);
    ns.cast("--undo --all").done().said(&["No resources found"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_source_that_would_find_no_place_beside_the_daemon_set_is_refused() {
    let ns = Namespace::new();
    let mut occupant = daemon_set("rng");
    occupant["spec"]["template"]["spec"]["containers"][0]["ports"] = json!([{"containerPort": 80, "hostPort": 31993}]);
    ns.create(&occupant);
    ns.rolled_out("ds/rng");
    let ended = ns.cast("--undo ds/rng").refused().printed("");
    ended.said(&["deployment.apps/rng would wait for ever beside daemonset.apps/rng", "hint: "]);
    assert!(ns.has("ds/rng") && !ns.has("deploy/rng"));
}
