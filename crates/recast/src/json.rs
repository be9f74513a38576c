//! JSON values, looked at and changed by path.

use serde_json::Value;

/// Takes out what stands at a path, if anything does.
pub fn without(value: &mut Value, path: &[&str]) {
    if let [field] = path {
        if let Some(map) = value.as_object_mut() {
            map.remove(*field);
        }
    } else if let [first, rest @ ..] = path
        && let Some(inner) = value.get_mut(*first)
    {
        without(inner, rest);
    }
}
