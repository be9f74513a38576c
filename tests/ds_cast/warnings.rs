//! Warnings: there when due, and only then.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::deployment;

/// The warnings of a cast that is only shown.
fn warnings(ns: &Namespace, words: &str) -> Vec<String> {
    let ended = ns.cast(&format!("{words} --dry-run=client")).done();
    ended.stderr.lines().filter_map(|line| line.strip_prefix("  warn     ")).map(str::to_owned).collect()
}

/// The warnings about a Deployment whose pods are like this.
fn about(pod: &Value) -> Vec<String> {
    let ns = Namespace::new();
    let mut source = deployment("rng", 9);
    for (field, value) in pod.as_object().unwrap() {
        source["spec"]["template"]["spec"][field] = value.clone();
    }
    source["spec"]["replicas"] = json!(9);
    source["spec"]["paused"] = json!(true);
    ns.create(&source);
    warnings(&ns, "rng")
}

fn container(field: &str, value: Value) -> Value {
    let mut container = json!({"name": "main", "image": "registry.k8s.io/pause:3.10"});
    container[field] = value;
    json!({"containers": [container]})
}

#[test]
#[ignore = "needs a cluster: make test"]
fn nothing_is_warned_of_without_a_reason() {
    assert_eq!(about(&json!({})), Vec::<String>::new());
    assert_eq!(about(&container("ports", json!([{"containerPort": 80}]))), Vec::<String>::new());
    assert_eq!(about(&container("resources", json!({"requests": {"cpu": "1m"}}))), Vec::<String>::new());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_autoscaler_of_the_source_is_warned_of() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&deployment("hasher", 0));
    ns.create(&json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "scaler"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "rng"}, "maxReplicas": 3},
    }));
    assert_eq!(
        warnings(&ns, "rng"),
        ["horizontalpodautoscaler/scaler scales deployment.apps/rng: it cannot scale a daemon set"]
    );
    assert_eq!(warnings(&ns, "hasher"), Vec::<String>::new());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_budget_that_a_daemon_set_cannot_have_is_warned_of() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let budget = |name: &str, field: &str, value: Value, app: &str| {
        ns.create(&json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name},
            "spec": {field: value, "selector": {"matchLabels": {"app": app}}},
        }));
    };
    budget("integer", "minAvailable", json!(1), "rng");
    budget("other", "maxUnavailable", json!(1), "other");
    assert_eq!(warnings(&ns, "rng"), Vec::<String>::new());
    budget("percent", "minAvailable", json!("50%"), "rng");
    budget("unavailable", "maxUnavailable", json!(1), "rng");
    let said = warnings(&ns, "rng");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("poddisruptionbudget/percent allows no disruption"), "{said:?}");
    assert!(said[1].starts_with("poddisruptionbudget/unavailable allows no disruption"), "{said:?}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_claim_that_one_node_alone_can_mount_is_warned_of() {
    let ns = Namespace::new();
    for (name, mode) in [("alone", "ReadWriteOnce"), ("shared", "ReadWriteMany"), ("single", "ReadWriteOncePod")] {
        ns.create(&json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
            "spec": {"accessModes": [mode], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}},
        }));
        let mut source = deployment(name, 0);
        source["spec"]["template"]["spec"]["volumes"] =
            json!([{"name": "data", "persistentVolumeClaim": {"claimName": name}}]);
        ns.create(&source);
    }
    assert!(warnings(&ns, "alone").concat().starts_with("persistentvolumeclaim/alone is ReadWriteOnce: only"));
    assert!(warnings(&ns, "single").concat().starts_with("persistentvolumeclaim/single is ReadWriteOncePod: only"));
    assert_eq!(warnings(&ns, "shared"), Vec::<String>::new());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn ports_of_the_node_are_warned_of() {
    let host_port = about(&container("ports", json!([{"containerPort": 80, "hostPort": 31980}])));
    assert!(host_port.concat().starts_with("host port 31980: "), "{host_port:?}");
    let mut pod = container("ports", json!([{"containerPort": 31981}]));
    pod["hostNetwork"] = json!(true);
    let host_network = about(&pod);
    assert!(host_network.concat().starts_with("host port 31981: "), "{host_network:?}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn spread_and_anti_affinity_are_warned_of_where_they_bind() {
    let selector = json!({"matchLabels": {"app": "rng"}});
    let spread = |when: &str| {
        json!({"topologySpreadConstraints": [{
            "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": when, "labelSelector": selector,
        }]})
    };
    assert!(about(&spread("DoNotSchedule")).concat().starts_with("topology spread over kubernetes.io/hostname"));
    assert_eq!(about(&spread("ScheduleAnyway")), Vec::<String>::new());
    let term = json!({"topologyKey": "kubernetes.io/hostname", "labelSelector": selector});
    let required = about(&json!({"affinity": {"podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [term]}}}));
    assert!(required.concat().starts_with("required anti-affinity over kubernetes.io/hostname"), "{required:?}");
    let preferred = about(&json!({"affinity": {"podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}]}}}));
    assert_eq!(preferred, Vec::<String>::new());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn requests_are_warned_of_where_they_grow_or_do_not_fit() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    source["spec"]["template"]["spec"] = container("resources", json!({"requests": {"cpu": "100m", "memory": "1Gi"}}));
    ns.create(&source);
    let said = warnings(&ns, "rng");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("requests grow from cpu 0"), "{said:?}");
    let large = about(&container("resources", json!({"requests": {"cpu": "900"}})));
    assert!(large.concat().starts_with("each pod requests cpu 900: "), "{large:?}");
}
