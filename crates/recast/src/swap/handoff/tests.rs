//! A handoff on a small cluster in which all goes well, and where it does not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::action::Request;
use crate::commands::Commands;
use crate::engine::{Goal as _, Planned, plan};
use crate::kind::Kind;
use crate::label::LabelEdits;
use crate::model::settle;
use crate::object::Object;
use crate::swap::{GENERATION, Journal, MARK, Wanted};

fn pod(name: &str, node: &str, ready: bool) -> Object {
    let ready = if ready { "True" } else { "False" };
    Object::new(json!({
        "metadata": {
            "name": name, "namespace": "web", "uid": name, "resourceVersion": "5",
            "labels": {"app": "rng", "pod-template-hash": "x"},
            "ownerReferences": [owner("ReplicaSet", "rng-x")],
        },
        "spec": {"nodeName": node},
        "status": {"podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": ready}]},
    }))
    .unwrap()
}

fn owner(kind: &str, name: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": format!("{kind}-{name}"), "controller": true})
}

fn workload(kind: Kind, name: &str, labels: &Value) -> Object {
    Object::new(json!({
        "apiVersion": "apps/v1", "kind": kind.name(),
        "metadata": {
            "name": name, "namespace": "web", "uid": format!("{}-{name}", kind.name()), "resourceVersion": "5",
            "generation": 1, "labels": labels,
        },
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}},
        "status": {"observedGeneration": 1, "replicas": 3},
    }))
    .unwrap()
}

fn part(kind: Kind, object: &Object) -> Part {
    Part { id: ObjectId::of(kind, object), uid: object.uid().to_owned(), object: object.value().clone() }
}

/// A Deployment with a `ReplicaSet` and three pods, two of them on one node.
struct Scene {
    snapshot: Snapshot,
    swap: Swap,
}

impl Scene {
    fn new() -> Self {
        let deployment = workload(Kind::Deployment, "rng", &json!({"app": "rng"}));
        let mut set =
            workload(Kind::ReplicaSet, "rng-x", &json!({"app": "rng", "pod-template-hash": "x"})).into_value();
        set["metadata"]["ownerReferences"] = json!([owner("Deployment", "rng")]);
        let set = Object::new(set).unwrap();
        let pods = [pod("a", "n1", true), pod("b", "n1", true), pod("c", "n2", false)];
        let labels =
            Wanted::from([("pod-template-hash".to_owned(), None), (GENERATION.to_owned(), Some("1".to_owned()))]);
        let heirs = Heirs::one_a_node(&pods.iter().collect::<Vec<_>>(), &["n1".to_owned(), "n2".to_owned()], labels);
        let daemon_set = json!({
            "apiVersion": "apps/v1", "kind": "DaemonSet",
            "metadata": {"name": "rng", "namespace": "web", "labels": {"app": "rng"}},
            "spec": {
                "selector": {"matchLabels": {"app": "rng"}}, "template": {"metadata": {"labels": {"app": "rng"}}},
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
            },
        });
        let after = Part { id: ObjectId::new(Kind::DaemonSet, "web", "rng"), uid: String::new(), object: daemon_set };
        let handoff = Handoff {
            before: Side { top: part(Kind::Deployment, &deployment), inner: vec![part(Kind::ReplicaSet, &set)] },
            after: Side { top: after, inner: Vec::new() },
            heirs,
            allow_fewer: true,
            dependents: Vec::new(),
            history: Vec::new(),
            back: vec!["ds-cast".to_owned(), "--undo".to_owned(), "ds/rng".to_owned()],
        };
        let mut snapshot = Snapshot::default();
        snapshot.observe(Kind::Deployment, deployment);
        snapshot.observe(Kind::ReplicaSet, set);
        for pod in pods {
            snapshot.observe(Kind::Pod, pod);
        }
        Self { snapshot, swap: swap(handoff, Direction::Forward) }
    }

    fn next(&self) -> Result<Step, Failure> {
        self.swap.next(&self.snapshot)
    }

    /// Goes on until the first write that has this in its summary is done.
    fn until(mut self, last: &str) -> Self {
        for _ in 0..100 {
            match self.next().unwrap() {
                Step::Wait(_) => settle(&mut self.snapshot),
                Step::Done => panic!("it never came to {last}"),
                Step::Act(actions) => {
                    let summaries: Vec<String> = actions.iter().map(|action| action.request.summary()).collect();
                    // What one decision answers with is planned as a whole.
                    self.snapshot = after(&self.snapshot, &actions);
                    if summaries.iter().any(|summary| summary == last) {
                        return self;
                    }
                }
            }
        }
        panic!("it never came to {last}")
    }

    fn edit(&mut self, id: &ObjectId, change: impl Fn(&mut Value)) {
        let mut value = self.snapshot.get(id).unwrap().value().clone();
        change(&mut value);
        value["metadata"]["resourceVersion"] = json!(u64::MAX.to_string());
        self.snapshot.observe(id.kind, Object::new(value).unwrap());
    }

    fn back(&self) -> Self {
        let handoff = self.swap.journal.handoff.clone().unwrap();
        Self { snapshot: self.snapshot.clone(), swap: swap(handoff, Direction::Back) }
    }

    fn steps(&self) -> Vec<String> {
        let line = |step: &Planned| match step {
            Planned::Act(action) => action.request.summary(),
            Planned::Wait(gate) => format!("wait for {}", gate.waits_for),
        };
        plan(&self.swap, &mut self.snapshot.clone(), settle).unwrap().iter().map(line).collect()
    }
}

/// The snapshot after these writes, by way of a plan of nothing else.
fn after(snapshot: &Snapshot, actions: &[Action]) -> Snapshot {
    struct Once<'a>(&'a [Action], std::cell::Cell<bool>);
    impl crate::engine::Goal for Once<'_> {
        fn next(&self, _: &Snapshot) -> Result<Step, Failure> {
            Ok(if self.1.replace(true) { Step::Done } else { Step::Act(self.0.to_vec()) })
        }
    }
    let mut after = snapshot.clone();
    plan(&Once(actions, std::cell::Cell::new(false)), &mut after, |_| {}).unwrap();
    after
}

fn swap(handoff: Handoff, direction: Direction) -> Swap {
    let sides = [&handoff.before, &handoff.after].map(|side| side.top.id.clone());
    let journal = Journal {
        version: Journal::VERSION,
        id: "1".to_owned(),
        command: vec!["ds-cast".to_owned()],
        by: "me".to_owned(),
        begun: "now".to_owned(),
        edits: LabelEdits::default(),
        asked: Vec::new(),
        targets: sides.into(),
        keep_selector: false,
        token: true,
        units: Vec::new(),
        moves: Vec::new(),
        policies: Vec::new(),
        pods: BTreeMap::new(),
        handoff: Some(handoff),
    };
    Swap {
        journal,
        direction,
        run: "run".to_owned(),
        wait: true,
        field_manager: "recast".to_owned(),
        commands: Commands::default(),
    }
}

const DEPLOYMENT: &str = "deployment.apps/rng";
const DAEMON_SET: &str = "daemonset.apps/rng";

fn id(kind: Kind, name: &str) -> ObjectId {
    ObjectId::new(kind, "web", name)
}

#[test]
fn the_old_owners_go_only_when_the_new_one_has_its_pods() {
    assert_eq!(
        Scene::new().steps(),
        [
            "create secret/kube-recast.daemonset.rng",
            "create secret/kube-recast.deployment.rng",
            "patch deployment.apps/rng",
            "delete deployment.apps/rng",
            "wait for what deployment.apps/rng owns to be free",
            "patch replicaset.apps/rng-x",
            "delete replicaset.apps/rng-x",
            "wait for what replicaset.apps/rng-x owns to be free",
            "patch pod/a",
            "patch pod/b",
            "patch pod/c",
            "create service/kube-recast-1-forward",
            "wait for the controllers to see the pods' new labels",
            "create daemonset.apps/rng",
            "wait for daemonset.apps/rng to be seen by its controller",
            "patch deployment.apps/rng",
            "patch replicaset.apps/rng-x",
            "delete pod/b",
            "patch daemonset.apps/rng",
            "patch daemonset.apps/rng",
            "patch pod/a",
            "patch pod/c",
            "wait for the controllers to see that the pods have lost labels",
            "delete service/kube-recast-1-forward",
            "delete secret/kube-recast.deployment.rng",
            "delete secret/kube-recast.daemonset.rng",
        ]
    );
}

#[test]
fn a_pod_too_many_belongs_to_the_journal_and_keeps_its_labels() {
    let scene = Scene::new().until("patch pod/b");
    let pod = scene.snapshot.get(&id(Kind::Pod, "b")).unwrap();
    assert_eq!(pod.controller().unwrap().kind, "Secret");
    assert_eq!((pod.label("app"), pod.label("pod-template-hash")), (Some("rng"), Some("x")));
    let kept = scene.snapshot.get(&id(Kind::Pod, "a")).unwrap();
    assert!(kept.controller().is_none());
    assert_eq!((kept.label(GENERATION), kept.label("pod-template-hash")), (Some("1"), None));
}

#[test]
fn what_is_put_back_before_anything_was_deleted_stays_as_it_is() {
    let scene = Scene::new().until("patch deployment.apps/rng");
    assert_eq!(
        scene.back().steps(),
        [
            "patch deployment.apps/rng",
            "delete secret/kube-recast.deployment.rng",
            "delete secret/kube-recast.daemonset.rng",
        ]
    );
}

#[test]
fn from_everywhere_there_is_a_way_forward_and_a_way_back() {
    let is_there = |snapshot: &Snapshot, kind, name: &str| {
        snapshot.get(&id(kind, name)).is_some_and(|object| !object.is_deleting() && object.label(MARK).is_none())
    };
    for last in [
        "create secret/kube-recast.daemonset.rng",
        "patch deployment.apps/rng",
        "delete deployment.apps/rng",
        "delete replicaset.apps/rng-x",
        "patch pod/a",
        "create service/kube-recast-1-forward",
        "create daemonset.apps/rng",
        "patch replicaset.apps/rng-x",
        "delete pod/b",
        "patch daemonset.apps/rng",
        "delete service/kube-recast-1-forward",
    ] {
        for direction in [Direction::Forward, Direction::Back] {
            let mut scene = Scene::new().until(last);
            if direction == Direction::Back {
                scene = scene.back();
            }
            for round in 0.. {
                assert!(round < 100, "{last}: no end of it");
                match scene.next().unwrap_or_else(|failure| panic!("{last} {direction:?}: {}", failure.message())) {
                    Step::Done => break,
                    Step::Wait(_) => settle(&mut scene.snapshot),
                    Step::Act(actions) => scene.snapshot = after(&scene.snapshot, &actions),
                }
            }
            let known = &scene.snapshot;
            let forward = direction == Direction::Forward;
            assert_eq!(is_there(known, Kind::DaemonSet, "rng"), forward, "{last} {direction:?}");
            assert_eq!(is_there(known, Kind::Deployment, "rng"), !forward, "{last} {direction:?}");
            assert_eq!(is_there(known, Kind::ReplicaSet, "rng-x"), !forward, "{last} {direction:?}");
            assert_eq!(known.of(Kind::Secret).count() + known.of(Kind::Service).count(), 0, "{last} {direction:?}");
            let kept = known.get(&id(Kind::Pod, "a")).unwrap();
            assert_eq!(kept.label("pod-template-hash"), (!forward).then_some("x"), "{last} {direction:?}");
            assert_eq!(kept.label(GENERATION), forward.then_some("1"), "{last} {direction:?}");
            assert_eq!(kept.label(crate::swap::TOKEN), None, "{last} {direction:?}");
        }
    }
}

#[test]
fn what_others_do_in_between_is_told_and_left() {
    let refused = |scene: &Scene| scene.next().unwrap_err().message().to_owned();
    let mut scene = Scene::new().until("create secret/kube-recast.deployment.rng");
    scene.edit(&id(Kind::Deployment, "rng"), |value| value["spec"]["template"]["spec"] = json!({"changed": true}));
    assert_eq!(refused(&scene), format!("{DEPLOYMENT} was changed since it was read"));

    let mut scene = Scene::new().until("create secret/kube-recast.deployment.rng");
    scene.snapshot.forget(&id(Kind::Deployment, "rng"), "Deployment-rng");
    assert_eq!(refused(&scene), format!("{DEPLOYMENT} was deleted by somebody else"));

    let mut scene = Scene::new().until("patch pod/a");
    scene.snapshot.observe(Kind::DaemonSet, workload(Kind::DaemonSet, "rng", &json!({"app": "rng"})));
    assert!(refused(&scene).starts_with(&format!("{DAEMON_SET} was made anew by")), "{}", refused(&scene));
    let mut back = scene.back();
    while let Ok(Step::Act(actions)) = back.next() {
        back.snapshot = after(&back.snapshot, &actions);
    }
    assert!(refused(&back).starts_with(&format!("{DAEMON_SET} was made anew by")), "it is not ours to take apart");
}

#[test]
fn what_is_being_put_back_does_not_go_forward() {
    let mut scene = Scene::new().until("create secret/kube-recast.deployment.rng");
    let fence = json!({"metadata": {"name": "kube-recast-1-back", "namespace": "web", "uid": "fence"}});
    scene.snapshot.observe(Kind::Service, Object::new(fence).unwrap());
    assert_eq!(scene.next().unwrap_err().message(), "this change is being put back");
}

#[test]
fn whoever_finds_the_journal_gone_waits_for_the_end_or_finds_it_put_back() {
    let mut scene = Scene::new().until("delete deployment.apps/rng");
    let lock = scene.swap.journal.locks().remove(0);
    let uid = scene.snapshot.get(&lock).unwrap().uid().to_owned();
    scene.snapshot.forget(&lock, &uid);
    assert!(matches!(scene.next(), Ok(Step::Wait(gate)) if gate.sees == "its journal is gone"));
    scene.edit(&id(Kind::Deployment, "rng"), |value| {
        for field in ["deletionTimestamp", "finalizers"] {
            value["metadata"].as_object_mut().unwrap().remove(field);
        }
    });
    let told = "this change was put back meanwhile, or done, by another run of it";
    assert_eq!(scene.next().unwrap_err().message(), told);
}

#[test]
fn scaling_in_between_changes_nothing() {
    let mut scene = Scene::new().until("create secret/kube-recast.deployment.rng");
    scene.edit(&id(Kind::Deployment, "rng"), |value| value["spec"]["replicas"] = json!(9));
    assert!(matches!(scene.next().unwrap(), Step::Act(_)));
}

#[test]
fn pods_too_many_wait_until_others_stand_in_for_them() {
    let mut scene = Scene::new();
    scene.swap.journal.handoff.as_mut().unwrap().allow_fewer = false;
    let mut scene = scene.until("create daemonset.apps/rng").until("patch replicaset.apps/rng-x");
    let waits = |scene: &Scene| match scene.next().unwrap() {
        Step::Wait(gate) => format!("{}: {}", gate.waits_for, gate.sees),
        step => format!("{step:?}"),
    };
    assert_eq!(waits(&scene), format!("{DAEMON_SET} to have as many ready pods as there were: 1 of 2"));
    // The pod that was not ready before is no reason to wait, another one is.
    let set = id(Kind::DaemonSet, "rng");
    scene.edit(&set, |value| value["status"]["desiredNumberScheduled"] = json!(3));
    scene.edit(&set, |value| value["status"]["numberAvailable"] = json!(1));
    assert_eq!(waits(&scene), format!("{DAEMON_SET} to be available: 1 of 3 available"));
    let mut started = pod("d", "n3", true).into_value();
    started["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "apps/v1", "kind": "DaemonSet", "name": "rng", "controller": true,
        "uid": scene.snapshot.get(&set).unwrap().uid(),
    }]);
    scene.snapshot.observe(Kind::Pod, Object::new(started).unwrap());
    scene.edit(&set, |value| value["status"]["numberAvailable"] = json!(2));
    let front =
        json!({"metadata": {"name": "rng", "namespace": "web", "uid": "s"}, "spec": {"selector": {"app": "rng"}}});
    scene.snapshot.observe(Kind::Service, Object::new(front).unwrap());
    assert_eq!(waits(&scene), format!("service/rng to take in the pods of {DAEMON_SET}: 0 of 2 are endpoints"));
    settle(&mut scene.snapshot);
    let Step::Act(actions) = scene.next().unwrap() else { panic!("{}", waits(&scene)) };
    let gone: Vec<String> = actions.iter().map(|action| action.request.summary()).collect();
    assert_eq!(gone, ["delete pod/b"]);
    assert!(matches!(&actions[0].request, Request::Delete { uid, .. } if uid == "b"));
}

#[test]
fn what_is_in_danger_is_told_until_the_next_owner_is_there() {
    let scene = Scene::new().until("create secret/kube-recast.deployment.rng");
    assert_eq!(scene.swap.exposed(&scene.snapshot), None);
    let scene = scene.until("delete deployment.apps/rng");
    let danger = scene.swap.exposed(&scene.snapshot).unwrap();
    assert!(danger.starts_with(&format!("{DEPLOYMENT} is held")), "{danger}");
    let scene = scene.until("create daemonset.apps/rng");
    assert_eq!(scene.swap.exposed(&scene.snapshot), None);
}
