//! What clients want to know before they read logs: which kinds there are, and which pods.

use serde_json::{Value, json};

use super::Scene;

/// The answer to a question of which kinds there are, if it is one.
pub fn kinds(path: &str) -> Option<Value> {
    match path {
        "/version" => Some(json!({"major": "1", "minor": "37", "gitVersion": "v1.37.2"})),
        "/api" => Some(json!({"kind": "APIVersions", "versions": ["v1"]})),
        "/apis" => Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": []})),
        "/api/v1" => Some(json!({
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1",
            "resources": [
                {"name": "pods", "singularName": "pod", "namespaced": true, "kind": "Pod",
                 "verbs": ["get", "list", "watch"], "shortNames": ["po"]},
                {"name": "pods/log", "singularName": "", "namespaced": true, "kind": "Pod", "verbs": ["get"]},
            ],
        })),
        _ => None,
    }
}

/// The state of the cluster that a list shows.
pub const VERSION: &str = "2";

/// All pods.
pub fn pods(scene: Scene) -> Value {
    let items: Vec<Value> = scene.names().map(|name| pod(&name)).collect();
    json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": VERSION}, "items": items})
}

/// One of them.
pub fn pod(name: &str) -> Value {
    let began = "2026-11-22T14:00:00Z";
    json!({
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {"name": name, "namespace": "default", "uid": format!("uid-{name}"), "resourceVersion": VERSION,
                     "labels": {"app": "replay"}},
        "spec": {"nodeName": "replay", "containers": [{"name": "main", "image": "replay"}]},
        "status": {
            "phase": "Running", "startTime": began,
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{
                "name": "main", "image": "replay", "imageID": "", "ready": true, "started": true, "restartCount": 0,
                "containerID": format!("replay://{name}"), "state": {"running": {"startedAt": began}},
            }],
        },
    })
}
