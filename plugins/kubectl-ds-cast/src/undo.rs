//! The way back: the source again, from what the cast remembered and from what the DaemonSet is now.

mod goal;

use json_patch::{Patch, PatchOperation, TestOperation};
use recast::difference::differences;
use recast::failure::Failure;
use recast::json::without;
use recast::kind::Kind;
use recast::object::ObjectId;
use recast::patch::pointer;
use serde_json::{Map, Value, json};

use crate::cast::{SOURCES, effective_strategy, is_gitops_mark};
use crate::clean::{clean, without_empty_maps};
use crate::remember::{ANNOTATION, CHOICES, NOTICED, TEMPLATE, UPDATE_STRATEGY, remembered};

pub use goal::UndoGoal;

/// How the way back is to be gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoWishes {
    /// The template of the time of the cast, not the present one.
    pub as_remembered: bool,
    /// How many replicas, whatever was remembered.
    pub replicas: Option<u32>,
}

/// A source that is to be created again.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Its kind.
    pub kind: Kind,
    /// The object.
    pub object: Value,
    /// What has changed on the DaemonSet since the cast, and is carried back.
    pub carried_back: Vec<String>,
    /// What has changed since and is left behind.
    pub left_behind: Vec<String>,
    /// Whether the cast had remembered it; else it is a Deployment made anew.
    pub remembered: bool,
    /// The operations that turn the DaemonSet into it.
    pub patch: Patch,
}

/// Works out the source of a DaemonSet.
///
/// # Errors
/// If what was remembered cannot be applied to what the DaemonSet is now.
pub fn restore(id: &ObjectId, daemon_set: &Value, wishes: UndoWishes) -> Result<Restored, Failure> {
    let mut restored = match remembered(daemon_set) {
        Some(patch) => from_memory(id, daemon_set, patch, wishes)?,
        None if wishes.as_remembered => {
            return Err(Failure::new(format!("{id} remembers nothing: it was not made by a cast"))
                .hint("without --as-remembered it becomes a deployment with its present template"));
        }
        None => anew(daemon_set),
    };
    if let Some(replicas) = wishes.replicas {
        restored.object["spec"]["replicas"] = json!(replicas);
    }
    without_empty_maps(&mut restored.object);
    for field in CHOICES {
        let path = ["spec", "template", "spec", field];
        if restored.object.pointer(pointer(&path).as_str()).is_some_and(is_empty) {
            without(&mut restored.object, &path);
        }
    }
    restored.patch = json_patch::diff(daemon_set, &restored.object);
    Ok(restored)
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn from_memory(id: &ObjectId, daemon_set: &Value, patch: Patch, wishes: UndoWishes) -> Result<Restored, Failure> {
    let mut value = clean(daemon_set);
    without(&mut value, &["metadata", "namespace"]);
    let tests: Vec<&TestOperation> = patch.0.iter().map_while(as_test).collect();
    let noticing = tests.len();
    let (mut carried_back, mut left_behind) = (Vec::new(), Vec::new());
    for path in NOTICED {
        let place = pointer(path);
        let then = tests.iter().find(|test| test.path == place).map(|test| test.value.clone());
        let now = value.pointer(place.as_str()).cloned().unwrap_or_default();
        let lines = differences(&path.join("."), then.as_ref().unwrap_or(&Value::Null), &now);
        let goes = path == UPDATE_STRATEGY || (wishes.as_remembered && path == TEMPLATE);
        if goes { &mut left_behind } else { &mut carried_back }.extend(lines);
        if goes && let (Some(then), Some(field)) = (then, path.last()) {
            value["spec"][*field] = then;
        }
    }
    json_patch::patch(&mut value, &patch.0[noticing..]).map_err(|error| {
        Failure::caused_by(format!("what {id} remembers does not fit to what it is now"), &error)
            .details(carried_back.clone())
            .hint("--as-remembered gives the template of the time of the cast back, without the changes made since")
    })?;
    let kind = value["kind"].as_str().and_then(|kind| Kind::from_manifest("apps/v1", kind));
    let kind = kind.filter(|kind| SOURCES.contains(kind) && value["spec"].is_object());
    let kind = kind.ok_or_else(|| {
        Failure::new(format!("what {id} remembers is no workload"))
            .hint(format!("its annotation {ANNOTATION} was edited: without it, it becomes a new deployment"))
    })?;
    Ok(Restored { kind, object: value, carried_back, left_behind, remembered: true, patch })
}

const fn as_test(operation: &PatchOperation) -> Option<&TestOperation> {
    match operation {
        PatchOperation::Test(test) => Some(test),
        _ => None,
    }
}

/// A Deployment for a DaemonSet that was never cast.
fn anew(daemon_set: &Value) -> Restored {
    let mut value = clean(daemon_set);
    for field in ["namespace", "ownerReferences", "finalizers"] {
        without(&mut value, &["metadata", field]);
    }
    for map in ["labels", "annotations"] {
        if let Some(entries) = value["metadata"][map].as_object_mut() {
            entries.retain(|key, value| !is_gitops_mark(key, value));
        }
    }
    value["kind"] = json!(Kind::Deployment.name());
    let nodes = daemon_set.pointer("/status/desiredNumberScheduled").and_then(Value::as_i64).unwrap_or(1);
    value["spec"]["replicas"] = json!(nodes);
    let update = effective_strategy(daemon_set.pointer("/spec/updateStrategy"));
    without(&mut value, &["spec", "updateStrategy"]);
    without(&mut value, &["spec", "templateGeneration"]);
    let mut left_behind = Vec::new();
    if update["type"] == "RollingUpdate" {
        let parameters = update["rollingUpdate"].as_object().cloned().unwrap_or_else(Map::new);
        value["spec"]["strategy"] = json!({"type": "RollingUpdate", "rollingUpdate": parameters});
    } else {
        left_behind.push("spec.updateStrategy: OnDelete, which a deployment has not".to_owned());
    }
    Restored {
        kind: Kind::Deployment,
        object: value,
        carried_back: Vec::new(),
        left_behind,
        remembered: false,
        patch: Patch::default(),
    }
}

#[cfg(test)]
mod tests;
