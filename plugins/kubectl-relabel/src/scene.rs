//! A small cluster for tests, and what a command line is to change in it.

use recast::commands::Commands;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::{LabelEdits, relabel, split};
use recast::object::{Object, ObjectId};
use recast::snapshot::Snapshot;
use serde_json::{Map, Value, json};

use crate::change::{Change, Target};

/// An object and its kind.
pub type Thing = (Kind, Value);

/// A cluster and a command line.
pub struct Scene {
    snapshot: Snapshot,
    edits: LabelEdits,
    targets: Vec<Target>,
    flags: Vec<String>,
    commands: Commands,
}

impl Scene {
    /// The objects, and a line such as `ds/rng svc/rng on=yes --keep-selector`.
    pub fn new(objects: &[Thing], line: &str) -> Self {
        let snapshot = snapshot(objects);
        let (flags, words): (Vec<String>, Vec<String>) =
            line.split(' ').map(str::to_owned).partition(|word| word.starts_with("--"));
        let (targets, edits) = split(&words).unwrap();
        let keep_selector = flags.iter().any(|flag| flag == "--keep-selector");
        let target = |word: &String| {
            let (kind, name) = word.split_once('/').unwrap();
            let id = ObjectId::new(Kind::from_word(kind).unwrap(), "web", name);
            let before = snapshot.get(&id).unwrap().clone();
            let after = relabel(id.kind, before.value(), &edits, keep_selector).unwrap().finish().1;
            Target { id, before, after }
        };
        let targets = targets.iter().map(target).collect();
        let flags = ["--overwrite".to_owned()].into_iter().chain(flags).collect();
        Self { targets, snapshot, edits, flags, commands: Commands::default() }
    }

    /// What is to change.
    pub fn change(&self) -> Change<'_> {
        Change {
            edits: &self.edits,
            targets: &self.targets,
            flags: &self.flags,
            commands: &self.commands,
            snapshot: &self.snapshot,
        }
    }
}

/// What is known of a cluster with these objects.
pub fn snapshot(objects: &[Thing]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (kind, value) in objects {
        snapshot.observe(*kind, Object::new(value.clone()).unwrap());
    }
    snapshot
}

/// `app=rng,on=yes` as an object.
pub fn labels(pairs: &str) -> Value {
    let pairs = pairs.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

fn metadata(kind: Kind, name: &str) -> Value {
    json!({"name": name, "namespace": "web", "uid": format!("{}-{name}", kind.singular()), "generation": 1})
}

fn workload(kind: Kind, name: &str, pairs: &str, status: &Value) -> Thing {
    let labels = labels(pairs);
    let value = json!({
        "metadata": metadata(kind, name),
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}},
        "status": status,
    });
    (kind, value)
}

/// A DaemonSet that is rolled out.
pub fn daemon_set(name: &str, pairs: &str) -> Thing {
    let status = json!({
        "observedGeneration": 1, "desiredNumberScheduled": 2, "currentNumberScheduled": 2, "updatedNumberScheduled": 2,
    });
    workload(Kind::DaemonSet, name, pairs, &status)
}

/// A Deployment that is rolled out.
pub fn deployment(name: &str, pairs: &str) -> Thing {
    let status = json!({
        "observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2,
        "conditions": [{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}],
    });
    workload(Kind::Deployment, name, pairs, &status)
}

/// A StatefulSet that is rolled out.
pub fn stateful_set(name: &str, pairs: &str) -> Thing {
    let status = json!({
        "observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "currentRevision": "a", "updateRevision": "a",
    });
    workload(Kind::StatefulSet, name, pairs, &status)
}

/// A ReplicaSet, of an owner such as `deploy/web`.
pub fn replica_set(name: &str, pairs: &str, owner: Option<&str>) -> Thing {
    let mut thing = workload(Kind::ReplicaSet, name, pairs, &json!({"observedGeneration": 1, "replicas": 2}));
    thing.1["metadata"]["labels"] = labels(pairs);
    thing.1["metadata"]["ownerReferences"] = owner.map(reference).into_iter().collect();
    thing
}

/// A pod that is ready, of an owner such as `ds/rng`.
pub fn pod(name: &str, pairs: &str, owner: Option<&str>) -> Thing {
    let mut value = json!({
        "metadata": metadata(Kind::Pod, name),
        "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]},
    });
    value["metadata"]["labels"] = labels(pairs);
    value["metadata"]["ownerReferences"] = owner.map(reference).into_iter().collect();
    (Kind::Pod, value)
}

/// A Service.
pub fn service(name: &str, pairs: &str) -> Thing {
    (Kind::Service, json!({"metadata": metadata(Kind::Service, name), "spec": {"selector": labels(pairs)}}))
}

fn reference(owner: &str) -> Value {
    let (kind, name) = owner.split_once('/').unwrap();
    let kind = Kind::from_word(kind).unwrap();
    let uid = format!("{}-{name}", kind.singular());
    json!({"apiVersion": "apps/v1", "kind": kind.name(), "name": name, "uid": uid, "controller": true})
}

/// The same thing with something else at a JSON pointer.
pub fn with(thing: &Thing, pointer: &str, value: Value) -> Thing {
    let mut thing = thing.clone();
    let path: Vec<&str> = pointer.split('/').skip(1).collect();
    let mut edits = recast::patch::Edits::of(thing.1);
    edits.set(&path, value);
    thing.1 = edits.finish().1;
    thing
}

/// Failures as the user reads them.
pub fn shown(failures: &[Failure]) -> String {
    let mut out = Vec::new();
    for failure in failures {
        failure.write(&mut out).unwrap();
    }
    let text = String::from_utf8(out).unwrap();
    // Without colours.
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}
