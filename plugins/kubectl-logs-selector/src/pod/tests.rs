//! Pods, in the states that matter to a reader of their logs.

use super::*;
use serde_json::{Value, json};

fn pod(spec: &Value, status: &Value) -> Pod {
    let metadata = json!({"name": "rng-1", "namespace": "web", "uid": "u"});
    Pod::read(&Object::new(json!({"metadata": metadata, "spec": spec, "status": status})).unwrap()).unwrap()
}

fn one(status: &Value) -> Container {
    let spec = json!({"containers": [{"name": "main"}]});
    pod(&spec, &json!({"containerStatuses": [status]})).containers.remove(0)
}

fn status(state: &Value, last: &Value, restarts: u32) -> Value {
    json!({"name": "main", "image": "", "imageID": "", "ready": false, "restartCount": restarts,
           "state": state, "lastState": last})
}

#[test]
fn a_container_waits_runs_or_has_ended() {
    let end = json!({"terminated": {"exitCode": 1}});
    let run = json!({"running": {"startedAt": "2026-11-22T15:00:01Z"}});
    let wait = |reason: &str| json!({"waiting": {"reason": reason}});
    for (state, last, is) in [
        (run.clone(), json!({}), State::Running),
        (run, end.clone(), State::Running),
        (end.clone(), json!({}), State::Ended),
        (wait("CrashLoopBackOff"), end, State::Ended),
        (wait("ContainerCreating"), json!({}), State::Waiting("ContainerCreating".into())),
    ] {
        assert_eq!(one(&status(&state, &last, 2)).state, is, "{state} {last}");
    }
    assert_eq!(one(&json!({"name": "other"})).state, State::Waiting("not started yet".into()));
}

#[test]
fn a_restart_is_another_life() {
    let run = json!({"running": {"startedAt": "1970-01-01T00:00:01Z"}});
    let container = one(&status(&run, &json!({}), 3));
    assert_eq!((container.life, container.started), (3, Some(Stamp(1_000_000_000))));
}

#[test]
fn all_kinds_of_containers_are_known_in_their_order() {
    let spec = json!({
        "containers": [{"name": "a"}, {"name": "b"}], "initContainers": [{"name": "i"}],
        "ephemeralContainers": [{"name": "e"}],
    });
    let pod = pod(&spec, &json!({}));
    let names: Vec<_> = pod.containers.iter().map(|container| (container.name.as_str(), container.role)).collect();
    assert_eq!(names, [("i", Role::Init), ("a", Role::Main), ("b", Role::Main), ("e", Role::Ephemeral)]);
    assert_eq!(pod.main.as_deref(), Some("a"));
}

#[test]
fn an_annotation_says_which_container_is_meant() {
    for (named, main) in [("b", "b"), ("gone", "a")] {
        let pod = json!({
            "metadata": {"name": "p", "annotations": {DEFAULT_CONTAINER: named}},
            "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
        });
        assert_eq!(Pod::read(&Object::new(pod).unwrap()).unwrap().main.as_deref(), Some(main));
    }
}

#[test]
fn the_owner_is_the_workload_that_a_person_knows() {
    let owned = |api: &str, kind: &str, name: &str, labels: Value| {
        let owner = json!({"apiVersion": api, "kind": kind, "name": name, "uid": "o", "controller": true});
        let pod = json!({"metadata": {"name": "p", "labels": labels, "ownerReferences": [owner]}});
        owner_name(&Object::new(pod).unwrap())
    };
    for (api, kind, name, hash, owner) in [
        ("apps/v1", "ReplicaSet", "rng-7fdd97dffb", Some("7fdd97dffb"), "deployment.apps/rng"),
        ("apps/v1", "ReplicaSet", "rng", None, "replicaset.apps/rng"),
        ("apps/v1", "DaemonSet", "rng", None, "daemonset.apps/rng"),
        ("v1", "ReplicationController", "rng", None, "replicationcontroller/rng"),
    ] {
        let labels = hash.map_or(json!({}), |hash| json!({"pod-template-hash": hash}));
        assert_eq!(owned(api, kind, name, labels).as_deref(), Some(owner));
    }
}

fn owner_name(object: &Object) -> Option<String> {
    owner(object).map(|owner| owner.name)
}
