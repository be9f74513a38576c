//! Edits of a map of labels: the labels of a pod, `matchLabels`, the selector of a Service.

use serde_json::{Map, Value};

use super::{LabelEdits, LabelError};
use crate::patch::{Edits, Path, pointer};

/// What a patch tests before it changes a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Each value that is replaced or removed.
    Values,
    /// Nothing; a test around the map is there already.
    None,
}

/// The value as the server reads it: null is the empty string, and `None` is no string.
pub fn text(value: &Value) -> Option<&str> {
    if value.is_null() { Some("") } else { value.as_str() }
}

/// Edits the map at a path, which need not be there.
///
/// # Errors
/// If a value that is not edited is no string: the server would refuse the object.
pub fn edit(edits: &mut Edits, path: &Path<'_>, labels: &LabelEdits, guard: Guard) -> Result<(), LabelError> {
    if let Some(map) = edits.at(path).and_then(Value::as_object) {
        check(map, path, labels)?;
        if !map.is_empty() && labels.iter().all(|edit| edit.value.is_none()) && empties(map, labels) {
            if guard == Guard::Values {
                edits.test(path);
            }
            edits.remove(path);
            return Ok(());
        }
    }
    for edit in labels {
        let path: Vec<&str> = path.iter().copied().chain([edit.key.as_str()]).collect();
        let current = edits.at(&path);
        if current.is_some() == edit.value.is_some() && current.and_then(text) == edit.value.as_deref() {
            continue;
        }
        if guard == Guard::Values {
            edits.test(&path);
        }
        match &edit.value {
            Some(value) => edits.set(&path, value.as_str().into()),
            None => drop(edits.remove(&path)),
        }
    }
    Ok(())
}

fn empties(map: &Map<String, Value>, labels: &LabelEdits) -> bool {
    map.keys().all(|key| labels.iter().any(|edit| edit.key == *key))
}

fn check(map: &Map<String, Value>, path: &Path<'_>, labels: &LabelEdits) -> Result<(), LabelError> {
    let edited = |key: &String| labels.iter().any(|edit| edit.key == *key);
    match map.iter().find(|(key, value)| text(value).is_none() && !edited(key)) {
        Some((key, _)) => Err(LabelError::NotAString { field: pointer(path).to_string(), key: key.clone() }),
        None => Ok(()),
    }
}
