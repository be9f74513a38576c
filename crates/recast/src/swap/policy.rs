//! A disruption budget or network policy whose selection moves with the pods, so that none of them ever falls out of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

    /// Whether the selector is one that the policy has in the course of the change, going either way.
    #[must_use]
    pub fn knows(&self, selector: &Value) -> bool {
        let (before, after) = (&self.before, &self.after);
        [before, after, &either(before, after), &either(after, before)].contains(&selector)
    }

    /// What it must select while the labels of the pods change, if it selects this now: all that it selects, with the
    /// values that they have and with those that they get. It asks for no label that they have yet to get, since it
    /// goes on to what it is to be only when they have all of them; nor, if that is all the difference, for one that is to go.
    #[must_use]
    pub fn meanwhile<'s>(&'s self, is: &'s Value) -> Cow<'s, Value> {
        let other = match is {
            is if *is == self.before => &self.after,
            is if *is == self.after => &self.before,
            _ => return Cow::Borrowed(is),
        };
        if conditions(other).iter().all(|condition| conditions(is).contains(condition)) {
            return Cow::Borrowed(other);
        }
        Cow::Owned(either(is, other))
    }
}

/// What a selector asks for, one by one.
fn conditions(selector: &Value) -> Vec<Value> {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let labels = labels.map(|(key, value)| json!({"key": key, "operator": "In", "values": [value]}));
    labels.chain(selector["matchExpressions"].as_array().into_iter().flatten().cloned()).collect()
}

/// A selector, and where the other one asks for other values of a label, these as well.
fn either(selector: &Value, other: &Value) -> Value {
    let others = conditions(other);
    let widened = |condition: &Value| {
        let is_in = |condition: &&Value| condition["operator"] == "In";
        let of_key = others.iter().filter(is_in).filter(|other| other["key"] == condition["key"]);
        let mut values: Vec<Value> = condition["values"].as_array().filter(|_| is_in(&condition))?.clone();
        let known = values.len();
        for value in of_key.flat_map(|other| other["values"].as_array().into_iter().flatten()) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        (values.len() > known).then(|| json!({"key": condition["key"], "operator": "In", "values": values}))
    };
    let mut either = selector.clone();
    let mut expressions = Vec::new();
    for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
        expressions.push(widened(expression).unwrap_or_else(|| expression.clone()));
    }
    for (key, value) in selector["matchLabels"].as_object().into_iter().flatten() {
        if let Some(widened) = widened(&json!({"key": key, "operator": "In", "values": [value]})) {
            crate::json::without(&mut either, &["matchLabels", key]);
            expressions.push(widened);
        }
    }
    if !expressions.is_empty() {
        either["matchExpressions"] = expressions.into();
    }
    either
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &str) -> Value {
        json!({"matchLabels": crate::selector::labels(Some(&pairs.split(',').filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into()))})
    }

    fn with(mut selector: Value, key: &str, values: &[&str]) -> Value {
        selector["matchExpressions"] = json!([{"key": key, "operator": "In", "values": values}]);
        selector
    }

    fn policy(before: &Value, after: &Value) -> Policy {
        let id = ObjectId::new(Kind::NetworkPolicy, "web", "rng");
        Policy { id, uid: String::new(), before: before.clone(), after: after.clone() }
    }

    #[test]
    fn it_holds_for_the_pods_with_their_old_labels_and_with_the_new_ones() {
        for (before, after, from_before, from_after) in [
            // One more, one less.
            (labels("app=r"), labels("app=r,on=yes"), labels("app=r"), labels("app=r")),
            (labels("app=r,tier=a"), labels("app=r"), labels("app=r"), labels("app=r")),
            // Another value.
            (
                labels("app=r,tier=a"),
                labels("app=r,tier=b"),
                with(labels("app=r"), "tier", &["a", "b"]),
                with(labels("app=r"), "tier", &["b", "a"]),
            ),
            (
                with(labels("app=r"), "tier", &["a", "c"]),
                labels("app=r,tier=b"),
                with(labels("app=r"), "tier", &["a", "c", "b"]),
                with(labels("app=r"), "tier", &["b", "a", "c"]),
            ),
            // Fewer, but one of them is new: the pods have it only later.
            (labels("app=r,x=1,y=1"), labels("app=r,on=yes"), labels("app=r,x=1,y=1"), labels("app=r,on=yes")),
            // All of it.
            (
                labels("app=r,tier=a,x=1"),
                labels("app=r,tier=b,on=yes"),
                with(labels("app=r,x=1"), "tier", &["a", "b"]),
                with(labels("app=r,on=yes"), "tier", &["b", "a"]),
            ),
        ] {
            let policy = policy(&before, &after);
            assert_eq!(*policy.meanwhile(&before), from_before, "{before} -> {after}");
            assert_eq!(*policy.meanwhile(&after), from_after, "{after} -> {before}");
            for reached in [&from_before, &from_after] {
                assert_eq!(*policy.meanwhile(reached), *reached, "it stays there: {before} -> {after}");
                assert!(policy.knows(reached));
            }
            assert!(policy.knows(&before) && policy.knows(&after) && !policy.knows(&labels("app=other")));
        }
    }
}
