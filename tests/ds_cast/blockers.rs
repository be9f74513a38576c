//! What would keep the daemon set from ever being ready beside the source is seen before anything is written, and what
//! would not is not made up: the real scheduler decides here.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::manifests::deployment;
use crate::harness::{Namespace, eventually};

/// A Deployment whose pods are like this, rolled out.
fn deployed(replicas: u32, pod: &Value) -> Namespace {
    let ns = Namespace::new();
    let mut source = deployment("rng", replicas);
    for (field, value) in pod.as_object().unwrap() {
        source["spec"]["template"]["spec"][field] = value.clone();
    }
    ns.create(&source);
    ns.rolled_out("deploy/rng");
    ns
}

/// It is refused before anything is written, and rightly so: without `--replace` some pods stay pending.
fn blocked(ns: &Namespace, reason: &str) {
    for words in ["", "--dry-run=client", "--explain"] {
        let ended = ns.cast(&format!("rng --replace {words}")).refused().printed("");
        let ended = ended.said(&["error: daemonset.apps/rng would wait for ever beside deployment.apps/rng", reason]);
        assert!(ended.stderr.contains("hint: "), "{ended}");
        assert!(!ns.has("ds/rng"), "{ended}");
    }
    ns.cast("rng").done();
    eventually("the scheduler finds no place for a pod", || {
        let pods = ns.list("pods --field-selector status.phase=Pending").into_iter();
        let mut conditions = pods.filter_map(|pod| pod["status"]["conditions"].as_array().cloned()).flatten();
        conditions.any(|condition| condition["reason"] == "Unschedulable").then_some(())
    });
}

fn with_ports(ports: Value) -> Value {
    json!({"containers": [{"name": "main", "image": "registry.k8s.io/pause:3.10", "ports": ports}]})
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_port_of_the_node_blocks() {
    let ns = deployed(1, &with_ports(json!([{"containerPort": 80, "hostPort": 31990}])));
    let node = ns.list("pods").remove(0)["spec"]["nodeName"].as_str().unwrap().to_owned();
    blocked(&ns, &format!("host port 31990 is taken by the source on {node}"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_port_on_the_nodes_network_blocks() {
    let mut pod = with_ports(json!([{"containerPort": 31991}]));
    pod["hostNetwork"] = json!(true);
    blocked(&deployed(1, &pod), "host port 31991 is taken by the source on ");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_port_of_the_node_blocks_no_longer_when_the_source_has_no_pods() {
    let ns = deployed(1, &with_ports(json!([{"containerPort": 80, "hostPort": 31992}])));
    ns.kubectl("scale deploy/rng --replicas=0");
    eventually("its pods are gone", || ns.list("pods").is_empty().then_some(()));
    ns.cast("rng --replace").done().printed("daemonset.apps/rng created\ndeployment.apps/rng deleted\n");
}

fn anti_affinity(key: &str) -> Value {
    let term = json!({"topologyKey": key, "labelSelector": {"matchLabels": {"app": "rng"}}});
    json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}})
}

#[test]
#[ignore = "needs a cluster: make test"]
fn required_anti_affinity_blocks() {
    blocked(
        &deployed(2, &anti_affinity("kubernetes.io/hostname")),
        "required anti-affinity over kubernetes.io/hostname",
    );
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_anti_affinity_over_zones_blocks_all_but_one_in_each() {
    blocked(
        &deployed(1, &anti_affinity("topology.kubernetes.io/zone")),
        "required anti-affinity over topology.kubernetes.io/zone",
    );
}

fn spread(key: &str, more: &Value) -> Value {
    let mut constraint = json!({
        "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "rng"}},
    });
    for (field, value) in more.as_object().unwrap() {
        constraint[field] = value.clone();
    }
    json!({"topologySpreadConstraints": [constraint]})
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_spread_that_counts_all_nodes_blocks() {
    let policy = json!({"nodeAffinityPolicy": "Ignore"});
    blocked(&deployed(3, &spread("kubernetes.io/hostname", &policy)), "topology spread over kubernetes.io/hostname");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_spread_that_wants_more_domains_than_a_pod_sees_blocks() {
    let pod = spread("topology.kubernetes.io/zone", &json!({"minDomains": 2}));
    blocked(&deployed(2, &pod), "topology spread over topology.kubernetes.io/zone");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_spread_over_what_a_pod_may_choose_does_not_block() {
    for (key, more) in [
        ("kubernetes.io/hostname", json!({})),
        ("topology.kubernetes.io/zone", json!({})),
        ("kubernetes.io/hostname", json!({"nodeTaintsPolicy": "Honor"})),
        ("kubernetes.io/hostname", json!({"matchLabelKeys": ["pod-template-hash"]})),
    ] {
        let ns = deployed(3, &spread(key, &more));
        let ended = ns.cast("rng --replace").done();
        assert!(!ns.has("deploy/rng"), "{key} {more}: {ended}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_claim_that_one_node_alone_can_mount_blocks() {
    let ns = Namespace::new();
    ns.create(&json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}},
    }));
    let mut source = deployment("rng", 0);
    source["spec"]["template"]["spec"]["volumes"] =
        json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]);
    ns.create(&source);
    let ended = ns.cast("rng --replace").refused().printed("");
    ended.said(&["would wait for ever", "persistentvolumeclaim/data is ReadWriteOnce", "hint: "]);
    assert!(!ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn one_that_is_blocked_keeps_the_others_from_being_begun() {
    let ns = deployed(1, &with_ports(json!([{"containerPort": 80, "hostPort": 31994}])));
    ns.create(&deployment("hasher", 0));
    ns.cast("rng hasher --replace").refused().printed("").said(&["daemonset.apps/rng would wait for ever"]);
    assert_eq!(ns.list("ds").len(), 0);
}
