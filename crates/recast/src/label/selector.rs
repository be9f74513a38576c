//! Edits of a `LabelSelector`: `matchLabels`, and the expressions on the same keys.

use serde_json::Value;

use super::map::{self, Guard};
use super::{LabelEdit, LabelEdits, LabelError};
use crate::patch::{Edits, Path};
use crate::selector::label_selector;

/// What becomes of an expression on a key that is edited.
enum Fate {
    /// The labels satisfy it as they are to be.
    Stays,
    /// It wants the key as it was.
    Goes,
    /// It forbids what the labels are to be.
    Contradicts,
}

/// Edits the selector at a path.
///
/// # Errors
/// If an expression forbids what is to be set, or the selector cannot be read.
pub fn edit(edits: &mut Edits, path: &Path<'_>, labels: &LabelEdits) -> Result<(), LabelError> {
    let open = |edit: &&LabelEdit| !is_pinned(edits.at(path), edit);
    let open: LabelEdits = labels.iter().filter(open).cloned().collect();
    map::edit(edits, &at(path, "matchLabels"), &open, Guard::None)?;
    edit_expressions(edits, path, labels)?;
    let selector = edits.at(path).filter(|selector| !selector.is_null());
    let read = selector.map_or(Ok(()), |selector| label_selector(selector).map(drop));
    read.map_err(|error| LabelError::Selector(error.to_string()))
}

/// Whether the selector wants a label at all: one that only forbids some matches pods of any kind.
pub fn is_binding(selector: &Value) -> bool {
    let labels = selector["matchLabels"].as_object().is_some_and(|labels| !labels.is_empty());
    labels || expressions(Some(selector)).iter().any(binds)
}

/// Whether the selector says anything.
pub fn is_empty(selector: &Value) -> bool {
    selector["matchLabels"].as_object().is_none_or(serde_json::Map::is_empty) && expressions(Some(selector)).is_empty()
}

/// The expressions of a selector.
pub fn expressions(selector: Option<&Value>) -> &[Value] {
    selector.and_then(|selector| selector["matchExpressions"].as_array()).map_or(&[], Vec::as_slice)
}

/// Whether pods must have its key.
pub fn binds(expression: &Value) -> bool {
    matches!(expression["operator"].as_str(), Some("In" | "Exists"))
}

/// The values of an expression.
pub fn values(expression: &Value) -> Vec<&str> {
    expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether an expression says already what a label in `matchLabels` would: `isactive In (yes)`.
fn is_pinned(selector: Option<&Value>, edit: &LabelEdit) -> bool {
    let absent = selector.is_none_or(|selector| selector["matchLabels"][&edit.key].is_null());
    let only = |expression: &Value| edit.value.as_deref().is_some_and(|value| values(expression) == [value]);
    let pins =
        |expression: &Value| expression["key"] == *edit.key && expression["operator"] == "In" && only(expression);
    absent && expressions(selector).iter().any(pins)
}

fn edit_expressions(edits: &mut Edits, path: &Path<'_>, labels: &LabelEdits) -> Result<(), LabelError> {
    let (mut going, all) = (Vec::new(), expressions(edits.at(path)));
    for (position, expression) in all.iter().enumerate() {
        let Some(edit) = labels.iter().find(|edit| expression["key"] == *edit.key) else { continue };
        match fate(expression, edit) {
            Fate::Stays => {}
            Fate::Goes => going.push(position),
            Fate::Contradicts => {
                return Err(LabelError::Contradiction { key: edit.key.clone(), expression: shown(expression) });
            }
        }
    }
    let path = at(path, "matchExpressions");
    if !going.is_empty() && going.len() == all.len() {
        edits.remove(&path);
        return Ok(());
    }
    for position in going.into_iter().rev() {
        edits.remove(&at(&path, &position.to_string()));
    }
    Ok(())
}

fn fate(expression: &Value, edit: &LabelEdit) -> Fate {
    let values = values(expression);
    match (expression["operator"].as_str(), edit.value.as_deref()) {
        (Some("In"), Some(value)) if !values.contains(&value) => Fate::Goes,
        (Some("In" | "Exists"), None) => Fate::Goes,
        (Some("NotIn"), Some(value)) if values.contains(&value) => Fate::Contradicts,
        (Some("DoesNotExist"), Some(_)) => Fate::Contradicts,
        _ => Fate::Stays,
    }
}

/// `tier NotIn (a, b)`
fn shown(expression: &Value) -> String {
    let text = |field: &str| expression[field].as_str().unwrap_or_default();
    let values = values(expression);
    let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
    format!("{} {}{values}", text("key"), text("operator"))
}

fn at<'a>(path: &Path<'a>, field: &'a str) -> Vec<&'a str> {
    path.iter().copied().chain([field]).collect()
}
