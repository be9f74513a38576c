//! Metadata: what the server owns is stripped, what tracks the source is dropped, the rest is carried.

use recast::difference::plain;
use recast::kind::Kind;
use recast::object::Object;
use recast::patch::Edits;
use serde_json::{Value, json};

use super::{Account, Origin, Wishes};
use crate::remember;

/// Fields of the metadata that tie the source to other objects.
const TIES: [&str; 2] = ["ownerReferences", "finalizers"];

/// The label by which a Deployment tells each `ReplicaSet` apart.
pub const POD_TEMPLATE_HASH: &str = "pod-template-hash";

/// The annotation in which a DaemonSet counts its templates
/// (`pkg/controller/daemon/util/daemonset_util.go:IsPodUpdated`); a new one starts at 1.
pub const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// Strips and drops.
pub fn cast(kind: Kind, edits: &mut Edits, origin: Origin, wishes: &Wishes, account: &mut Account) {
    if let Some(name) = &wishes.name {
        let was = edits.at(&["metadata", "name"]).map(plain).unwrap_or_default();
        if was != *name {
            account.changed.push(format!("name {was} -> {name}"));
        }
        edits.set(&["metadata", "name"], json!(name));
    }
    if !wishes.keep_namespace && origin == Origin::Cluster {
        edits.remove(&["metadata", "namespace"]);
    }
    for field in Object::SERVER_OWNED.into_iter().chain(TIES) {
        edits.remove(&["metadata", field]);
    }
    strip(edits, "annotations", |key, _| is_of_one_object(key));
    if kind == Kind::ReplicaSet {
        strip(edits, "labels", |key, _| key == POD_TEMPLATE_HASH);
    }
    if origin == Origin::Cluster {
        for map in ["annotations", "labels"] {
            let marks = strip(edits, map, is_gitops_mark);
            account.dropped.extend(marks.into_iter().map(|mark| format!("{} {mark}", map.trim_end_matches('s'))));
        }
    }
    count(edits, account);
}

/// Whether an annotation describes just this object, so that it would be wrong on another one.
pub fn is_of_one_object(annotation: &str) -> bool {
    is_controllers(annotation)
        || annotation == "kubectl.kubernetes.io/last-applied-configuration"
        || annotation == TEMPLATE_GENERATION
        || annotation == remember::ANNOTATION
        || annotation == remember::ADOPTED
}

/// Whether a Deployment's controller writes the annotation, again and again.
pub fn is_controllers(annotation: &str) -> bool {
    annotation.starts_with("deployment.kubernetes.io/")
}

/// Whether a label or annotation is how Helm, Argo CD, Flux or an apply set finds what it owns: on the result it would
/// make their pruning delete it.
pub fn is_gitops_mark(key: &str, value: &Value) -> bool {
    key.starts_with("meta.helm.sh/release-")
        || (key == "app.kubernetes.io/managed-by" && value == "Helm")
        || key == "argocd.argoproj.io/tracking-id"
        || key.split_once('/').is_some_and(|(prefix, _)| prefix.ends_with(".toolkit.fluxcd.io"))
        || key == "applyset.kubernetes.io/part-of"
}

/// Removes entries of a map, and the map if that leaves it empty. Answers with what went.
fn strip(edits: &mut Edits, map: &str, mut goes: impl FnMut(&str, &Value) -> bool) -> Vec<String> {
    let Some(entries) = edits.at(&["metadata", map]).and_then(Value::as_object) else { return Vec::new() };
    let gone: Vec<String> =
        entries.iter().filter(|(key, value)| goes(key, value)).map(|(key, _)| key.clone()).collect();
    if !gone.is_empty() && gone.len() == entries.len() {
        edits.remove(&["metadata", map]);
    } else {
        for key in &gone {
            edits.remove(&["metadata", map, key]);
        }
    }
    gone
}

fn count(edits: &Edits, account: &mut Account) {
    for (map, one) in [("labels", "label"), ("annotations", "annotation")] {
        match edits.at(&["metadata", map]).and_then(Value::as_object).map_or(0, serde_json::Map::len) {
            0 => {}
            1 => account.carried.push(format!("1 {one}")),
            many => account.carried.push(format!("{many} {map}")),
        }
    }
}
