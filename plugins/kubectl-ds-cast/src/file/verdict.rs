//! What becomes of an object of a manifest.

use recast::kind::Kind;
use recast::manifest::Verdict;
use serde_json::Value;

use crate::cast::{Cast, Origin, SOURCES, Wishes, cast};

/// A cast that becomes an edit of a file.
type Judgement = Verdict<Cast>;

/// Judges one object.
pub fn judge(object: &Value, wishes: &Wishes) -> Judgement {
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if let Some(list_of) = kind.strip_suffix("List").filter(|_| api_version == "apps/v1") {
        return if SOURCES.iter().any(|source| source.name() == list_of) {
            refused(format!("a {kind} cannot hold daemon sets"), "make it a List of apiVersion v1")
        } else {
            Verdict::PassedOn
        };
    }
    if Kind::from_former_manifest(api_version, kind).is_some_and(|kind| SOURCES.contains(&kind)) {
        return refused(
            format!("apiVersion {api_version} is served no longer"),
            "make it apps/v1 first: it needs a selector, and its defaults differ",
        );
    }
    match Kind::from_manifest(api_version, kind).filter(|kind| SOURCES.contains(kind)) {
        None => Verdict::PassedOn,
        Some(source) => match owner(source, object) {
            Some(owner) => Verdict::Left(format!("it belongs to deployment {owner}")),
            None => match cast(source, object, Origin::File, wishes) {
                Ok(cast) => Verdict::Edited(cast),
                Err(refusal) => refused(refusal.to_string(), refusal.hint()),
            },
        },
    }
}

fn refused(reason: String, hint: &str) -> Judgement {
    Verdict::Refused { reason, hint: Some(hint.to_owned()) }
}

/// The Deployment of a `ReplicaSet`, as in a dump of all that is there.
fn owner(kind: Kind, object: &Value) -> Option<&str> {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let mut owners = owners.into_iter().flatten().filter(|_| kind == Kind::ReplicaSet);
    owners.find(|owner| owner["kind"] == Kind::Deployment.name())?["name"].as_str()
}
