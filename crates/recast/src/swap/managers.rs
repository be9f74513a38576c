//! Who manages which field: given back to those that managed them before.
//!
//! An object that is created belongs wholly to whoever creates it, and the next server-side apply of its real owner would
//! be a conflict. The server takes `metadata.managedFields` from a patch as they are.

use serde_json::{Value, json};

/// The entries for an object that takes the place of another: those that the other one had, but for its status, and those
/// that others than us have written since.
#[must_use]
pub fn handed_on(before: &Value, now: &Value, ours: &str) -> Option<Value> {
    let entries = |object: &Value| object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let mut kept: Vec<Value> = entries(before).into_iter().filter(|entry| entry["subresource"] != "status").collect();
    if kept.is_empty() {
        return None;
    }
    let is_same = |one: &Value, other: &Value| {
        ["manager", "operation", "subresource", "apiVersion"].iter().all(|field| one[field] == other[field])
    };
    for entry in entries(now) {
        if entry["manager"] != ours && !kept.iter().any(|known| is_same(known, &entry)) {
            kept.push(entry);
        }
    }
    Some(json!(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_back_to_who_managed_them_and_stay_with_who_manages_them_now() {
        let before = json!({"metadata": {"managedFields": [
            {"manager": "flux", "operation": "Apply"},
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"},
        ]}});
        let now = json!({"metadata": {"managedFields": [
            {"manager": "recast", "operation": "Update"},
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"},
        ]}});
        let managers = handed_on(&before, &now, "recast").unwrap();
        let names: Vec<_> = managers.as_array().unwrap().iter().map(|entry| entry["manager"].clone()).collect();
        assert_eq!(names, ["flux", "kube-controller-manager"]);
        assert_eq!(handed_on(&json!({}), &now, "recast"), None, "there is nothing to give back");
    }
}
