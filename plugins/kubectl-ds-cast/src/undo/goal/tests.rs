use recast::engine::{Planned, plan};
use recast::kind::Kind;
use serde_json::json;

use super::*;
use crate::cast::{Origin, Wishes, cast};
use crate::model::settle;

fn id(kind: Kind) -> ObjectId {
    ObjectId::new(kind, "web", "rng")
}

fn source(spec: &Value) -> Value {
    let mut value = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "rng", "namespace": "web", "uid": "s", "generation": 1},
        "spec": {
            "replicas": 3, "revisionHistoryLimit": 10, "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": "rng"}},
            "template": {"metadata": {"labels": {"app": "rng"}}, "spec": {"containers": [{"name": "rng"}]}},
        },
    });
    value["spec"].as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    value
}

/// A node, and the DaemonSet of the source, ready.
fn snapshot(source: &Value) -> Snapshot {
    let wishes = Wishes { remember: true, keep_namespace: true, ..Wishes::default() };
    let mut value = cast(Kind::Deployment, source, Origin::Cluster, &wishes).unwrap().daemon_set;
    value["metadata"]["uid"] = json!("d");
    value["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"] = json!(0);
    let mut snapshot = Snapshot::default();
    for (kind, value) in [(Kind::Node, json!({"metadata": {"name": "node-1"}})), (Kind::DaemonSet, value)] {
        snapshot.observe(kind, Object::new(value).unwrap());
    }
    settle(&mut snapshot, &id(Kind::DaemonSet));
    snapshot
}

fn goal(snapshot: &Snapshot, wishes: UndoWishes) -> UndoGoal {
    let daemon_set = snapshot.get(&id(Kind::DaemonSet)).unwrap();
    UndoGoal {
        daemon_set: id(Kind::DaemonSet),
        daemon_set_uid: "d".into(),
        source: id(Kind::Deployment),
        restored: restore(&id(Kind::DaemonSet), daemon_set.value(), wishes).unwrap(),
        wishes,
        commands: Commands::default(),
    }
}

fn summary(mut snapshot: Snapshot, wishes: UndoWishes) -> Vec<String> {
    let goal = goal(&snapshot, wishes);
    let steps = plan(&goal, &mut snapshot, |snapshot| settle(snapshot, &goal.source)).unwrap();
    let line = |step: &Planned| match step {
        Planned::Act(action) => action.request.summary(),
        Planned::Wait(gate) => format!("wait for {}", gate.waits_for),
    };
    steps.iter().map(line).collect()
}

/// The source stands beside its DaemonSet, with so many replicas.
fn beside(replicas: i64) -> Snapshot {
    let mut snapshot = snapshot(&source(&json!({})));
    let value = source(&json!({"replicas": replicas}));
    snapshot.observe(Kind::Deployment, Object::new(value).unwrap());
    settle(&mut snapshot, &id(Kind::Deployment));
    snapshot
}

const CREATE: &str = "create deployment.apps/rng";
const PATCH: &str = "patch deployment.apps/rng";
const WAIT: &str = "wait for deployment.apps/rng to be available";
const DELETE: &str = "delete daemonset.apps/rng";

#[test]
fn the_source_comes_back_before_the_daemon_set_goes() {
    assert_eq!(summary(snapshot(&source(&json!({}))), UndoWishes::default()), [CREATE, WAIT, DELETE]);
}

#[test]
fn a_paused_source_is_paused_once_its_pods_are_there() {
    let paused = snapshot(&source(&json!({"paused": true})));
    assert_eq!(summary(paused, UndoWishes::default()), [CREATE, WAIT, PATCH, DELETE]);
}

#[test]
fn a_source_scaled_down_beside_its_daemon_set_is_scaled_up_first() {
    assert_eq!(summary(beside(0), UndoWishes::default())[0], PATCH);
    assert_eq!(summary(beside(3), UndoWishes::default()), [DELETE]);
    assert_eq!(summary(beside(5), UndoWishes::default()), [DELETE], "a scaler may have scaled it up");
    let exactly = UndoWishes { replicas: Some(2), ..UndoWishes::default() };
    assert_eq!(summary(beside(5), exactly)[0], PATCH);
}

#[test]
fn a_daemon_set_changed_while_its_source_comes_back_stays() {
    let mut changed = beside(3);
    let goal = goal(&changed, UndoWishes::default());
    let mut value = changed.get(&id(Kind::DaemonSet)).unwrap().value().clone();
    value["spec"]["template"]["spec"]["containers"][0]["image"] = json!("new");
    changed.observe(Kind::DaemonSet, Object::new(value).unwrap());
    assert!(goal.next(&changed).unwrap_err().to_string().contains("was changed"));
}

#[test]
fn what_would_have_no_room_is_refused_before_anything_is_written() {
    let ports = json!([{"name": "rng", "ports": [{"containerPort": 1, "hostPort": 1}]}]);
    let mut crowded = source(&json!({}));
    crowded["spec"]["template"]["spec"]["containers"] = ports;
    let snapshot = snapshot(&crowded);
    let failure = goal(&snapshot, UndoWishes::default()).next(&snapshot).unwrap_err();
    assert!(failure.to_string().contains("would wait for ever"), "{failure}");
}
