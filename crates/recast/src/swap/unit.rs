//! One owner that is swapped under its pods: what it was, what it becomes, and what it must keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::object::{Object, ObjectId};

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// To what was asked for.
    Forward,
    /// To what it was before.
    Back,
}

impl Direction {
    /// A word for labels: constant, since some networks make an identity for each value that a label has.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Back => "back",
        }
    }
}

/// How an owner gets its new selector or template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Its selector changes, and selectors are immutable: it is deleted without its pods, and created anew.
    Recreate,
    /// Only its template changes, and its pods with it, so that nothing is rolled out.
    InPlace,
    /// A ReplicaSet of a Deployment, of which only labels change.
    Labels,
}

/// One object: before, or after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Where it is.
    pub id: ObjectId,
    /// Its uid; empty for what is yet to be created.
    pub uid: String,
    /// The object, whole as it was read, or as it is to be sent.
    pub object: Value,
}

/// What is known of a pod before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodRecord {
    /// Its name.
    pub name: String,
    /// The labels that the change touches, as they were; none where there was none.
    pub labels: BTreeMap<String, Option<String>>,
    /// Whether it was made from the present template, so that nothing need be rolled out for it.
    pub current: bool,
}

/// Something that belongs to the owner by its uid, and is not taken again by a controller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dependent {
    /// Where it is.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// The reference to the owner, as it was.
    pub reference: Value,
}

/// A `ControllerRevision`, before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// As it was.
    pub before: Part,
    /// With the labels that the new selector looks for.
    pub after: Part,
}

/// One owner, the pods that it keeps, and the owners between it and them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// What changes.
    pub mode: Mode,
    /// What it was.
    pub before: Part,
    /// What it becomes.
    pub after: Part,
    /// The pods that it controls itself, by uid.
    pub pods: BTreeMap<String, PodRecord>,
    /// How many of its pods were made from its present template, as far as its status counted them.
    pub updated: i64,
    /// The `ReplicaSet`s of a Deployment.
    pub children: Vec<Unit>,
    /// What belongs to it otherwise.
    pub dependents: Vec<Dependent>,
    /// Its history, if the user may write that.
    pub revisions: Vec<Revision>,
}

impl Unit {
    /// What it is while the change goes this way.
    #[must_use]
    pub const fn from(&self, direction: Direction) -> &Part {
        match direction {
            Direction::Forward => &self.before,
            Direction::Back => &self.after,
        }
    }

    /// What it becomes when the change goes this way.
    #[must_use]
    pub const fn to(&self, direction: Direction) -> &Part {
        match direction {
            Direction::Forward => &self.after,
            Direction::Back => &self.before,
        }
    }

    /// Where it is.
    #[must_use]
    pub const fn id(&self) -> &ObjectId {
        &self.before.id
    }

    /// It and the units below it, the inner ones first.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().chain(std::iter::once(self))
    }

    /// What was recorded of a pod.
    #[must_use]
    pub fn record(&self, pod: &Object) -> Option<&PodRecord> {
        self.pods.get(pod.uid())
    }
}
