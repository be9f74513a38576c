//! More pods than a laptop runs: on nodes of their own that are pretended, and what the audit log says of them.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::Outcome;
use crate::workload::Workload;

/// The label and the taint of nodes that only a crowd goes to.
const PLACE: &str = "recast-bench";

/// A workload `crowd` of many pods, and the nodes that it runs on. It takes both along at its end.
pub struct Crowd<'a> {
    workload: &'a Workload,
    kind: &'static str,
}

impl<'a> Crowd<'a> {
    /// A Deployment, all of it on one node.
    pub fn of_deployment(workload: &'a Workload, pods: usize) -> Outcome<Self> {
        Self::deploy(workload, "Deployment", &json!({"replicas": pods}), &[node(0)])
    }

    /// A DaemonSet, and a node for each pod.
    pub fn of_daemon_set(workload: &'a Workload, pods: usize) -> Outcome<Self> {
        Self::deploy(workload, "DaemonSet", &json!({}), &(0..pods).map(node).collect::<Vec<_>>())
    }

    fn deploy(workload: &'a Workload, kind: &'static str, more: &Value, nodes: &[Value]) -> Outcome<Self> {
        let mut spec = json!({
            "selector": {"matchLabels": {"app": "crowd"}},
            "template": {
                "metadata": {"labels": {"app": "crowd"}},
                "spec": {
                    "nodeSelector": {PLACE: "yes"},
                    "tolerations": [{"key": PLACE, "operator": "Exists"}],
                    "containers": [{"name": "pause", "image": "pause"}],
                },
            },
        });
        for (field, value) in more.as_object().into_iter().flatten() {
            spec[field] = value.clone();
        }
        let crowd = Self { workload, kind };
        let owner = json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "crowd"}, "spec": spec});
        for object in [json!({"apiVersion": "v1", "kind": "List", "items": nodes}), owner] {
            workload.ask(&["create", "-f", "-"], object.to_string().as_bytes())?;
        }
        workload.kubectl(&["rollout", "status", &crowd.name(), "--timeout=300s"])?;
        Ok(crowd)
    }

    fn name(&self) -> String {
        format!("{}/crowd", self.kind.to_lowercase())
    }
}

impl Drop for Crowd<'_> {
    fn drop(&mut self) {
        let name = self.name();
        let place = format!("{PLACE}=yes");
        let owner = ["delete", &name, "--cascade=foreground", "--timeout=300s"];
        let nodes = ["delete", "nodes", "-l", &place, "--timeout=300s"];
        for command in [&owner[..], &nodes] {
            if let Err(error) = self.workload.kubectl(command) {
                eprintln!("warning: {name} or its nodes are left behind: {error}");
            }
        }
    }
}

fn node(position: usize) -> Value {
    let name = format!("{PLACE}-{position}");
    // From 10.128.0.0 on: the first has addresses for a crowd, the others for a pod or two.
    let net = match position {
        0 => "10.128.0.0/16".to_owned(),
        _ => format!("10.{}.{}.0/24", 129 + position / 256, position % 256),
    };
    let machine = json!({"cpu": "10000", "memory": "10000Gi", "ephemeral-storage": "10000Gi", "pods": "10000"});
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, PLACE: "yes"}},
        "spec": {"podCIDR": net, "podCIDRs": [net], "taints": [{"key": PLACE, "effect": "NoSchedule"}]},
        "status": {"capacity": machine, "allocatable": machine},
    })
}

/// The audit log of the cluster of this repository.
pub struct Audit(PathBuf);

impl Audit {
    /// The log, if that is the cluster.
    pub fn of_cluster() -> Option<Self> {
        std::env::var_os("RECAST_AUDIT_LOG").map(|path| Self(path.into()))
    }

    /// Where it ends now.
    pub fn end(&self) -> io::Result<u64> {
        Ok(std::fs::metadata(&self.0)?.len())
    }

    /// How many writes, dry runs and questions aside, a program has made since.
    pub fn writes(&self, from: u64, program: &str) -> io::Result<usize> {
        let mut file = File::open(&self.0)?;
        file.seek(SeekFrom::Start(from))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let events = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let writes = events.filter(|event| {
            text(&event["userAgent"]).starts_with(program)
                && ["create", "patch", "delete"].contains(&text(&event["verb"]).as_str())
                && !text(&event["requestURI"]).contains("dryRun=All")
                && !text(&event["objectRef"]["apiGroup"]).ends_with("authorization.k8s.io")
                && !text(&event["objectRef"]["apiGroup"]).ends_with("authentication.k8s.io")
        });
        Ok(writes.count())
    }
}
