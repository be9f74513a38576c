use recast::commands::Commands;

use super::*;
use crate::cast::{Origin, Wishes, cast};
use crate::goal::Replace;
use crate::remember::ANNOTATION;
use crate::undo::{UndoWishes, restore};

fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "rng", "namespace": "web", "uid": "d", "labels": {"app": "rng"}},
        "spec": {
            "replicas": 2, "revisionHistoryLimit": 10, "selector": {"matchLabels": {"app": "rng"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "template": {
                "metadata": {"labels": {"app": "rng"}},
                "spec": {"containers": [{"name": "main", "image": "a"}]},
            },
        },
    })
}

fn owned(kind: Kind, name: &str, labels: &Value, owner: &str) -> (Kind, Object) {
    let reference = json!({"apiVersion": "apps/v1", "kind": "X", "name": "x", "uid": owner, "controller": true});
    let object = json!({
        "metadata": {"name": name, "namespace": "web", "uid": name, "labels": labels, "ownerReferences": [reference]},
        "spec": {"nodeName": name},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    });
    (kind, Object::new(object).unwrap())
}

fn snapshot(objects: Vec<(Kind, Object)>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (kind, object) in objects {
        snapshot.observe(kind, object);
    }
    snapshot
}

fn cast_goal() -> CastGoal {
    let wishes = Wishes { remember: true, ..Wishes::default() };
    CastGoal {
        source: ObjectId::new(Kind::Deployment, "web", "rng"),
        source_uid: "d".to_owned(),
        target: ObjectId::new(Kind::DaemonSet, "web", "rng"),
        cast: cast(Kind::Deployment, &deployment(), Origin::Cluster, &wishes).unwrap(),
        wishes,
        replace: Some(Replace { allow_fewer: false }),
        commands: Commands::default(),
        wish_words: Vec::new(),
    }
}

fn wanted(pairs: &[(&str, Option<&str>)]) -> Wanted {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
}

#[test]
fn an_adoption_knows_who_owns_the_pods_and_which_stay() {
    let labels = json!({"app": "rng", "pod-template-hash": "x"});
    let snapshot = snapshot(vec![
        owned(Kind::ReplicaSet, "rng-x", &labels, "d"),
        owned(Kind::ReplicaSet, "other-x", &labels, "other"),
        owned(Kind::Pod, "n1", &labels, "rng-x"),
        owned(Kind::Pod, "n2", &labels, "rng-x"),
        owned(Kind::Pod, "n3", &labels, "other-x"),
    ]);
    let source = Object::new(deployment()).unwrap();
    let handoff = adoption(&cast_goal(), &source, &["n1".to_owned()], &snapshot);
    let owners: Vec<String> = handoff.before.owners().map(|part| part.id.to_string()).collect();
    assert_eq!(owners, ["deployment.apps/rng", "replicaset.apps/rng-x"]);
    let pods: Vec<(&str, bool)> =
        handoff.heirs.pods.values().map(|heir| (heir.record.name.as_str(), heir.kept)).collect();
    assert_eq!(pods, [("n1", true), ("n2", false)]);
    assert_eq!(handoff.heirs.labels, wanted(&[(POD_TEMPLATE_HASH, None), (REVISION, None), (GENERATION, Some("1"))]));
    let annotations = &handoff.after.top.object["metadata"]["annotations"];
    assert_eq!((&annotations[TEMPLATE_GENERATION], &annotations[ADOPTED]), (&json!("1"), &json!("true")));
    assert!(annotations[ANNOTATION].is_string(), "it remembers its source");
    // As the server completes it: else the last patch would never be the last.
    let rolling = json!({"maxUnavailable": "25%", "maxSurge": 0});
    assert_eq!(handoff.after.top.object["spec"]["updateStrategy"]["rollingUpdate"], rolling);
}

#[test]
fn on_the_way_back_a_replica_set_stands_ready_for_the_deployment() {
    let mut daemon_set = daemon_set(&cast_goal());
    daemon_set["metadata"]["uid"] = json!("s");
    let id = ObjectId::new(Kind::DaemonSet, "web", "rng");
    let restored = restore(&id, &daemon_set, UndoWishes::default()).unwrap();
    assert_eq!(restored.object["metadata"]["annotations"], json!(null), "what was for the DaemonSet alone is gone");
    let goal = UndoGoal {
        daemon_set_uid: "s".to_owned(),
        daemon_set: id,
        source: ObjectId::new(Kind::Deployment, "web", "rng"),
        restored,
        wishes: UndoWishes::default(),
        commands: Commands::default(),
    };
    let labels = json!({"app": "rng"});
    let pods = ["a", "b", "c"].map(|name| owned(Kind::Pod, name, &labels, "s"));
    let handoff = return_to_source(&goal, &Object::new(daemon_set).unwrap(), &snapshot(pods.into()));
    let set = &handoff.after.inner[0].object;
    let hash = set["metadata"]["labels"][POD_TEMPLATE_HASH].as_str().unwrap();
    assert_eq!(set["metadata"]["name"], format!("rng-{hash}"));
    let with_hash = json!({"app": "rng", "pod-template-hash": hash});
    assert_eq!(set["spec"]["selector"]["matchLabels"], with_hash);
    assert_eq!(set["spec"]["template"]["metadata"]["labels"], with_hash);
    assert_eq!(set["spec"]["replicas"], 2);
    assert_eq!(handoff.after.top.object["spec"]["template"]["metadata"]["labels"], labels);
    assert_eq!(handoff.heirs.labels, wanted(&[(POD_TEMPLATE_HASH, Some(hash)), (REVISION, None), (GENERATION, None)]));
    assert_eq!(handoff.heirs.pods.values().filter(|heir| heir.kept).count(), 2);
}

#[test]
fn pods_of_two_templates_are_a_rollout() {
    for (kind, status, rolls) in [
        (Kind::Deployment, json!({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2}), false),
        (Kind::Deployment, json!({"observedGeneration": 1, "replicas": 3, "updatedReplicas": 2}), true),
        (Kind::Deployment, json!({"observedGeneration": 1}), false),
        (Kind::Deployment, json!({"replicas": 2, "updatedReplicas": 2}), true),
        (Kind::DaemonSet, json!({"observedGeneration": 1, "currentNumberScheduled": 2}), true),
        (Kind::ReplicaSet, json!({"observedGeneration": 1, "replicas": 2}), false),
    ] {
        let object = Object::new(json!({"metadata": {"generation": 1}, "status": status})).unwrap();
        assert_eq!(is_rolling(kind, &object), rolls, "{kind} {status}");
    }
}
