//! One document while it is being edited.

use std::ops::Range;

use serde_json::Value;

use super::edit::EditError;
use super::lines::{begins_line, column, line_break};
use super::render::Layout;
use super::split::Document;
use super::tree::{Entry, Kind, NodeId, Syntax, Tree};

/// The text of a document and its tree, parsed anew after each change.
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) tree: Tree,
    pub(crate) syntax: Syntax,
    /// The line break of the file.
    pub(crate) newline: &'static str,
    pub(crate) layout: Layout,
}

/// An entry of a collection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) parent: NodeId,
    pub(crate) index: usize,
}

impl Draft {
    /// `file` is the whole file, whose line breaks new lines get.
    pub(crate) fn new(file: &str, document: &Document) -> Self {
        let text = file[document.range.clone()].to_owned();
        let layout = layout(&text, &document.tree);
        let newline = if text.contains('\n') { line_break(&text) } else { line_break(file) };
        Self { text, tree: document.tree.clone(), syntax: document.tree.syntax, newline, layout }
    }

    /// A part of the document as a document of its own: the same text with `lead` before it.
    pub(crate) fn part(&self, lead: &str, range: Range<usize>) -> Option<Self> {
        let text = format!("{lead}{}", &self.text[range]);
        let tree = Document::parse(&text, self.syntax).ok()?;
        Some(Self { text, tree, ..*self })
    }

    /// Replaces ranges, given in order, and parses the result.
    pub(crate) fn splice(&mut self, changes: &[(Range<usize>, String)]) -> Result<(), EditError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut text = self.text.clone();
        for (range, with) in changes.iter().rev() {
            let end = range.end.min(text.len());
            text.replace_range(range.start.min(end)..end, with);
        }
        self.tree = Document::parse(&text, self.syntax).map_err(|fault| EditError::unfaithful(&fault))?;
        self.text = text;
        Ok(())
    }

    pub(crate) fn entry(&self, target: Target) -> Entry {
        self.tree.entries(target.parent)[target.index]
    }

    pub(crate) fn value(&self, id: NodeId) -> Result<Value, EditError> {
        self.tree.value(id).map_err(|fault| EditError::unfaithful(&fault))
    }

    pub(crate) fn source(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The texts of the comments that begin in `range`.
    pub(crate) fn comments(&self, range: Range<usize>) -> Vec<String> {
        self.tree.comments_in(range).iter().map(|comment| self.source(comment.clone()).trim_end().to_owned()).collect()
    }

    /// Whether nothing but blanks are before it on its line.
    pub(crate) fn begins_line(&self, at: usize) -> bool {
        begins_line(&self.text, at)
    }

    pub(crate) fn column(&self, at: usize) -> usize {
        column(&self.text, at)
    }

    /// The lines with the document's line break.
    pub(crate) fn lines(&self, lines: &str) -> String {
        if self.newline == "\n" { lines.to_owned() } else { lines.replace('\n', self.newline) }
    }

    /// The entry that holds `id` as its value.
    pub(crate) fn holder(&self, id: NodeId) -> Option<Target> {
        (0..self.tree.nodes.len()).map(NodeId).find_map(|parent| {
            let index = self.tree.entries(parent).iter().position(|entry| entry.value == id)?;
            Some(Target { parent, index })
        })
    }
}

/// The indentation that most of the document has.
fn layout(text: &str, tree: &Tree) -> Layout {
    let mut steps = Vec::new();
    let mut dashes = Vec::new();
    for node in &tree.nodes {
        let Kind::Map { flow: false, entries } = &node.kind else { continue };
        let own = column(text, node.range.start);
        for value in entries.iter().map(|entry| tree.node(entry.value)) {
            let column = column(text, value.range.start);
            match value.kind {
                Kind::Map { flow: false, .. } if column > own => steps.push(column - own),
                Kind::Seq { flow: false, .. } if column >= own => dashes.push(column - own),
                _ => {}
            }
        }
    }
    Layout { step: most(&steps).unwrap_or(2), dash: most(&dashes).unwrap_or(0) }
}

fn most(numbers: &[usize]) -> Option<usize> {
    let count = |number: &usize| numbers.iter().filter(|other| *other == number).count();
    (0..=8).filter(|number| count(number) > 0).max_by_key(|number| (count(number), std::cmp::Reverse(*number)))
}
