//! JSON patches applied to the text.

use std::ops::Range;

use json_patch::Patch;
use serde_json::Value;

use super::draft::Draft;
use super::fault::{Fault, What};
use super::island::{self, Island};
use super::operation::Editor;
use super::scalar::number_to_json;
use super::split::{self, Document};
use super::{Manifest, ManifestObject, object};

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
        self.edit_all(&[(index, patch)]).map_err(|(_, error)| error)
    }

    /// Applies patches to several objects, all of them or none. Much faster than one by one on a long `List`.
    ///
    /// # Errors
    /// As [`Manifest::edit`], with the number of the object.
    pub fn edit_all(&mut self, edits: &[(usize, &Patch)]) -> Result<(), (usize, EditError)> {
        if let Some(&(index, _)) = edits.iter().find(|(index, _)| *index >= self.objects.len()) {
            return Err((index, EditError::NoObject(index)));
        }
        let mut edited = Vec::new();
        for number in 0..self.documents.len() {
            let edits: Vec<_> =
                edits.iter().filter(|(index, _)| self.objects[*index].document == number).copied().collect();
            if !edits.is_empty() {
                edited.push((number, self.draft(number, &edits)?));
            }
        }
        for (number, (draft, objects)) in edited {
            self.accept(number, draft, objects);
        }
        Ok(())
    }

    /// The numbers of the objects in document `number`.
    fn objects_in(&self, number: usize) -> Range<usize> {
        let first = self.objects.partition_point(|object| object.document < number);
        first..self.objects.partition_point(|object| object.document <= number)
    }

    /// Document `number` with the patches applied, and its objects then, which mean what they should.
    fn draft(&self, number: usize, edits: &[(usize, &Patch)]) -> Result<Edited, (usize, EditError)> {
        let range = self.objects_in(number);
        let mut draft = Draft::new(&self.text, &self.documents[number]);
        let comments = draft.all_comments();
        let mut values: Vec<Value> = self.objects[range.clone()].iter().map(|object| object.value.clone()).collect();
        let mut islands = Vec::new();
        let mut rest = Vec::new();
        for &(index, patch) in edits {
            let once = edits.iter().filter(|(other, _)| *other == index).count() == 1;
            match Island::cut(&draft, &self.objects[index].pointer) {
                Some(mut island) if once && !names_whole_object(patch) => {
                    let value = &mut values[index - range.start];
                    apply(&mut island.draft, "", value, patch).map_err(|error| (index, error))?;
                    islands.push(island);
                }
                _ => rest.push((index, patch)),
            }
        }
        let last = edits[edits.len() - 1].0;
        island::put_back(islands, &mut draft).map_err(|error| (last, error))?;
        for (index, patch) in rest {
            let value = &mut values[index - range.start];
            apply(&mut draft, &self.objects[index].pointer, value, patch).map_err(|error| (index, error))?;
        }
        let old = &self.text[self.documents[number].range.clone()];
        verify(draft, &comments, old, number, values).map_err(|error| (last, error))
    }

    /// Takes the draft for document `number`, and moves what is behind it.
    fn accept(&mut self, number: usize, draft: Draft, objects: Vec<ManifestObject>) {
        let old = self.documents[number].range.clone();
        let lines_before = self.text[..old.start].matches('\n').count();
        let old_lines = self.text[old.clone()].matches('\n').count();
        let new_lines = draft.text.matches('\n').count();
        for object in self.objects.iter_mut().filter(|object| object.document > number) {
            object.line = object.line + new_lines - old_lines;
        }
        for document in &mut self.documents[number + 1..] {
            let range = &document.range;
            document.range = range.start + draft.text.len() - old.len()..range.end + draft.text.len() - old.len();
        }
        let moved = objects.into_iter().map(|object| ManifestObject { line: object.line + lines_before, ..object });
        self.objects.splice(self.objects_in(number), moved);
        self.text.replace_range(old.clone(), &draft.text);
        self.documents[number] = Document { range: old.start..old.start + draft.text.len(), tree: draft.tree };
    }
}

type Edited = (Draft, Vec<ManifestObject>);

/// Applies a patch to an object in the text of a draft, and to its value.
fn apply(draft: &mut Draft, pointer: &str, value: &mut Value, patch: &Patch) -> Result<(), EditError> {
    let before = value.clone();
    json_patch::patch(value, patch)?;
    Editor::new(draft, pointer, before).apply(patch)
}

/// Reads a draft back: nothing may be lost, and the objects have to be the expected ones.
fn verify(
    draft: Draft,
    comments: &[String],
    old: &str,
    number: usize,
    expected: Vec<Value>,
) -> Result<Edited, EditError> {
    if draft.all_comments() != comments {
        return Err(EditError::unsupported("a comment would be lost"));
    }
    if !split::is_one_document(&draft.text, old, draft.syntax) {
        return Err(EditError::unsupported("a line that begins with `---`"));
    }
    let document = Document { range: 0..draft.text.len(), tree: draft.tree };
    let objects = object::objects(&draft.text, &document, number).map_err(|fault| EditError::unfaithful(&fault))?;
    let values = objects.iter().map(|object| object.value.clone());
    if !values.eq(expected.into_iter().map(as_read)) {
        return Err(EditError::Unfaithful("another value was read back".to_owned()));
    }
    Ok((Draft { tree: document.tree, ..draft }, objects))
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

/// Whether an operation is about the object as a whole.
fn names_whole_object(patch: &Patch) -> bool {
    patch.0.iter().any(|operation| operation.path().as_str().is_empty())
}
