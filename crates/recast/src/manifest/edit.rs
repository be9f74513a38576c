//! JSON patches applied to the text.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;

use super::draft::{Draft, Target};
use super::fault::{Fault, What};
use super::object;
use super::render::{self, Lead};
use super::scalar::number_to_json;
use super::split::Document;
use super::tree::{Kind, NodeId};
use super::walk::segments;
use super::{Manifest, ManifestObject};

/// Why a patch was not applied. The manifest is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The patch does not fit the object: a `test` failed, or a path leads nowhere.
    #[error("the patch does not fit: {0}")]
    Patch(#[from] json_patch::PatchError),
    /// There is no object of that number.
    #[error("no object {0} in the manifest")]
    NoObject(usize),
    /// The text is written in a way that cannot be edited.
    #[error("cannot be edited in place: {0}")]
    Unsupported(String),
    /// The edited text would not mean what the patch gives. This is a defect of this program.
    #[error("the edited text would not mean what it should: {0}")]
    Unfaithful(String),
}

impl EditError {
    pub(crate) fn unsupported(what: &str) -> Self {
        Self::Unsupported(what.to_owned())
    }

    pub(crate) fn missing(segment: &str) -> Self {
        Self::Unfaithful(format!("{segment:?} is not found in the text"))
    }

    pub(crate) fn unfaithful(fault: &Fault) -> Self {
        Self::Unfaithful(match &fault.what {
            What::Syntax(what) | What::NotAnObject(what) => what.clone(),
            other => format!("{other:?}"),
        })
    }
}

impl Manifest {
    /// Applies `patch` to object `index` in the text.
    ///
    /// The result is parsed again: the object has to equal what the patch gives, all others have to be as before, and
    /// no comment may be lost.
    ///
    /// # Errors
    /// When the patch does not fit, or cannot be applied to the text faithfully. The manifest then is as it was.
    pub fn edit(&mut self, index: usize, patch: &Patch) -> Result<(), EditError> {
        let object = self.objects.get(index).ok_or(EditError::NoObject(index))?;
        let mut expected = object.value.clone();
        json_patch::patch(&mut expected, patch)?;
        let expected = as_read(expected);
        let number = object.document;
        let document = &self.documents[number];
        let mut draft = Draft::new(&self.text, document);
        let before = draft.all_comments();
        let mut editor = Editor { draft: &mut draft, root: segments(&object.pointer), value: object.value.clone() };
        editor.apply(patch)?;
        if draft.all_comments() != before {
            return Err(EditError::unsupported("a comment would be lost"));
        }
        self.accept(index, number, draft, &expected)
    }

    /// Takes the draft for document `number`, if it means what it should.
    fn accept(&mut self, index: usize, number: usize, draft: Draft, expected: &Value) -> Result<(), EditError> {
        let old = self.documents[number].range.clone();
        if !super::split::is_one_document(&draft.text, &self.text[old.clone()], draft.syntax) {
            return Err(EditError::unsupported("a line that begins with `---`"));
        }
        let mut text = self.text.clone();
        text.replace_range(old.clone(), &draft.text);
        let document = Document { range: old.start..old.start + draft.text.len(), tree: draft.tree };
        let objects = object::objects(&text, &document, number).map_err(|fault| EditError::unfaithful(&fault))?;
        let of_document = |object: &&ManifestObject| object.document == number;
        let first = self.objects.iter().position(|object| object.document == number).unwrap_or_default();
        let same = objects.len() == self.objects.iter().filter(of_document).count()
            && objects.iter().zip(&self.objects[first..]).enumerate().all(|(offset, (new, old))| {
                new.value == *(if first + offset == index { expected } else { &old.value })
            });
        if !same {
            return Err(EditError::Unfaithful("another value was read back".to_owned()));
        }
        self.shift(number, &text, &draft.text, old.len());
        self.objects.splice(first..first + objects.len(), objects);
        self.documents[number] = document;
        self.text = text;
        Ok(())
    }

    /// Moves the ranges and lines of the documents behind number `number`.
    fn shift(&mut self, number: usize, text: &str, new: &str, old_length: usize) {
        let old_lines = self.text.matches('\n').count();
        let new_lines = text.matches('\n').count();
        for document in &mut self.documents[number + 1..] {
            let range = &mut document.range;
            *range = range.start + new.len() - old_length..range.end + new.len() - old_length;
        }
        for object in self.objects.iter_mut().filter(|object| object.document > number) {
            object.line = object.line + new_lines - old_lines;
        }
    }
}

/// A value as it is read back: a float without fraction is an integer.
fn as_read(value: Value) -> Value {
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (None, Some(float)) => number_to_json(float),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(as_read).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, as_read(value))).collect(),
        other => other,
    }
}

struct Editor<'d> {
    draft: &'d mut Draft,
    /// Where the object is in its document.
    root: Vec<String>,
    /// The object as it is after the operations so far.
    value: Value,
}

impl Editor<'_> {
    fn apply(&mut self, patch: &Patch) -> Result<(), EditError> {
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

impl Draft {
    pub(crate) fn all_comments(&self) -> Vec<String> {
        let mut comments = self.comments(0..self.text.len());
        comments.sort();
        comments
    }

    pub(crate) fn replace(&mut self, target: Target, value: &Value, anchor: Option<&str>) -> Result<(), EditError> {
        match self.tree.node(target.parent).is_flow() {
            true => self.replace_in_flow(target, value, anchor),
            false => self.replace_in_block(target, value, anchor),
        }
    }

    pub(crate) fn remove(&mut self, target: Target) -> Result<(), EditError> {
        let parent = self.tree.node(target.parent);
        match (parent.is_flow(), self.tree.entries(target.parent).len()) {
            (true, _) => self.remove_from_flow(target),
            (false, 1) => self.empty_block(target.parent),
            (false, _) => self.replace_lines(target, None),
        }
    }

    /// Puts an entry into a collection, before the entry at `index` or behind the last.
    pub(crate) fn insert(
        &mut self,
        id: NodeId,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<(), EditError> {
        let node = self.tree.node(id);
        let count = self.tree.entries(id).len();
        if node.is_flow() {
            let holder = self.holder(id).filter(|holder| !self.tree.node(holder.parent).is_flow());
            return match (count, holder) {
                (0, Some(holder)) => self.replace(holder, &only(key, value), None),
                _ => self.insert_in_flow(id, index, key, value),
            };
        }
        let name = key.map(|key| render::text(key, false));
        let lead = name.as_deref().map_or(Lead::Dash, Lead::Key);
        let lines = self.layout.entry(lead, None, value, self.column(node.range.start));
        match index {
            0 => self.insert_before(Target { parent: id, index: 0 }, &lines),
            _ => self.insert_after(Target { parent: id, index: index.min(count) - 1 }, &lines),
        }
    }
}

/// A collection with one entry.
fn only(key: Option<&str>, value: &Value) -> Value {
    match key {
        Some(key) => Value::Object([(key.to_owned(), value.clone())].into_iter().collect()),
        None => Value::Array(vec![value.clone()]),
    }
}
