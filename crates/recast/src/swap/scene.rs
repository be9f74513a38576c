//! A small cluster whose workload gets a label more, at any moment of that: for tests of what is decided then.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::cluster::Answer;
use crate::label::LabelEdits;
use crate::snapshot::Snapshot;

/// A DaemonSet `rng` with pods on the nodes `a` and `b`, of which it has seen all.
pub struct Scene {
    pub swap: Swap,
    pub snapshot: Snapshot,
}

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

/// A pod of the DaemonSet of this uid, or of nobody.
pub fn pod(name: &str, node: &str, labels: &Value, owner: Option<&str>) -> Object {
    let owner = owner.map(
        |uid| json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "rng", "uid": uid, "controller": true}),
    );
    object(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "namespace": "web", "uid": name, "resourceVersion": "5", "labels": labels,
            "ownerReferences": owner.into_iter().collect::<Vec<_>>(),
        },
        "spec": {"nodeName": node},
        "status": {"podIP": "10.0.0.1"},
    }))
}

pub fn id() -> ObjectId {
    ObjectId::new(Kind::DaemonSet, "web", "rng")
}

fn daemon_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {
            "name": "rng", "namespace": "web", "uid": "old", "resourceVersion": "5", "generation": 1,
            "annotations": {GENERATION_OF_OWNER: "3"},
        },
        "spec": {
            "selector": {"matchLabels": {"app": "rng"}}, "template": {"metadata": {"labels": {"app": "rng"}}},
            "updateStrategy": {"type": "RollingUpdate"},
        },
        "status": {"observedGeneration": 1},
    })
}

/// A change of this target, about nothing yet.
pub fn journal(target: ObjectId) -> Journal {
    Journal {
        version: Journal::VERSION,
        id: "1".to_owned(),
        command: vec!["relabel".to_owned()],
        by: "me".to_owned(),
        begun: "now".to_owned(),
        edits: LabelEdits::default(),
        asked: vec![target.clone()],
        targets: vec![target],
        keep_selector: false,
        token: false,
        units: Vec::new(),
        moves: Vec::new(),
        policies: Vec::new(),
        pods: BTreeMap::new(),
        handoff: None,
    }
}

/// It goes forward.
pub fn swap(journal: Journal) -> Swap {
    Swap {
        journal,
        direction: Direction::Forward,
        run: "run".to_owned(),
        wait: true,
        field_manager: "recast".to_owned(),
        commands: Commands::default(),
    }
}

impl Scene {
    /// Before the first write.
    pub fn new() -> Self {
        let mut snapshot = Snapshot::default();
        snapshot.observe(Kind::DaemonSet, object(daemon_set()));
        for node in ["a", "b"] {
            let labels = json!({"app": "rng", GENERATION: "3"});
            snapshot.observe(Kind::Pod, pod(&format!("rng-{node}"), node, &labels, Some("old")));
        }
        let edits = LabelEdits::parse(&["on=yes"]).unwrap();
        let draft = Draft { edits: &edits, keep_selector: false, with_history: false, snapshot: &snapshot };
        let unit = draft.unit(&id(), snapshot.get(&id()).unwrap()).unwrap();
        let journal = Journal { edits, units: vec![unit], ..journal(id()) };
        let mut scene = Self { swap: swap(journal), snapshot };
        scene.lock();
        scene
    }

    fn lock(&mut self) {
        for lock in self.swap.journal.locks() {
            let secret = self.swap.journal.secret(&lock).unwrap();
            self.snapshot.observe(Kind::Secret, object(secret));
        }
    }

    /// Deleted, and held.
    pub fn held() -> Self {
        let mut scene = Self::new();
        let mut value = daemon_set();
        value["metadata"]["resourceVersion"] = json!("6");
        value["metadata"]["deletionTimestamp"] = json!("2000-01-01T00:00:00Z");
        value["metadata"]["finalizers"] = json!([HOLD]);
        scene.snapshot.observe(Kind::DaemonSet, object(value));
        scene
    }

    /// Gone, as far as somebody knows who has not seen it go; behind the fence, or not.
    pub fn absent(fenced: bool) -> Self {
        let mut scene = Self::new();
        let mut snapshot = Snapshot::default();
        for pod in scene.snapshot.of(Kind::Pod) {
            let mut value = pod.value().clone();
            value["metadata"]["ownerReferences"] = json!([]);
            snapshot.observe(Kind::Pod, object(value));
        }
        scene.snapshot = snapshot;
        scene.lock();
        if fenced {
            scene.fence();
        }
        scene
    }

    /// This run has made the fence, or marked it anew.
    pub fn fence(&mut self) {
        let id = ObjectId::new(Kind::Service, "web", "kube-recast-1-forward");
        let labels = json!({MARKER: "run"});
        let fence =
            object(json!({"metadata": {"name": id.name, "namespace": "web", "uid": "fence", "labels": labels}}));
        let request = Request::Create { id, object: Box::new(fence.clone()) };
        self.snapshot.enter(&request, Answer::Is(Box::new(fence)));
    }

    /// The next one is there, with this status; it has the pods of these names.
    pub fn created(status: &Value, taken: &[&str]) -> Self {
        let mut scene = Self::absent(true);
        let mut value = scene.swap.journal.units[0].after.object.clone();
        value["metadata"]["uid"] = json!("new");
        value["metadata"]["resourceVersion"] = json!("9");
        value["status"] = status.clone();
        let next = scene.swap.at_rest(Kind::DaemonSet, value);
        scene.snapshot.observe(Kind::DaemonSet, object(next));
        for node in ["a", "b"] {
            let name = format!("rng-{node}");
            let owner = taken.contains(&name.as_str()).then_some("new");
            scene.changed(pod(&name, node, &json!({"app": "rng", "on": "yes", GENERATION: "3"}), owner));
        }
        scene
    }

    /// Somebody or something has changed a pod, or made one.
    pub fn changed(&mut self, pod: Object) {
        let mut value = pod.into_value();
        value["metadata"]["resourceVersion"] = json!("7");
        self.snapshot.observe(Kind::Pod, object(value));
    }

    /// What is waited for now, and what is seen.
    pub fn waits(&self) -> String {
        match self.swap.next(&self.snapshot) {
            Ok(Step::Wait(gate)) => format!("{}: {}", gate.waits_for, gate.sees),
            step => panic!("{step:?}"),
        }
    }

    /// What is written now.
    pub fn writes(&self) -> Vec<String> {
        match self.swap.next(&self.snapshot) {
            Ok(Step::Act(actions)) => actions.iter().map(|action| action.request.summary()).collect(),
            step => panic!("{step:?}"),
        }
    }
}
