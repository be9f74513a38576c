//! What others do to Services and policies in the middle of a change is told, and left as it is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::scene::{journal, swap};
use super::*;
use crate::label::LabelEdits;

/// A change of the Service `rng` and of a policy, at their beginning.
struct Scene {
    swap: Swap,
    snapshot: Snapshot,
}

fn object(kind: Kind, field: &str, uid: &str, selector: &Value) -> Object {
    Object::new(json!({
        "apiVersion": "v1", "kind": kind.name(),
        "metadata": {"name": "rng", "namespace": "web", "uid": uid, "resourceVersion": "5"},
        "spec": {field: selector},
    }))
    .unwrap()
}

fn id(kind: Kind) -> ObjectId {
    ObjectId::new(kind, "web", "rng")
}

impl Scene {
    fn new() -> Self {
        let (before, after) = (json!({"app": "rng"}), json!({"app": "rng", "on": "yes"}));
        let policy = |selector: &Value| json!({"matchLabels": selector});
        let journal = Journal {
            moves: vec![Move {
                id: id(Kind::Service),
                uid: "service".to_owned(),
                before: before.clone(),
                after: after.clone(),
                bridge: None,
            }],
            policies: vec![Policy {
                id: id(Kind::NetworkPolicy),
                uid: "policy".to_owned(),
                before: policy(&before),
                after: policy(&after),
            }],
            ..journal(id(Kind::Service))
        };
        let mut snapshot = Snapshot::default();
        snapshot.observe(Kind::Service, object(Kind::Service, "selector", "service", &before));
        snapshot.observe(Kind::NetworkPolicy, object(Kind::NetworkPolicy, "podSelector", "policy", &policy(&before)));
        Self { swap: Swap { wait: false, ..swap(journal) }, snapshot }
    }

    fn refused(&self) -> String {
        let failure = self.swap.next(&self.snapshot).expect_err("it is refused");
        let mut told = Vec::new();
        failure.write(&mut told).unwrap();
        assert!(String::from_utf8(told).unwrap().contains("kubectl relabel --abort svc/rng puts back what was"));
        failure.message().to_owned()
    }

    fn written(&self) -> Vec<String> {
        match self.swap.next(&self.snapshot) {
            Ok(Step::Act(actions)) => actions.iter().map(|action| action.request.summary()).collect(),
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn a_service_that_is_gone_or_made_anew_is_told() {
    let expected = "service/rng was deleted, or made anew, by somebody else";
    let mut scene = Scene::new();
    assert_eq!(scene.written(), ["patch service/rng"]);
    scene.snapshot.forget(&id(Kind::Service), "service");
    assert_eq!(scene.refused(), expected);
    scene.snapshot.observe(Kind::Service, object(Kind::Service, "selector", "another", &json!({"app": "rng"})));
    assert_eq!(scene.refused(), expected);
}

#[test]
fn a_service_whose_selector_is_another_one_is_told() {
    let mut scene = Scene::new();
    let mut changed = object(Kind::Service, "selector", "service", &json!({"app": "other"})).into_value();
    changed["metadata"]["resourceVersion"] = json!("6");
    scene.snapshot.observe(Kind::Service, Object::new(changed).unwrap());
    assert_eq!(scene.refused(), "the selector of service/rng was changed by somebody else, and is left as it is");
}

#[test]
fn what_others_have_made_their_own_keeps_nothing_else_from_being_put_back() {
    let mut scene = Scene::new();
    assert_eq!(scene.swap.theirs(&scene.snapshot), Vec::<&ObjectId>::new());
    for (kind, field) in [(Kind::Service, "selector"), (Kind::NetworkPolicy, "podSelector")] {
        let mut changed = object(kind, field, "another", &json!({})).into_value();
        changed["metadata"]["resourceVersion"] = json!("6");
        scene.snapshot.observe(kind, Object::new(changed).unwrap());
    }
    assert_eq!(scene.swap.theirs(&scene.snapshot), [&id(Kind::Service), &id(Kind::NetworkPolicy)]);
    scene.swap.direction = Direction::Back;
    assert!(matches!(scene.swap.next(&scene.snapshot), Ok(Step::Done)));
}

/// With its Service where it is to be, the policy is next.
fn settled() -> Scene {
    let mut scene = Scene::new();
    scene.swap.journal.moves.clear();
    scene
}

#[test]
fn a_policy_that_is_gone_or_made_anew_is_told() {
    let expected = "networkpolicy.networking.k8s.io/rng was deleted, or made anew, by somebody else";
    let mut scene = settled();
    assert_eq!(scene.written(), ["patch networkpolicy.networking.k8s.io/rng"]);
    scene.snapshot.forget(&id(Kind::NetworkPolicy), "policy");
    assert_eq!(scene.refused(), expected);
    let another = object(Kind::NetworkPolicy, "podSelector", "another", &json!({"matchLabels": {"app": "rng"}}));
    scene.snapshot.observe(Kind::NetworkPolicy, another);
    assert_eq!(scene.refused(), expected);
}

#[test]
fn a_policy_whose_selector_is_another_one_is_told() {
    let mut scene = settled();
    let mut changed = object(Kind::NetworkPolicy, "podSelector", "policy", &json!({})).into_value();
    changed["metadata"]["resourceVersion"] = json!("6");
    scene.snapshot.observe(Kind::NetworkPolicy, Object::new(changed).unwrap());
    let expected =
        "the selector of networkpolicy.networking.k8s.io/rng was changed by somebody else, and is left as it is";
    assert_eq!(scene.refused(), expected);
}

/// The pod `one`, named beside the Service.
fn named(labels: &Value) -> Object {
    let metadata = json!({"name": "one", "namespace": "web", "uid": "pod", "resourceVersion": "5", "labels": labels});
    Object::new(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})).unwrap()
}

#[test]
fn whoever_comes_after_the_journal_is_gone_changes_no_pod_that_is_as_before() {
    let mut scene = Scene::new();
    scene.swap.journal.edits = LabelEdits::parse(&["on=yes"]).unwrap();
    let labels = BTreeMap::from([("on".to_owned(), None)]);
    let record = PodRecord { name: "one".to_owned(), labels, current: false };
    scene.swap.journal.pods.insert("pod".to_owned(), record);
    scene.snapshot.observe(Kind::Pod, named(&json!({"app": "rng"})));
    let locks = scene.swap.journal.locks();
    assert_eq!(scene.written(), [format!("create {}", locks[0])]);
    for lock in &locks {
        let secret = Object::new(scene.swap.journal.secret(lock).unwrap()).unwrap();
        scene.snapshot.observe(Kind::Secret, secret);
    }
    // The policy holds for old and new as it is.
    assert_eq!(scene.written(), ["patch pod/one"]);
    for lock in &locks {
        scene.snapshot.forget(lock, "");
    }
    let failure = scene.swap.next(&scene.snapshot).expect_err("it is refused");
    assert_eq!(failure.message(), "this change was put back meanwhile, or done, by another run of it");
}
