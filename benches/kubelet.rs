//! A Node whose kubelet is the replay server, and its pods: logs as a real API server passes them on.

use serde_json::{Value, json};

use crate::Outcome;
use crate::replay::{Replay, SELECTOR, Scene};
use crate::workload::Workload;

const NODE: &str = "recast-bench-replay";

/// Pods whose logs the server has. They go with their node at the end.
pub struct Kubelet<'a> {
    workload: &'a Workload,
}

impl<'a> Kubelet<'a> {
    /// Pods that are ready.
    pub fn of(workload: &'a Workload, replay: &Replay, scene: Scene) -> Outcome<Self> {
        let kubelet = Self { workload };
        let pods: Vec<Value> = scene.names().map(|name| pod(&name)).collect();
        for object in [node(replay.port()), json!({"apiVersion": "v1", "kind": "List", "items": pods})] {
            workload.ask(&["create", "-f", "-"], object.to_string().as_bytes())?;
        }
        workload.kubectl(&["wait", "--for=condition=Ready", "pods", "-l", SELECTOR, "--timeout=300s"])?;
        Ok(kubelet)
    }

    /// Where the API server is.
    pub fn server(&self) -> Outcome<String> {
        self.workload.ask(&["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"], &[])
    }

    /// The namespace of the pods.
    pub fn namespace(&self) -> Outcome<String> {
        self.workload.ask(&["get", "pods", "-l", SELECTOR, "-o", "jsonpath={.items[0].metadata.namespace}"], &[])
    }
}

impl Drop for Kubelet<'_> {
    fn drop(&mut self) {
        let pods = ["delete", "pods", "-l", SELECTOR, "--force", "--grace-period=0"];
        for command in [&pods[..], &["delete", "node", NODE]] {
            if let Err(error) = self.workload.kubectl(command) {
                eprintln!("warning: node {NODE} or its pods are left behind: {error}");
            }
        }
    }
}

fn node(port: u16) -> Value {
    let machine = json!({"cpu": "999", "memory": "1Ti", "pods": "9999"});
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE},
        // Nobody comes here by chance.
        "spec": {"unschedulable": true, "taints": [{"key": "recast-bench/replay", "effect": "NoSchedule"}]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
            "conditions": [{"type": "Ready", "status": "True", "reason": "Replay",
                            "lastHeartbeatTime": null, "lastTransitionTime": null}],
            "capacity": machine, "allocatable": machine,
        },
    })
}

fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "replay"}},
        "spec": {
            "nodeName": NODE,
            "containers": [{"name": "main", "image": "pause"}],
            "terminationGracePeriodSeconds": 1,
        },
    })
}
