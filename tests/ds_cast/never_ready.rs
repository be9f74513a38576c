//! A daemon set that never becomes ready: the source stays, and it is said which nodes it is, and why.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::{deployment, service};

fn stays(ns: &Namespace) {
    assert_eq!(ns.get("deploy/rng")["status"]["readyReplicas"], 1);
    assert!(ns.get("deploy/rng")["metadata"]["deletionTimestamp"].is_null());
    assert!(ns.has("ds/rng"), "the daemon set is there to be looked at");
}

/// A Deployment that is available, and whose template is then made one that cannot be ready anywhere.
fn soon_broken(ns: &Namespace, pointer: &str, value: Value) {
    let mut source = deployment("rng", 1);
    source["spec"]["strategy"] = json!({"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}});
    ns.create(&source);
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    let operation = json!([{"op": "add", "path": pointer, "value": value}]);
    ns.kubectl_with("patch deploy/rng --type=json -p", &operation.to_string());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_container_that_cannot_start_is_named_with_its_node_and_reason() {
    let ns = Namespace::new();
    let annotations = json!({"test.recast/waiting": "ImagePullBackOff"});
    soon_broken(&ns, "/spec/template/metadata/annotations", annotations);
    let ended = ns.cast("rng --replace --timeout 15s").refused();
    assert_eq!(ended.stdout, "daemonset.apps/rng created\n", "{ended}");
    let ended = ended.said(&["waiting for daemonset.apps/rng to be ready on every node: 0 of 4 available", "gave up"]);
    for node in ["node-1: ", "node-2: ", "node-3: ", "node-4: "] {
        assert!(ended.stderr.contains(node), "{node}: {ended}");
    }
    ended
        .said(&["waits: ImagePullBackOff (told to wait)", "Failed: Error: the pod was told to wait"])
        .said(&["done: daemonset.apps/rng created", "not done: deployment.apps/rng is still there, untouched"])
        .said(&["hint: run the same command again"]);
    stays(&ns);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_request_that_no_node_can_meet_is_named() {
    let ns = Namespace::new();
    let resources = json!({"requests": {"cpu": "900"}});
    soon_broken(&ns, "/spec/template/spec/containers/0/resources", resources);
    let ended = ns.cast("rng --replace --timeout 10s").refused();
    ended.said(&["gave up after", "is not scheduled: ", "Insufficient cpu", "warn     each pod requests cpu 900"]);
    stays(&ns);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_may_not_be_created_are_explained_by_the_event() {
    let ns = Namespace::new();
    soon_broken(&ns, "/spec/template/spec/serviceAccountName", json!("nobody"));
    let ended = ns.cast("rng --replace --timeout 10s").refused();
    ended.said(&["gave up after", "no pod yet", "FailedCreate: ", "serviceaccount \"nobody\" not found"]);
    stays(&ns);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn once_it_can_be_ready_the_same_command_finishes() {
    let ns = Namespace::new();
    soon_broken(&ns, "/spec/template/spec/serviceAccountName", json!("late"));
    ns.cast("rng --replace --timeout 5s").refused();
    stays(&ns);
    ns.kubectl("create serviceaccount late");
    ns.cast("rng --replace").done().printed("deployment.apps/rng deleted\n");
    assert!(!ns.has("deploy/rng"));
}
