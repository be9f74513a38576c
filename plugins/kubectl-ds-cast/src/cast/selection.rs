//! The selector and the labels that it must match.

use recast::patch::Edits;
use recast::selector::{label_selector, labels, matches};
use recast::syntax::{check_key, check_name, check_value};
use serde_json::{Map, Value};

use super::metadata::POD_TEMPLATE_HASH;
use super::{Account, Refusal};

/// Takes the hash of a Deployment's ReplicaSet out of selector and template: the result is no Deployment's.
pub fn strip_hash(edits: &mut Edits, account: &mut Account) {
    let mut stripped = false;
    for map in [["spec", "selector", "matchLabels"], ["spec", "template", "metadata"]] {
        let path: &[&str] = if map[1] == "template" { &["labels", POD_TEMPLATE_HASH] } else { &[POD_TEMPLATE_HASH] };
        let path: Vec<&str> = map.iter().chain(path).copied().collect();
        stripped |= edits.remove(&path).is_some();
    }
    while let Some(position) = hash_expression(edits) {
        edits.remove(&["spec", "selector", "matchExpressions", &position.to_string()]);
        stripped = true;
    }
    if stripped {
        account.changed.push(format!("selector and template without {POD_TEMPLATE_HASH}"));
    }
}

fn hash_expression(edits: &Edits) -> Option<usize> {
    let expressions = edits.at(&["spec", "selector", "matchExpressions"])?.as_array()?;
    expressions.iter().position(|expression| expression["key"] == POD_TEMPLATE_HASH)
}

/// Checks what the result selects, and its name and labels.
pub fn check(result: &Value) -> Result<(), Refusal> {
    let selector =
        result.pointer("/spec/selector").filter(|selector| !selector.is_null()).ok_or(Refusal::NoSelector)?;
    let is_empty = |key: &str| match &selector[key] {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    if is_empty("matchLabels") && is_empty("matchExpressions") {
        return Err(Refusal::EmptySelector);
    }
    check_syntax(result)?;
    let selects = label_selector(selector).map_err(|error| Refusal::Selector(error.to_string()))?;
    if matches(&selects, &labels(result.pointer("/spec/template/metadata/labels"))) {
        Ok(())
    } else {
        Err(Refusal::SelectorMismatch)
    }
}

fn check_syntax(result: &Value) -> Result<(), Refusal> {
    let metadata = &result["metadata"];
    for field in ["name", "generateName"] {
        if !metadata[field].is_null() && !metadata[field].is_string() {
            return Err(Refusal::NotAString { field: "/metadata".into(), key: field.into() });
        }
    }
    match (metadata["name"].as_str(), metadata["generateName"].as_str()) {
        (Some(name), _) => check_name(name)?,
        (None, Some(_)) => {}
        (None, None) => return Err(Refusal::NoName),
    }
    for map in ["/metadata/labels", "/spec/template/metadata/labels", "/spec/selector/matchLabels"] {
        for (key, value) in entries(result, map) {
            check_key(key)?;
            if !value.is_null() {
                let text =
                    value.as_str().ok_or_else(|| Refusal::NotAString { field: map.to_owned(), key: key.clone() })?;
                check_value(text)?;
            }
        }
    }
    for map in ["/metadata/annotations", "/spec/template/metadata/annotations"] {
        for (key, value) in entries(result, map) {
            if !value.is_string() && !value.is_null() {
                return Err(Refusal::NotAString { field: map.to_owned(), key: key.clone() });
            }
        }
    }
    Ok(())
}

fn entries<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
