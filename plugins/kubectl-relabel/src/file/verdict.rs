//! What becomes of an object of a manifest.

use json_patch::Patch;
use recast::kind::Kind;
use recast::label::{self, KINDS, LabelEdits, LabelError, Overwrite};
use recast::manifest::{ManifestObject, Verdict};
use recast::screen::Screen;
use serde_json::Value;

use super::choice::{Choice, kind_of};
use super::selection::selector;

/// What is to be done with each object that is meant.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// The edits.
    pub edits: &'a LabelEdits,
    /// Whether other values may be changed.
    pub overwrite: bool,
    /// Whether selectors of workloads stay as they are.
    pub keep_selector: bool,
}

/// What the edits do to one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelling {
    /// The operations; none if it is as asked already.
    pub patch: Patch,
    verb: &'static str,
    parts: Vec<&'static str>,
    absent: Vec<String>,
}

impl AsRef<Patch> for Labelling {
    fn as_ref(&self) -> &Patch {
        &self.patch
    }
}

impl Labelling {
    /// Says what it does, or would do if nothing else were refused.
    pub fn say(&self, screen: &Screen, place: &str, kept: bool) {
        let parts = self.parts.join(", ");
        screen.say(&match (self.parts.is_empty(), kept) {
            (true, _) => format!("{place} not labeled"),
            (false, true) => format!("{place} {} ({parts})", self.verb),
            (false, false) => format!("{place} could be {} ({parts})", self.verb),
        });
        for key in &self.absent {
            screen.labelled("note", &format!("label \"{key}\" not found."));
        }
    }
}

/// Judges one object.
pub fn judge(object: &ManifestObject, choice: &Choice, wishes: &Wishes<'_>) -> Verdict<Labelling> {
    if let Some(kind) = list_of(object).filter(|kind| choice.takes(*kind, object)) {
        let reason = format!("what is in a {}List is not looked at", kind.name());
        return refused(reason, Some("make it a List of apiVersion v1"));
    }
    let Some(kind) = kind_of(object).filter(|kind| KINDS.contains(kind) && choice.takes(*kind, object)) else {
        return Verdict::PassedOn;
    };
    let is_named = choice.names(kind, object);
    if Kind::from_manifest(object.api_version(), object.kind()).is_none() {
        let reason = format!("apiVersion {} is served no longer", object.api_version());
        return refused(reason, Some("make it an apiVersion that is: fields and their defaults differ"));
    }
    match owner(&object.value) {
        Some(owner) if kind == Kind::ReplicaSet && is_named => {
            return refused(format!("it belongs to {owner}"), Some("name its owner instead"));
        }
        Some(owner) if !is_named => return Verdict::Left(format!("it belongs to {owner}")),
        _ => {}
    }
    let every_pod = kind == Kind::NetworkPolicy && selector(object).is_some_and(|selector| selector.selects_all());
    if every_pod && !is_named {
        // Narrowed, it would leave all other pods open at once: that is for who names it.
        return Verdict::Left("it is for every pod of the namespace".to_owned());
    }
    relabel(kind, &object.value, wishes, is_named)
}

fn relabel(kind: Kind, object: &Value, wishes: &Wishes<'_>, is_named: bool) -> Verdict<Labelling> {
    let edits = match label::relabel(kind, object, wishes.edits, wishes.keep_selector) {
        Ok(edits) => edits,
        Err(error) if !is_named && chooses_none(&error) => return Verdict::Left(error.to_string()),
        Err(error) => return refused(error.to_string(), error.hint()),
    };
    let lost = label::overwritten(kind, object, wishes.edits, wishes.keep_selector);
    if !lost.is_empty() && !wishes.overwrite {
        let lost: Vec<String> = lost.iter().map(Overwrite::to_string).collect();
        return refused(lost.join("; "), Some("--overwrite changes it"));
    }
    let absent = label::absent(kind, object, wishes.edits, wishes.keep_selector);
    let absent = absent.into_iter().map(str::to_owned).collect();
    let (patch, after) = edits.finish();
    let parts = label::changed_parts(kind, object, &after);
    Verdict::Edited(Labelling { patch, verb: wishes.edits.verb(), parts, absent })
}

fn refused(reason: String, hint: Option<&str>) -> Verdict<Labelling> {
    Verdict::Refused { reason, hint: hint.map(str::to_owned) }
}

/// What chooses its pods by no label is nothing to be relabelled among many.
const fn chooses_none(error: &LabelError) -> bool {
    matches!(error, LabelError::ExternalName | LabelError::SelectsNothing | LabelError::SelectsEverything)
        || matches!(error, LabelError::NoSelector(Kind::Service))
}

/// The kind of the items of a list such as a `DeploymentList`.
fn list_of(object: &ManifestObject) -> Option<Kind> {
    let kind = Kind::from_manifest(object.api_version(), object.kind().strip_suffix("List")?)?;
    KINDS.contains(&kind).then_some(kind)
}

/// Who controls it, as in a dump of all that is there: `Deployment rng`.
fn owner(object: &Value) -> Option<String> {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let controller = owners.into_iter().flatten().find(|owner| owner["controller"] == true)?;
    let text = |field: &str| controller[field].as_str().unwrap_or_default();
    Some(format!("{} {}", text("kind"), text("name")))
}
