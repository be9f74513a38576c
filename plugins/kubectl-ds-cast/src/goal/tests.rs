use recast::engine::{Planned, plan};
use serde_json::{Value, json};

use super::*;
use crate::model::settle;

const NODES: usize = 3;

fn source(replicas: usize) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "rng", "namespace": "web", "uid": "s", "resourceVersion": "5", "labels": {"app": "rng"}},
        "spec": {
            "replicas": replicas, "revisionHistoryLimit": 10, "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": "rng"}},
            "template": {"metadata": {"labels": {"app": "rng"}}, "spec": {"containers": [{"name": "rng", "image": "rng:1"}]}},
        },
    })
}

/// Nodes, a Service, and the source with its pods ready and behind the Service.
fn snapshot(replicas: usize) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for number in 1..=NODES {
        observe(&mut snapshot, Kind::Node, json!({"metadata": {"name": format!("node-{number}")}}));
    }
    let service = json!({"metadata": {"name": "rng", "namespace": "web"}, "spec": {"selector": {"app": "rng"}}});
    observe(&mut snapshot, Kind::Service, service);
    observe(&mut snapshot, Kind::Deployment, source(replicas));
    settle(&mut snapshot, &id(Kind::Deployment));
    snapshot
}

fn observe(snapshot: &mut Snapshot, kind: Kind, value: Value) {
    snapshot.observe(kind, Object::new(value).unwrap());
}

fn id(kind: Kind) -> ObjectId {
    ObjectId::new(kind, "web", "rng")
}

fn goal(replicas: usize, replace: Option<bool>) -> CastGoal {
    let wishes = Wishes { remember: true, ..Wishes::default() };
    CastGoal {
        source: id(Kind::Deployment),
        source_uid: "s".into(),
        target: id(Kind::DaemonSet),
        cast: cast(Kind::Deployment, &source(replicas), Origin::Cluster, &wishes).unwrap(),
        wishes,
        replace: replace.map(|allow_fewer| Replace { allow_fewer }),
        commands: Commands::default(),
        wish_words: Vec::new(),
    }
}

fn summary(goal: &CastGoal, mut snapshot: Snapshot) -> Vec<String> {
    let steps = plan(goal, &mut snapshot, |snapshot| settle(snapshot, &goal.target)).unwrap();
    steps
        .iter()
        .map(|step| match step {
            Planned::Act(action) => action.request.summary(),
            Planned::Wait(gate) => format!("wait for {}", gate.waits_for),
        })
        .collect()
}

fn refusal(goal: &CastGoal, snapshot: &Snapshot) -> String {
    goal.next(snapshot).unwrap_err().to_string()
}

/// The DaemonSet as the server has it after the cast, ready everywhere.
fn with_daemon_set(mut snapshot: Snapshot, replicas: usize) -> Snapshot {
    let mut value = goal(replicas, None).cast.daemon_set;
    value["metadata"].as_object_mut().unwrap().extend(
        json!({"namespace": "web", "uid": "d", "resourceVersion": "9", "generation": 1}).as_object().unwrap().clone(),
    );
    observe(&mut snapshot, Kind::DaemonSet, value);
    settle(&mut snapshot, &id(Kind::DaemonSet));
    snapshot
}

fn change(snapshot: &mut Snapshot, kind: Kind, pointer: &str, value: Value) {
    let mut object = snapshot.get(&id(kind)).unwrap().value().clone();
    *object.pointer_mut(pointer).unwrap() = value;
    observe(snapshot, kind, object);
}

#[test]
fn a_plain_cast_creates_and_is_done() {
    assert_eq!(summary(&goal(2, None), snapshot(2)), ["create daemonset.apps/rng"]);
    assert_eq!(summary(&goal(2, None), with_daemon_set(snapshot(2), 2)), Vec::<String>::new());
}

#[test]
fn a_replacement_waits_before_it_deletes() {
    assert_eq!(
        summary(&goal(2, Some(false)), snapshot(2)),
        [
            "create daemonset.apps/rng",
            "wait for daemonset.apps/rng to be ready on every node",
            "delete deployment.apps/rng",
        ]
    );
}

#[test]
fn a_run_that_was_killed_is_finished_by_the_next() {
    assert_eq!(summary(&goal(2, Some(false)), with_daemon_set(snapshot(2), 2)), ["delete deployment.apps/rng"]);
}

#[test]
fn a_source_scaled_meanwhile_is_remembered_as_it_is_at_the_end() {
    let mut scaled = with_daemon_set(snapshot(2), 2);
    change(&mut scaled, Kind::Deployment, "/spec/replicas", json!(3));
    assert_eq!(summary(&goal(3, Some(false)), scaled), ["patch daemonset.apps/rng", "delete deployment.apps/rng"]);
}

#[test]
fn fewer_pods_than_now_need_a_word() {
    assert!(
        refusal(&goal(NODES + 1, Some(false)), &snapshot(NODES + 1))
            .contains("would run on 3 nodes, deployment.apps/rng has 4 pods ready")
    );
    assert_eq!(summary(&goal(NODES + 1, Some(true)), snapshot(NODES + 1)).len(), 3);
    let later = with_daemon_set(snapshot(NODES + 1), NODES + 1);
    assert!(refusal(&goal(NODES + 1, Some(false)), &later).contains("has 3 pods ready"));
}

#[test]
fn a_service_that_would_lose_endpoints_keeps_the_source() {
    let mut other = with_daemon_set(snapshot(2), 2);
    // Nothing behind this Service is the daemon set's.
    let slice = json!({
        "metadata": {"name": "web-1", "namespace": "web", "labels": {"kubernetes.io/service-name": "web"}},
        "endpoints": [{"conditions": {"ready": true}, "targetRef": {"uid": "planned-deployment-rng-0"}}],
    });
    observe(&mut other, Kind::EndpointSlice, slice);
    let service = json!({"metadata": {"name": "web", "namespace": "web"}, "spec": {"selector": {"hash": "x"}}});
    observe(&mut other, Kind::Service, service);
    assert!(refusal(&goal(2, Some(false)), &other).contains("deployment.apps/rng stays"));
    assert!(matches!(goal(2, Some(true)).next(&other), Ok(Step::Act(_))));
}

#[test]
fn what_differs_is_not_overwritten() {
    let mut edited = with_daemon_set(snapshot(2), 2);
    change(&mut edited, Kind::DaemonSet, "/spec/template/spec/containers/0/image", json!("rng:2"));
    assert!(goal(2, None).next(&edited).is_ok(), "of generation 1, it is what admission made of the cast");
    change(&mut edited, Kind::DaemonSet, "/metadata/generation", json!(2));
    assert!(refusal(&goal(2, None), &edited).contains("differs"));
    assert!(refusal(&goal(2, Some(false)), &edited).contains("differs"));
}

#[test]
fn a_source_that_somebody_made_anew_is_not_deleted() {
    let mut anew = with_daemon_set(snapshot(2), 2);
    change(&mut anew, Kind::Deployment, "/metadata/uid", json!("other"));
    assert!(refusal(&goal(2, Some(false)), &anew).contains("created anew"));
}

#[test]
fn a_port_that_the_source_holds_is_seen_before_anything_is_written() {
    let mut goal = goal(1, Some(false));
    goal.cast.daemon_set["spec"]["template"]["spec"]["containers"][0]["ports"] =
        json!([{"containerPort": 1, "hostPort": 1}]);
    let mut held = snapshot(1);
    let mut pod = held.of(Kind::Pod).next().unwrap().value().clone();
    pod["spec"]["nodeName"] = json!("node-1");
    observe(&mut held, Kind::Pod, pod);
    assert!(refusal(&goal, &held).contains("would wait for ever"));
}

#[test]
fn a_service_that_has_not_taken_the_pods_in_yet_is_waited_for() {
    let mut early = with_daemon_set(snapshot(2), 2);
    let slice = json!({
        "metadata": {"name": "rng-planned-daemonset.apps", "namespace": "web", "labels": {"kubernetes.io/service-name": "rng"}},
        "endpoints": [],
    });
    observe(&mut early, Kind::EndpointSlice, slice);
    assert_eq!(
        summary(&goal(2, Some(false)), early),
        ["wait for service/rng to take in the pods of daemonset.apps/rng", "delete deployment.apps/rng"]
    );
}

#[test]
fn a_source_that_is_going_already_is_waited_for() {
    let mut going = with_daemon_set(snapshot(2), 2);
    let mut object = going.get(&id(Kind::Deployment)).unwrap().value().clone();
    object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    observe(&mut going, Kind::Deployment, object);
    assert_eq!(summary(&goal(2, Some(false)), going.clone()), ["wait for deployment.apps/rng and its pods to be gone"]);
    going.forget(&id(Kind::DaemonSet), "d");
    assert!(refusal(&goal(2, Some(false)), &going).contains("being deleted"));
}
