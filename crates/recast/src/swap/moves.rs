//! A Service that moves to another selector, and the bridge that it stands on while the pods' labels change.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::unit::Direction;
use crate::object::ObjectId;

/// A Service that moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// The Service.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// Its selector, before.
    pub before: Value,
    /// Its selector, after.
    pub after: Value,
    /// What it selects in between, if pods that it selects get another value of a label that it selects.
    pub bridge: Option<Bridge>,
}

/// A selector that matches the same pods while their labels change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bridge {
    /// The selector.
    pub selector: Value,
    /// Whether the pods must be given a label for it; else they have all that it selects.
    pub labelled: bool,
}

impl Move {
    /// Where it comes from, going this way.
    #[must_use]
    pub const fn from(&self, direction: Direction) -> &Value {
        match direction {
            Direction::Forward => &self.before,
            Direction::Back => &self.after,
        }
    }

    /// Where it goes to, going this way.
    #[must_use]
    pub const fn to(&self, direction: Direction) -> &Value {
        match direction {
            Direction::Forward => &self.after,
            Direction::Back => &self.before,
        }
    }

    /// Whether the selector is one that it has in the course of the change, going either way.
    #[must_use]
    pub fn knows(&self, selector: &Value) -> bool {
        let bridge = self.bridge.as_ref().map(|bridge| &bridge.selector);
        *selector == self.before || *selector == self.after || bridge == Some(selector)
    }

    /// Whether it stands on a label that its pods are given.
    #[must_use]
    pub fn is_labelled(&self) -> bool {
        self.bridge.as_ref().is_some_and(|bridge| bridge.labelled)
    }
}
