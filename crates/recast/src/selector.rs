//! Label selectors: read from objects or a command line, matched against labels.

mod text;

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::core::{Selector, SelectorExt as _};
use serde::Deserialize as _;
use serde_json::{Map, Value};
use thiserror::Error;

pub use text::{SelectorTextError, parse};

/// Labels, or what a plain selector wants of them.
pub type Labels = BTreeMap<String, String>;

/// A selector that means nothing.
#[derive(Debug, Error)]
pub enum SelectorError {
    /// It has not the shape of a `LabelSelector`.
    #[error("not a label selector")]
    Shape(#[from] serde_json::Error),
    /// An operator is unknown, or lacks its values.
    #[error(transparent)]
    Expression(#[from] kube::core::ParseExpressionError),
}

/// Reads a `LabelSelector`: `matchLabels` and `matchExpressions`.
///
/// ```
/// use recast::selector::{label_selector, labels, matches};
/// use serde_json::json;
///
/// let selector = label_selector(&json!({"matchLabels": {"app": "rng"}}))?;
/// assert!(matches(&selector, &labels(Some(&json!({"app": "rng", "isactive": "yes"})))));
/// # Ok::<(), recast::selector::SelectorError>(())
/// ```
///
/// # Errors
/// If it is none.
pub fn label_selector(value: &Value) -> Result<Selector, SelectorError> {
    let mut value = value.clone();
    // The server reads null as the empty string.
    let labels = value.get_mut("matchLabels").and_then(Value::as_object_mut);
    labels.into_iter().flat_map(Map::values_mut).filter(|value| value.is_null()).for_each(|value| *value = "".into());
    Ok(LabelSelector::deserialize(value)?.try_into()?)
}

/// Reads the plain selector of a Service; `None` if it selects nothing by itself.
#[must_use]
pub fn service_selector(value: Option<&Value>) -> Option<Selector> {
    let labels = labels(value);
    (!labels.is_empty()).then(|| labels.into_iter().collect())
}

/// Reads labels; null is the empty string, as to the server, and what is no string is left out.
#[must_use]
pub fn labels(value: Option<&Value>) -> Labels {
    let pairs = value.and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| if value.is_null() { Some(String::new()) } else { value.as_str().map(str::to_owned) };
    pairs.filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
}

/// Whether the selector matches the labels.
#[must_use]
pub fn matches(selector: &Selector, labels: &Labels) -> bool {
    selector.matches(labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_halves_of_a_selector_count() {
        let selector = label_selector(&json!({
            "matchLabels": {"app": "rng"},
            "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}],
        }))
        .unwrap();
        let on = |pairs: Value| matches(&selector, &labels(Some(&pairs)));
        assert!(on(json!({"app": "rng"})));
        assert!(!on(json!({"app": "rng", "tier": "x"})));
        assert!(!on(json!({"tier": "y"})));
    }

    #[test]
    fn null_is_the_empty_string() {
        let selector = label_selector(&json!({"matchLabels": {"app": null}})).unwrap();
        assert!(matches(&selector, &labels(Some(&json!({"app": null})))));
        assert!(!matches(&selector, &labels(Some(&json!({"app": "x"})))));
    }

    #[test]
    fn what_is_no_selector_is_an_error() {
        assert!(label_selector(&json!({"matchLabels": {"a": 1}})).is_err());
        assert!(label_selector(&json!({"matchExpressions": [{"key": "a", "operator": "Near"}]})).is_err());
    }

    #[test]
    fn a_service_without_selector_selects_nothing() {
        assert!(service_selector(None).is_none());
        assert!(service_selector(Some(&json!({}))).is_none());
    }
}
