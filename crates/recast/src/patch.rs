//! Building RFC 6902 patches, with the value that they lead to.

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation, TestOperation};
use serde_json::Value;

/// Records edits of a value as patch operations while making them.
///
/// ```
/// use recast::patch::Edits;
/// use serde_json::json;
///
/// let mut edits = Edits::of(json!({"spec": {"selector": {"app": "rng"}}}));
/// edits.test(&["spec", "selector"]);
/// edits.set(&["spec", "selector", "isactive"], json!("yes"));
/// let (patch, value) = edits.finish();
/// assert_eq!(value, json!({"spec": {"selector": {"app": "rng", "isactive": "yes"}}}));
/// assert_eq!(
///     serde_json::to_value(patch)?,
///     json!([
///         {"op": "test", "path": "/spec/selector", "value": {"app": "rng"}},
///         {"op": "add", "path": "/spec/selector/isactive", "value": "yes"},
///     ])
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Edits {
    value: Value,
    operations: Vec<PatchOperation>,
}

/// A place in a value: object keys and array positions, unescaped.
pub type Path<'a> = [&'a str];

impl Edits {
    /// Begins with the value as it is.
    #[must_use]
    pub const fn of(value: Value) -> Self {
        Self { value, operations: Vec::new() }
    }

    /// The value with the edits made so far.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// Whether nothing has been recorded, and the value is as it was.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// What stands at a path now.
    #[must_use]
    pub fn at(&self, path: &Path<'_>) -> Option<&Value> {
        self.value.pointer(pointer(path).as_str())
    }

    /// Guards the patch: whoever applies it must find the same value there.
    pub fn test(&mut self, path: &Path<'_>) {
        if let Some(value) = self.at(path).cloned() {
            self.operations.push(PatchOperation::Test(TestOperation { path: pointer(path), value }));
        }
    }

    /// Sets what stands at a path, and the empty objects that lead there. No operation if it is there already.
    pub fn set(&mut self, path: &Path<'_>, value: Value) {
        let current = self.at(path);
        if current == Some(&value) {
            return;
        }
        let exists = current.is_some();
        let (path, value) = if exists { (path, value) } else { self.nest(path, value) };
        let path = pointer(path);
        self.record(if exists {
            PatchOperation::Replace(ReplaceOperation { path, value })
        } else {
            PatchOperation::Add(AddOperation { path, value })
        });
    }

    /// Appends to a list, which is made if there is none.
    pub fn push(&mut self, path: &Path<'_>, item: Value) {
        if self.at(path).is_some_and(Value::is_array) {
            let mut path = pointer(path);
            path.push_back("-");
            self.record(PatchOperation::Add(AddOperation { path, value: item }));
        } else {
            self.set(path, Value::Array(vec![item]));
        }
    }

    /// Takes out what stands at a path, and hands it back.
    pub fn remove(&mut self, path: &Path<'_>) -> Option<Value> {
        let removed = self.at(path)?.clone();
        self.record(PatchOperation::Remove(RemoveOperation { path: pointer(path) }));
        Some(removed)
    }

    /// The operations, and the value that they lead to.
    #[must_use]
    pub fn finish(self) -> (Patch, Value) {
        (Patch(self.operations), self.value)
    }

    /// The longest part of the path that exists, one step further, and the value wrapped for it.
    fn nest<'a>(&self, path: &'a Path<'a>, mut value: Value) -> (&'a Path<'a>, Value) {
        let mut end = path.len();
        while end > 1 && !self.at(&path[..end - 1]).is_some_and(Value::is_object) {
            end -= 1;
            value = Value::Object([(path[end].to_owned(), value)].into_iter().collect());
        }
        (&path[..end], value)
    }

    fn record(&mut self, operation: PatchOperation) {
        let applied = json_patch::patch(&mut self.value, std::slice::from_ref(&operation));
        debug_assert!(applied.is_ok(), "an edit is made only where its path exists: {operation:?}");
        self.operations.push(operation);
    }
}

/// The JSON pointer of a path, escaped.
#[must_use]
pub fn pointer(path: &Path<'_>) -> PointerBuf {
    PointerBuf::from_tokens(path.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_patch_leads_from_the_old_value_to_the_new() {
        let old = json!({"kind": "A", "spec": {"replicas": 1, "list": [1]}, "metadata": {"annotations": {"a/b": "c"}}});
        let mut edits = Edits::of(old.clone());
        edits.test(&["kind"]);
        edits.set(&["kind"], json!("B"));
        edits.set(&["spec", "update", "type"], json!("OnDelete"));
        edits.push(&["spec", "list"], json!(2));
        edits.push(&["spec", "fresh"], json!(1));
        assert_eq!(edits.remove(&["spec", "replicas"]), Some(json!(1)));
        assert_eq!(edits.remove(&["spec", "replicas"]), None);
        assert_eq!(edits.remove(&["metadata", "annotations", "a/b"]), Some(json!("c")));
        let (patch, new) = edits.finish();
        let mut applied = old;
        json_patch::patch(&mut applied, &patch).unwrap();
        assert_eq!(applied, new);
        assert_eq!(
            new,
            json!({"kind": "B", "metadata": {"annotations": {}},
                   "spec": {"update": {"type": "OnDelete"}, "list": [1, 2], "fresh": [1]}})
        );
    }

    #[test]
    fn what_is_there_already_takes_no_operation() {
        let mut edits = Edits::of(json!({"a": 1}));
        edits.set(&["a"], json!(1));
        assert_eq!(edits.finish().0.0.len(), 0);
    }
}
