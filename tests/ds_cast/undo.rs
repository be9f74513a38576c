//! `--undo`: the source again, exactly.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, replica_set, service, stateful_set};
use crate::harness::{Endpoints, Namespace};

/// What of an object is the user's: all but what the server and the controllers own.
pub fn own(mut object: Value) -> Value {
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    for field in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"] {
        metadata.remove(field);
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    if metadata.get("annotations").is_some_and(|annotations| *annotations == json!({})) {
        metadata.remove("annotations");
    }
    object
}

/// Casts, replaces, undoes, and compares field by field.
fn comes_back(source: &Value, target: &str, words: &str) {
    let ns = Namespace::new();
    ns.apply(source);
    let before = own(ns.get(target));
    ns.cast(&format!("{target} --replace {words}")).done();
    assert!(!ns.has(target));
    let daemon_set = ns.kubectl("get ds -o name").trim().replace("daemonset.apps", "ds");
    let ended = ns.cast(&format!("--undo {daemon_set}")).done().not_said(&["changed since the cast"]);
    assert!(ended.stdout.contains(" created\n") && ended.stdout.ends_with(" deleted\n"), "{ended}");
    assert_eq!(own(ns.get(target)), before, "{target} {words}");
    assert_eq!(ns.list("ds").len(), 0);
    let applied = ns.apply(source);
    assert!(applied.ends_with(" unchanged\n"), "kubectl apply knows it again: {applied}");
}

fn odd_deployment() -> Value {
    let mut source = deployment("rng", 2);
    source["metadata"]["labels"] = json!({
        "app": "rng", "app.kubernetes.io/managed-by": "Helm", "applyset.kubernetes.io/part-of": "a",
        "kustomize.toolkit.fluxcd.io/name": "apps",
    });
    source["metadata"]["annotations"] = json!({
        "meta.helm.sh/release-name": "web", "argocd.argoproj.io/tracking-id": "web:x", "team": "a/b~c",
    });
    source["spec"]["revisionHistoryLimit"] = json!(3);
    source["spec"]["minReadySeconds"] = json!(1);
    source["spec"]["progressDeadlineSeconds"] = json!(77);
    source["spec"]["strategy"] =
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": "30%"}});
    source["spec"]["template"]["metadata"]["annotations"] = json!({"a.b/c": "d"});
    source["spec"]["template"]["spec"]["tolerations"] = json!([{"key": "gpu", "operator": "Exists"}]);
    source["spec"]["template"]["spec"]["nodeSelector"] = json!({"kubernetes.io/os": "linux"});
    source
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_deployment_comes_back_field_by_field() {
    comes_back(&odd_deployment(), "deploy/rng", "");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_deployment_comes_back_from_another_name_and_other_nodes() {
    comes_back(&odd_deployment(), "deploy/rng", "--name other --node-selector disktype=ssd --allow-fewer");
    comes_back(&odd_deployment(), "deploy/rng", "--every-node --toleration spot:NoSchedule");
    comes_back(&deployment("rng", 1), "deploy/rng", "--every-node --node-selector kubernetes.io/os=linux");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_deployment_that_recreates_comes_back() {
    let mut source = deployment("rng", 1);
    source["spec"]["strategy"] = json!({"type": "Recreate"});
    comes_back(&source, "deploy/rng", "");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_comes_back_field_by_field() {
    let mut source = stateful_set("cache", 2);
    source["spec"]["podManagementPolicy"] = json!("Parallel");
    source["spec"]["ordinals"] = json!({"start": 3});
    source["spec"]["minReadySeconds"] = json!(1);
    source["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({"whenDeleted": "Delete"});
    comes_back(&source, "sts/cache", "");
    let mut on_delete = stateful_set("cache", 1);
    on_delete["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    comes_back(&on_delete, "sts/cache", "--name other");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_comes_back_field_by_field() {
    let mut source = replica_set("set", 2);
    source["spec"]["minReadySeconds"] = json!(1);
    source["metadata"]["labels"]["pod-template-hash"] = json!("abc");
    for labels in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        source.pointer_mut(labels).unwrap()["pod-template-hash"] = json!("abc");
    }
    comes_back(&source, "rs/set", "");
    comes_back(&replica_set("set", 1), "rs/set", "--every-node");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_paused_deployment_comes_back_paused() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    source["spec"]["paused"] = json!(true);
    ns.create(&source);
    let before = own(ns.get("deploy/rng"));
    ns.cast("rng").done();
    let back = ns.cast("--undo ds/rng --dry-run=client -o json").done().json();
    assert_eq!(back["spec"], before["spec"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn no_service_has_fewer_endpoints_than_the_source_had() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    ns.cast("rng --replace").done();
    let nodes = ns.get("ds/rng")["status"]["desiredNumberScheduled"].as_u64().unwrap();
    let endpoints = Endpoints::of(&ns, "rng", usize::try_from(nodes).unwrap());
    ns.cast("--undo ds/rng").done().printed("deployment.apps/rng created\ndaemonset.apps/rng deleted\n");
    endpoints.reach(2);
    assert_eq!(endpoints.fewest(), 2);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn while_the_source_stands_only_the_daemon_set_goes() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let before = ns.get("deploy/rng")["metadata"]["uid"].clone();
    ns.cast("rng").done();
    ns.cast("--undo rng").done().printed("daemonset.apps/rng deleted\n");
    assert_eq!(ns.get("deploy/rng")["metadata"]["uid"], before);
    assert!(!ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn several_are_undone_at_once() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.create(&stateful_set("cache", 1));
    ns.cast("deploy/rng sts/cache --replace").done();
    assert_eq!(ns.list("deploy,sts").len(), 0);
    ns.cast("--undo rng cache").done();
    assert!(ns.has("deploy/rng") && ns.has("sts/cache"));
    assert_eq!(ns.list("ds").len(), 0);
}
