//! A disruption budget or network policy whose selection moves with the pods, so that none of them ever falls out of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::unit::Direction;
use crate::kind::Kind;
use crate::object::ObjectId;

/// A policy that moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// The object.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// Its selector, before.
    pub before: Value,
    /// Its selector, after.
    pub after: Value,
    /// A selector that matches the pods with the old labels and with the new ones, if a value changes.
    pub bridge: Option<Value>,
}

impl Policy {
    /// The field that holds the selector.
    #[must_use]
    pub const fn field(kind: Kind) -> &'static str {
        match kind {
            Kind::NetworkPolicy => "podSelector",
            _ => "selector",
        }
    }

    /// What it selects once the change is done, going this way.
    #[must_use]
    pub const fn to(&self, direction: Direction) -> &Value {
        match direction {
            Direction::Forward => &self.after,
            Direction::Back => &self.before,
        }
    }

    /// What it must select while the labels of the pods change: never less than before.
    #[must_use]
    pub fn meanwhile(&self, direction: Direction) -> &Value {
        let (from, to) = match direction {
            Direction::Forward => (&self.before, &self.after),
            Direction::Back => (&self.after, &self.before),
        };
        match &self.bridge {
            Some(bridge) => bridge,
            None if demands(to) < demands(from) => to,
            None => from,
        }
    }
}

/// How many conditions a selector has: the fewer, the more it selects.
fn demands(selector: &Value) -> usize {
    let labels = selector["matchLabels"].as_object().map_or(0, serde_json::Map::len);
    labels + selector["matchExpressions"].as_array().map_or(0, Vec::len)
}
