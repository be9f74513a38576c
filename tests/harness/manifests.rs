//! Manifests to begin with. They are JSON values: a test changes in them what it is about.

use serde_json::{Value, json};

/// The image of every container: it does nothing, for as long as it is let. Only a cluster that is not of kwok pulls it.
pub const IMAGE: &str = "registry.k8s.io/pause:3.10";

/// A Deployment.
pub fn deployment(name: &str, replicas: u32) -> Value {
    workload("Deployment", name, replicas)
}

/// A `ReplicaSet` that no Deployment owns.
pub fn replica_set(name: &str, replicas: u32) -> Value {
    workload("ReplicaSet", name, replicas)
}

/// A `StatefulSet`.
pub fn stateful_set(name: &str, replicas: u32) -> Value {
    let mut object = workload("StatefulSet", name, replicas);
    object["spec"]["serviceName"] = json!(name);
    object
}

/// A `DaemonSet`.
pub fn daemon_set(name: &str) -> Value {
    let mut object = workload("DaemonSet", name, 1);
    object["spec"].as_object_mut().expect("a spec is a map").remove("replicas");
    object
}

/// A Service in front of the pods of a workload of the same name.
pub fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
    })
}

fn workload(kind: &str, name: &str, replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": IMAGE}]},
            },
        },
    })
}
