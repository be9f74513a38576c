//! The casting table, field by field, as the server keeps the result.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::{deployment, replica_set, stateful_set};

/// A template that uses many of the fields that a pod has.
fn rich_template(app: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": app, "tier": "back"}, "annotations": {"prometheus.io/scrape": "true"}},
        "spec": {
            "terminationGracePeriodSeconds": 5,
            "serviceAccountName": "default",
            "priorityClassName": "system-node-critical",
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "securityContext": {"runAsUser": 1000},
            "initContainers": [
                {"name": "init", "image": "registry.k8s.io/pause:3.10", "command": ["sh", "-c", "true"]},
                {"name": "proxy", "image": "registry.k8s.io/pause:3.10", "restartPolicy": "Always"},
            ],
            "containers": [{
                "name": "main", "image": "registry.k8s.io/pause:3.10",
                "args": ["--rate", "0400"],
                "env": [{"name": "MODE", "value": "on"},
                        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
                "ports": [{"name": "http", "containerPort": 80}],
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }],
            "volumes": [{"name": "data", "emptyDir": {"sizeLimit": "1Gi"}}],
            "topologySpreadConstraints": [{
                "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": app}}, "matchLabelKeys": ["pod-template-hash"],
            }],
        },
    })
}

/// Selector and template as the source has them, and nothing that the table does not name.
fn carried(source: &Value, others: Value) -> Value {
    let mut spec = others;
    for field in ["selector", "template"] {
        spec[field] = source["spec"][field].clone();
    }
    spec
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_deployment_is_cast_field_by_field() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 3);
    source["spec"]["template"] = rich_template("rng");
    source["spec"]["selector"] = json!({
        "matchLabels": {"app": "rng"},
        "matchExpressions": [{"key": "tier", "operator": "In", "values": ["back", "middle"]}],
    });
    source["spec"]["minReadySeconds"] = json!(1);
    source["spec"]["revisionHistoryLimit"] = json!(3);
    source["spec"]["progressDeadlineSeconds"] = json!(120);
    let source = ns.create(&source);
    let ended = ns.cast("rng").done();
    let wanted = carried(
        &source,
        json!({
            "minReadySeconds": 1, "revisionHistoryLimit": 3,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 0}},
        }),
    );
    assert_eq!(ns.get("ds/rng")["spec"], wanted);
    let ended =
        ended.said(&["dropped  replicas 3, progressDeadlineSeconds 120", "carried  template, selector, 1 label"]);
    ended.said(&[
        "minReadySeconds",
        "revisionHistoryLimit",
        "matchLabelKeys names pod-template-hash",
        "25% rounds down",
    ]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_is_cast_field_by_field() {
    let ns = Namespace::new();
    let mut source = stateful_set("cache", 2);
    source["spec"]["template"] = rich_template("cache");
    source["spec"]["minReadySeconds"] = json!(2);
    source["spec"]["revisionHistoryLimit"] = json!(4);
    source["spec"]["podManagementPolicy"] = json!("Parallel");
    source["spec"]["ordinals"] = json!({"start": 5});
    source["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({"whenDeleted": "Delete", "whenScaled": "Retain"});
    let source = ns.create(&source);
    let ended = ns.cast("sts/cache").done();
    let wanted = carried(
        &source,
        json!({
            "minReadySeconds": 2, "revisionHistoryLimit": 4,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
        }),
    );
    assert_eq!(ns.get("ds/cache")["spec"], wanted);
    let dropped = ["replicas 2", "serviceName cache", "podManagementPolicy Parallel", "ordinals"];
    ended.said(&dropped).said(&["persistentVolumeClaimRetentionPolicy"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_is_cast_field_by_field() {
    let ns = Namespace::new();
    let mut source = replica_set("set", 2);
    source["spec"]["template"] = rich_template("set");
    source["spec"]["minReadySeconds"] = json!(3);
    let source = ns.create(&source);
    ns.cast("rs/set").done().said(&["dropped  replicas 2"]);
    let wanted = carried(
        &source,
        json!({
            "minReadySeconds": 3, "revisionHistoryLimit": 10,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
        }),
    );
    assert_eq!(ns.get("ds/set")["spec"], wanted);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_replica_set_of_a_deployment_loses_its_hash() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let set = ns.list("rs").remove(0);
    let name = set["metadata"]["name"].as_str().unwrap();
    assert!(set["spec"]["selector"]["matchLabels"]["pod-template-hash"].is_string(), "{set}");
    ns.cast(&format!("rs/{name} --name rng")).done().said(&["selector and template without pod-template-hash"]);
    let cast = ns.get("ds/rng");
    assert_eq!(cast["spec"]["selector"], json!({"matchLabels": {"app": "rng"}}));
    assert_eq!(cast["spec"]["template"]["metadata"]["labels"], json!({"app": "rng"}));
    assert_eq!(cast["metadata"]["labels"], json!({"app": "rng"}));
    assert!(cast["metadata"]["ownerReferences"].is_null(), "{cast}");
    let annotations = cast["metadata"]["annotations"].as_object().unwrap();
    assert!(!annotations.keys().any(|key| key.starts_with("deployment.kubernetes.io/")), "{cast}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_flags_choose_the_nodes() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let cast = |words: &str| ns.cast(&format!("rng --dry-run=server -o json {words}")).done().json();
    let pod = |words: &str| cast(words)["spec"]["template"]["spec"].clone();
    assert_eq!(pod("--node-selector disktype=ssd,a=b")["nodeSelector"], json!({"disktype": "ssd", "a": "b"}));
    assert_eq!(pod("--every-node")["tolerations"], json!([{"operator": "Exists"}]));
    assert_eq!(
        pod("--toleration gpu=a100:NoSchedule --toleration spot")["tolerations"],
        json!([{"key": "gpu", "operator": "Equal", "value": "a100", "effect": "NoSchedule"},
               {"key": "spot", "operator": "Exists"}])
    );
    assert_eq!(cast("--name other")["metadata"]["name"], "other");
    assert_eq!(pod("")["nodeSelector"], Value::Null);
}
