//! The casting table: what a DaemonSet takes from a Deployment, ReplicaSet or StatefulSet, and what becomes of the rest.
//!
//! Pure: a source goes in, a JSON patch and its result come out. The same patch makes the object that is created, the
//! answer to `-o patch` and the edits of a manifest file.

mod metadata;
mod refusal;
mod selection;
mod spec;
mod strategy;

use json_patch::Patch;
use recast::difference::plain;
use recast::kind::Kind;
use recast::patch::Edits;
use serde_json::{Value, json};

use crate::remember;
use crate::toleration::Toleration;

pub use metadata::{POD_TEMPLATE_HASH, TEMPLATE_GENERATION, is_controllers, is_gitops_mark, is_of_one_object};
pub use refusal::Refusal;
pub use strategy::effective as effective_strategy;

/// The kinds that can be cast, the default one first.
pub const SOURCES: [Kind; 3] = [Kind::Deployment, Kind::ReplicaSet, Kind::StatefulSet];

/// Where the source comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Read from a cluster: marks by which Helm and its like track the source must not pass to the result.
    Cluster,
    /// Read from a file.
    File,
}

/// What the user asks of the result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Another name than the source's.
    pub name: Option<String>,
    /// Labels that a node must have.
    pub node_selector: Vec<(String, String)>,
    /// Taints that the pods tolerate.
    pub tolerations: Vec<Toleration>,
    /// Whether the namespace stays in the result.
    pub keep_namespace: bool,
    /// Whether the result remembers how to become the source again.
    pub remember: bool,
}

/// What becomes of the source's fields, for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Fields that the result has as the source had them.
    pub carried: Vec<String>,
    /// Fields that mean the same in another form.
    pub changed: Vec<String>,
    /// Fields that a DaemonSet has no place for.
    pub dropped: Vec<String>,
    /// What a person should know about any of these.
    pub notes: Vec<String>,
}

/// A source that has been cast.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The operations that turn the source into the result.
    pub patch: Patch,
    /// The result.
    pub daemon_set: Value,
    /// What became of the source's fields.
    pub account: Account,
}

impl AsRef<Patch> for Cast {
    fn as_ref(&self) -> &Patch {
        &self.patch
    }
}

/// Casts one source.
///
/// # Errors
/// If it would lose something, or the result could not be a DaemonSet.
pub fn cast(kind: Kind, source: &Value, origin: Origin, wishes: &Wishes) -> Result<Cast, Refusal> {
    refusal::check(kind, source)?;
    let mut edits = Edits::of(source.clone());
    let mut account = Account::default();
    edits.test(&["kind"]);
    edits.test(&["metadata", "name"]);
    edits.set(&["kind"], json!(Kind::DaemonSet.name()));
    metadata::cast(kind, &mut edits, origin, wishes, &mut account);
    spec::cast(kind, &mut edits, &mut account)?;
    if kind == Kind::ReplicaSet {
        selection::strip_hash(&mut edits, &mut account);
    }
    selection::check(edits.value())?;
    place(&mut edits, wishes, &mut account);
    edits.remove(&["status"]);
    if wishes.remember {
        match remember::annotation(edits.value(), source) {
            Some(value) => edits.set(&["metadata", "annotations", remember::ANNOTATION], value.into()),
            None => account
                .notes
                .push("too large to be remembered in an annotation: --undo will not know what was dropped".into()),
        }
    }
    let (patch, daemon_set) = edits.finish();
    Ok(Cast { patch, daemon_set, account })
}

/// Which nodes: what the user adds to the template.
fn place(edits: &mut Edits, wishes: &Wishes, account: &mut Account) {
    for (key, value) in &wishes.node_selector {
        let path = ["spec", "template", "spec", "nodeSelector", key];
        match edits.at(&path).map(plain) {
            Some(was) if was == *value => {}
            Some(was) => account.changed.push(format!("nodeSelector {key} {was} -> {value}")),
            None => account.changed.push(format!("nodeSelector {key}={value} added")),
        }
        edits.set(&path, json!(value));
    }
    for toleration in &wishes.tolerations {
        let value = toleration.to_value();
        let path = ["spec", "template", "spec", "tolerations"];
        let has = edits.at(&path).and_then(Value::as_array).is_some_and(|list| list.contains(&value));
        if !has {
            edits.push(&path, value);
            account.changed.push(format!("toleration {toleration} added"));
        }
    }
}

#[cfg(test)]
mod tests;
