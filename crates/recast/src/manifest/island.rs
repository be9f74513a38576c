//! Items of a long `List`, edited apart from it.
//!
//! A draft is parsed after every change. For an item of a list with hundreds of objects, as `kubectl get -A -o yaml`
//! gives it, only the item has to be.

use std::ops::Range;

use super::draft::Draft;
use super::edit::EditError;
use super::lines::{column, line_start, skip_blank};
use super::tree::{NodeId, Syntax};
use super::walk::{child, segments};

/// An item of a list, cut out of its document.
pub(crate) struct Island {
    pub(crate) draft: Draft,
    /// The blanks before the item, which stand for what is before it in the document.
    lead: String,
    range: Range<usize>,
}

impl Island {
    /// The object at `pointer`, if it can be edited apart: no anchor or alias reaches out of it or in.
    pub(crate) fn cut(document: &Draft, pointer: &str) -> Option<Self> {
        let tree = &document.tree;
        let id = segments(pointer).iter().try_fold(tree.root?, |id, segment| item(document, id, segment))?;
        if pointer.is_empty() || tree.nodes.iter().any(|node| node.anchor.is_some()) {
            return None;
        }
        let node = tree.node(id);
        let text = &document.text;
        let flow = tree
            .nodes
            .iter()
            .any(|other| other.is_flow() && other.range.start < node.start && other.range.end > node.range.end);
        let (lead, end) = match (document.syntax, flow) {
            (Syntax::Json, _) => (line_lead(text, node.start).to_owned(), node.range.end),
            (Syntax::Yaml, true) => return None,
            // the comments behind it are its own
            (Syntax::Yaml, false) => {
                let next = skip_blank(text, node.range.end);
                let end = if next == text.len() { next } else { line_start(text, next) };
                (" ".repeat(column(text, node.start)), end)
            }
        };
        let range = node.start..end;
        Some(Self { draft: document.part(&lead, range.clone())?, lead, range })
    }
}

/// Puts items back into their document.
pub(crate) fn put_back(mut islands: Vec<Island>, document: &mut Draft) -> Result<(), EditError> {
    islands.sort_by_key(|island| island.range.start);
    let changes: Option<Vec<_>> = islands
        .into_iter()
        .map(|island| Some((island.range, island.draft.text.strip_prefix(&island.lead)?.to_owned())))
        .collect();
    document.splice(&changes.ok_or_else(|| EditError::unsupported("an item that does not begin where it did"))?)
}

fn item(document: &Draft, id: NodeId, segment: &str) -> Option<NodeId> {
    match segment.parse::<usize>() {
        Ok(index) => document.tree.entries(id).get(index).map(|entry| entry.value),
        Err(_) => child(&document.tree, id, segment),
    }
}

fn line_lead(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
