//! What a cast remembers: the inverse patch, in an annotation of the DaemonSet.
//!
//! Not the object: a change that was made to the DaemonSet since is carried back by applying the patch to what stands
//! there now. The patch begins with `test` operations that hold what the cast left behind; those that fail tell what
//! has changed.

use json_patch::{Patch, PatchOperation, TestOperation};
use recast::json::without;
use recast::patch::pointer;
use serde_json::{Value, json};

use crate::cast::effective_strategy;
use crate::clean::clean;

/// The annotation.
pub const ANNOTATION: &str = "kube-recast/undo";

/// The annotation of a DaemonSet that was given its first pods by another owner: `--undo` hands them back.
pub const ADOPTED: &str = "kube-recast/adopted";

/// Annotations of one object may have this many bytes in all
/// (`k8s.io/apimachinery/pkg/api/validation/objectmeta.go:TotalAnnotationSizeLimitB`).
const LIMIT: usize = 256 * 1024;

/// The template.
pub const TEMPLATE: &[&str] = &["spec", "template"];

/// How a DaemonSet's pods are replaced, which is its own.
pub const UPDATE_STRATEGY: &[&str] = &["spec", "updateStrategy"];

/// Fields whose later change is noticed. The tests of those that there were lead the patch.
pub const NOTICED: [&[&str]; 5] = [
    TEMPLATE,
    UPDATE_STRATEGY,
    &["spec", "minReadySeconds"],
    &["spec", "revisionHistoryLimit"],
    &["metadata", "labels"],
];

/// Fields of the pod to which the user can add at the cast, and add more later: what is added is taken out one by one.
pub const CHOICES: [&str; 2] = ["nodeSelector", "tolerations"];

/// The value of the annotation, or `None` if there is no room for it.
#[must_use]
pub fn annotation(daemon_set: &Value, source: &Value) -> Option<String> {
    let text = serde_json::to_string(&inverse(daemon_set, source)).ok()?;
    let others = daemon_set.pointer("/metadata/annotations").and_then(Value::as_object);
    let others: usize =
        others.into_iter().flatten().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
    (others + ANNOTATION.len() + text.len() <= LIMIT).then_some(text)
}

/// The patch that turns the DaemonSet, as the server will complete it, into the source again.
#[must_use]
pub fn inverse(daemon_set: &Value, source: &Value) -> Patch {
    let left = as_created(daemon_set);
    let mut right = clean(source);
    // The source stays in the namespace that the DaemonSet is in.
    without(&mut right, &["metadata", "namespace"]);
    for field in CHOICES {
        pad(&left["spec"]["template"]["spec"][field], &mut right["spec"]["template"]["spec"], field);
    }
    let noticed = NOTICED.iter().filter_map(|path| Some(test(path, left.pointer(pointer(path).as_str())?.clone())));
    let mut operations: Vec<PatchOperation> = noticed.collect();
    let mut now = left.clone();
    for operation in json_patch::diff(&left, &right).0 {
        operations.extend(guard(&operation, &now));
        // Positions in a list mean what they mean after the operations before.
        let applied = json_patch::patch(&mut now, std::slice::from_ref(&operation));
        debug_assert!(applied.is_ok(), "a difference can be applied to what it was made from");
        operations.push(operation);
    }
    Patch(operations)
}

/// Gives the source an empty field where the DaemonSet has a full one.
fn pad(full: &Value, spec: &mut Value, field: &str) {
    if let Some(spec) = spec.as_object_mut().filter(|spec| !spec.contains_key(field)) {
        match full {
            Value::Object(_) => drop(spec.insert(field.to_owned(), json!({}))),
            Value::Array(_) => drop(spec.insert(field.to_owned(), json!([]))),
            _ => {}
        }
    }
}

/// What was remembered on a DaemonSet.
#[must_use]
pub fn remembered(daemon_set: &Value) -> Option<Patch> {
    let text = daemon_set["metadata"]["annotations"][ANNOTATION].as_str()?;
    serde_json::from_str(text).ok()
}

/// The DaemonSet as it will be read back: with the server's defaults, without what is of this object alone.
fn as_created(daemon_set: &Value) -> Value {
    let mut value = clean(daemon_set);
    without(&mut value, &["metadata", "namespace"]);
    value["spec"]["updateStrategy"] = effective_strategy(daemon_set.pointer("/spec/updateStrategy"));
    if value["spec"]["revisionHistoryLimit"].is_null() {
        value["spec"]["revisionHistoryLimit"] = json!(10);
    }
    value
}

/// An operation inside the template must meet what the cast left there, or it would take away somebody's change.
fn guard(operation: &PatchOperation, now: &Value) -> Option<PatchOperation> {
    let inside = operation.path().as_str().starts_with("/spec/template/");
    let destroys = matches!(operation, PatchOperation::Remove(_) | PatchOperation::Replace(_));
    let value = now.pointer(operation.path().as_str())?.clone();
    (inside && destroys).then(|| PatchOperation::Test(TestOperation { path: operation.path().to_owned(), value }))
}

fn test(path: &[&str], value: Value) -> PatchOperation {
    PatchOperation::Test(TestOperation { path: pointer(path), value })
}
