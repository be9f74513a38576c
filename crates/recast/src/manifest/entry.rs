//! Entries put in, replaced and taken out, whatever the style of their collection.

use serde_json::Value;

use super::draft::{Draft, Target};
use super::edit::EditError;
use super::quote;
use super::render::Lead;
use super::tree::NodeId;

impl Draft {
    pub(crate) fn all_comments(&self) -> Vec<String> {
        let mut comments = self.comments(0..self.text.len());
        comments.sort();
        comments
    }

    pub(crate) fn replace(&mut self, target: Target, value: &Value, anchor: Option<&str>) -> Result<(), EditError> {
        if self.tree.node(target.parent).is_flow() {
            self.replace_in_flow(target, value, anchor)
        } else {
            self.replace_in_block(target, value, anchor)
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
        let name = key.map(|key| quote::text(key, false));
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
