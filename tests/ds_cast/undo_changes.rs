//! What was changed on the daemon set since the cast: carried back and said, or left behind and said.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::deployment;

/// A Deployment with two variables, replaced by its cast.
fn replaced() -> Namespace {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    source["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "MODE", "value": "slow"}, {"name": "PASSWORD", "value": "hunter2-secret"}]);
    ns.create(&source);
    ns.cast("rng --replace").done();
    ns
}

fn container(ns: &Namespace) -> Value {
    ns.get("deploy/rng")["spec"]["template"]["spec"]["containers"][0].clone()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_new_image_is_carried_back_and_said() {
    let ns = replaced();
    ns.kubectl("set image ds/rng main=registry.k8s.io/pause:3.9");
    let ended = ns.cast("--undo ds/rng").done();
    ended.said(&[
        "containers[0].image: registry.k8s.io/pause:3.10 -> registry.k8s.io/pause:3.9 (changed since the cast)",
    ]);
    assert_eq!(container(&ns)["image"], "registry.k8s.io/pause:3.9");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn as_remembered_leaves_the_change_behind_and_says_so() {
    let ns = replaced();
    ns.kubectl("set image ds/rng main=registry.k8s.io/pause:3.9");
    ns.kubectl("set env ds/rng NEW=1");
    let ended = ns.cast("--undo ds/rng --as-remembered").done();
    ended.said(&["dropped  ", "containers[0].image: registry.k8s.io/pause:3.10 -> registry.k8s.io/pause:3.9"]);
    let container = container(&ns);
    assert_eq!(container["image"], "registry.k8s.io/pause:3.10");
    assert_eq!(container["env"].as_array().unwrap().len(), 2, "{container}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn variables_that_came_went_or_changed_are_carried_back_without_their_values() {
    let ns = replaced();
    ns.kubectl("set env ds/rng MODE- EXTRA=extra-secret PASSWORD=changed-secret");
    let ended = ns.cast("--undo ds/rng").done().said(&["env"]).not_said(&["secret"]);
    let env = container(&ns)["env"].clone();
    assert_eq!(
        env,
        json!([{"name": "PASSWORD", "value": "changed-secret"}, {"name": "EXTRA", "value": "extra-secret"}]),
        "{ended}"
    );
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_label_and_a_minimum_are_carried_back() {
    let ns = replaced();
    ns.kubectl("label ds/rng tier=back");
    ns.patch("ds/rng", &json!({"spec": {"minReadySeconds": 1, "revisionHistoryLimit": 4}}));
    let ended = ns.cast("--undo ds/rng").done();
    ended.said(&["metadata.labels.tier: (none) -> back", "spec.minReadySeconds", "spec.revisionHistoryLimit: 10 -> 4"]);
    let back = ns.get("deploy/rng");
    assert_eq!(back["metadata"]["labels"]["tier"], "back");
    assert_eq!((&back["spec"]["minReadySeconds"], &back["spec"]["revisionHistoryLimit"]), (&json!(1), &json!(4)));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_update_strategy_is_left_behind_and_said() {
    let ns = replaced();
    ns.patch("ds/rng", &json!({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}}}));
    let ended = ns.cast("--undo ds/rng").done();
    ended.said(&["dropped  spec.updateStrategy.rollingUpdate.maxUnavailable: 25% -> 2"]);
    let strategy = ns.get("deploy/rng")["spec"]["strategy"].clone();
    assert_eq!(strategy["rollingUpdate"], json!({"maxUnavailable": "25%", "maxSurge": "25%"}));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_node_selector_that_the_cast_added_and_somebody_changed_is_not_lost_in_silence() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.cast("rng --replace --node-selector disktype=ssd").done();
    ns.patch("ds/rng", &json!({"spec": {"template": {"spec": {"nodeSelector": {"disktype": "hdd"}}}}}));
    let ended = ns.cast("--undo ds/rng --dry-run=client");
    ended.said(&["spec.template.spec.nodeSelector.disktype: ssd -> hdd"]);
    ns.cast("--undo ds/rng --as-remembered").done();
    assert_eq!(ns.get("deploy/rng")["spec"]["template"]["spec"]["nodeSelector"], Value::Null);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_choice_of_nodes_that_was_extended_since_is_carried_back() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.cast("rng --replace --node-selector kubernetes.io/os=linux --every-node").done();
    let more = json!([
        {"op": "add", "path": "/spec/template/spec/nodeSelector/topology.kubernetes.io~1zone", "value": "zone-a"},
        {"op": "add", "path": "/spec/template/spec/tolerations/-", "value": {"key": "gpu", "operator": "Exists"}},
    ]);
    ns.kubectl_with("patch ds/rng --type=json -p", &more.to_string());
    ns.cast("--undo ds/rng").done().said(&["(changed since the cast)"]);
    let pod = ns.get("deploy/rng")["spec"]["template"]["spec"].clone();
    assert_eq!(pod["nodeSelector"], json!({"topology.kubernetes.io/zone": "zone-a"}));
    assert_eq!(pod["tolerations"], json!([{"key": "gpu", "operator": "Exists"}]));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_scaling_before_the_replacement_is_not_forgotten() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.cast("rng").done();
    ns.kubectl("scale deploy/rng --replicas=2");
    ns.cast("rng --replace").done();
    ns.cast("--undo ds/rng").done();
    assert_eq!(ns.get("deploy/rng")["spec"]["replicas"], 2);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_too_large_to_be_remembered_is_said_and_not_kept() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    let large = "x".repeat(120_000);
    source["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "A", "value": large}, {"name": "B", "value": large}, {"name": "C", "value": large}]);
    ns.create(&source);
    let ended = ns.cast("rng --replace").done().not_said(&["(remembered: "]);
    let ended = ended.said(&["too large to be remembered in an annotation: --undo will not know what was dropped"]);
    assert_eq!(ns.get("ds/rng")["metadata"]["annotations"]["kube-recast/undo"], Value::Null, "{}", ended.stdout);
    ns.cast("--undo ds/rng --replicas 1").done().said(&["was not made by a cast"]);
    assert_eq!(ns.get("deploy/rng")["spec"]["replicas"], 1);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_undo_that_was_killed_is_finished_by_the_same_command() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    source["spec"]["minReadySeconds"] = json!(6);
    ns.create(&source);
    ns.cast("rng --replace").done();
    let mut running = ns.begin_cast("--undo ds/rng");
    running.until_it_says("waiting for deployment.apps/rng to be available");
    running.signal("KILL");
    running.ended();
    assert!(ns.has("deploy/rng") && ns.has("ds/rng"));
    ns.cast("--undo ds/rng").done().printed("daemonset.apps/rng deleted\n");
}
