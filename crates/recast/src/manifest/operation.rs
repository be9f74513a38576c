//! The operations of a JSON patch (RFC 6902), one after the other.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;

use super::draft::Draft;
use super::edit::EditError;
use super::tree::Kind;
use super::walk::segments;

/// Applies operations to one object of a draft.
pub(crate) struct Editor<'d> {
    draft: &'d mut Draft,
    /// Where the object is in its document.
    root: Vec<String>,
    /// The object as it is after the operations so far.
    value: Value,
}

impl<'d> Editor<'d> {
    pub(crate) fn new(draft: &'d mut Draft, pointer: &str, value: Value) -> Self {
        Self { draft, root: segments(pointer), value }
    }

    pub(crate) fn apply(&mut self, patch: &Patch) -> Result<(), EditError> {
        let mut operations = patch.0.iter().peekable();
        while let Some(operation) = operations.next() {
            match (operation, operations.peek()) {
                (PatchOperation::Remove(remove), Some(PatchOperation::Add(add)))
                    if self.is_new_sibling(remove.path.as_str(), add.path.as_str()) =>
                {
                    self.swap(remove.path.as_str(), add.path.as_str(), &add.value)?;
                    operations.next();
                    json_patch::patch(&mut self.value, &[operation.clone(), PatchOperation::Add(add.clone())])?;
                }
                _ => {
                    self.operation(operation)?;
                    json_patch::patch(&mut self.value, std::slice::from_ref(operation))?;
                }
            }
        }
        Ok(())
    }

    fn operation(&mut self, operation: &PatchOperation) -> Result<(), EditError> {
        match operation {
            PatchOperation::Add(add) => self.add(add.path.as_str(), &add.value),
            PatchOperation::Remove(remove) => self.remove(remove.path.as_str()),
            PatchOperation::Replace(replace) => self.replace(replace.path.as_str(), &replace.value),
            PatchOperation::Move(moved) => {
                let value = self.at(moved.from.as_str())?;
                self.remove(moved.from.as_str())?;
                json_patch::patch(&mut self.value, &[remove_operation(moved)])?;
                self.add(moved.path.as_str(), &value)?;
                // the caller applies the whole operation to the value as it was
                json_patch::patch(&mut self.value, &[put_back(moved, value)])?;
                Ok(())
            }
            PatchOperation::Copy(copied) => {
                let value = self.at(copied.from.as_str())?;
                self.add(copied.path.as_str(), &value)
            }
            PatchOperation::Test(_) => Ok(()),
        }
    }

    fn at(&self, pointer: &str) -> Result<Value, EditError> {
        self.value.pointer(pointer).cloned().ok_or_else(|| EditError::missing(pointer))
    }

    /// Whether `add` puts a key into the mapping that `remove` takes another key from.
    fn is_new_sibling(&self, remove: &str, add: &str) -> bool {
        let (Some((parent, _)), Some((same, _))) = (remove.rsplit_once('/'), add.rsplit_once('/')) else {
            return false;
        };
        parent == same
            && self.value.pointer(parent).is_some_and(Value::is_object)
            && self.value.pointer(remove).is_some()
            && self.value.pointer(add).is_none()
    }

    /// The path in the document, and its last segment.
    fn path(&self, pointer: &str) -> Result<(Vec<String>, String), EditError> {
        let mut path = self.root.clone();
        path.extend(segments(pointer));
        let last = path.pop().ok_or_else(|| EditError::unsupported("the whole document at once"))?;
        Ok((path, last))
    }

    /// Puts a key where another is removed.
    fn swap(&mut self, remove: &str, add: &str, value: &Value) -> Result<(), EditError> {
        let (path, old) = self.path(remove)?;
        let (_, new) = self.path(add)?;
        self.free(&path, &old)?;
        let parent = self.draft.own(&path)?;
        let target = self.draft.target(parent, &old).ok_or_else(|| EditError::missing(&old))?;
        self.draft.insert(parent, target.index + 1, Some(&new), value)?;
        let parent = self.draft.own(&path)?;
        let target = self.draft.target(parent, &old).ok_or_else(|| EditError::missing(&old))?;
        self.draft.remove(target)
    }

    /// Makes an entry one that can be taken away without a change elsewhere.
    fn free(&mut self, path: &[String], last: &str) -> Result<(), EditError> {
        self.draft.unmerge(path, last)?;
        let mut whole = path.to_vec();
        whole.push(last.to_owned());
        self.draft.own(&whole)?;
        let parent = self.draft.own(path)?;
        match self.draft.target(parent, last) {
            Some(target) => self.draft.give_anchors_away(target),
            None => Err(EditError::missing(last)),
        }
    }

    fn remove(&mut self, pointer: &str) -> Result<(), EditError> {
        let (path, last) = self.path(pointer)?;
        self.free(&path, &last)?;
        let parent = self.draft.own(&path)?;
        let target = self.draft.target(parent, &last).ok_or_else(|| EditError::missing(&last))?;
        self.draft.remove(target)
    }

    fn replace(&mut self, pointer: &str, value: &Value) -> Result<(), EditError> {
        if self.value.pointer(pointer) == Some(value) {
            return Ok(());
        }
        let (path, last) = self.path(pointer)?;
        let mut whole = path.clone();
        whole.push(last.clone());
        self.draft.own(&whole)?;
        let parent = self.draft.own(&path)?;
        let target = self.draft.target(parent, &last).ok_or_else(|| EditError::missing(&last))?;
        self.draft.give_anchors_away(target)?;
        let parent = self.draft.own(&path)?;
        let target = self.draft.target(parent, &last).ok_or_else(|| EditError::missing(&last))?;
        self.draft.replace(target, value, None)
    }

    fn add(&mut self, pointer: &str, value: &Value) -> Result<(), EditError> {
        let exists = self.value.pointer(pointer).is_some();
        let (path, last) = self.path(pointer)?;
        let parent = self.draft.own(&path)?;
        let length = self.draft.tree.entries(parent).len();
        match &self.draft.tree.node(parent).kind {
            Kind::Map { .. } if exists => self.replace(pointer, value),
            Kind::Map { .. } => self.draft.insert(parent, length, Some(&last), value),
            Kind::Seq { .. } => self.draft.insert(parent, last.parse().unwrap_or(length), None, value),
            Kind::Scalar { .. } | Kind::Alias(_) => Err(EditError::missing(pointer)),
        }
    }
}

fn remove_operation(moved: &json_patch::MoveOperation) -> PatchOperation {
    PatchOperation::Remove(json_patch::RemoveOperation { path: moved.from.clone() })
}

fn put_back(moved: &json_patch::MoveOperation, value: Value) -> PatchOperation {
    PatchOperation::Add(json_patch::AddOperation { path: moved.from.clone(), value })
}
