//! Anchors whose aliases have to keep what they show.

use std::ops::Range;

use super::draft::{Draft, Target};
use super::edit::EditError;
use super::render;
use super::tree::{Kind, NodeId};

/// More steps than any document needs.
const LIMIT: usize = 10_000;

impl Draft {
    /// Moves every anchor within an entry that is used outside of it.
    pub(crate) fn give_anchors_away(&mut self, target: Target) -> Result<(), EditError> {
        let (parent_start, index) = (self.tree.node(target.parent).range.start, target.index);
        for _ in 0..LIMIT {
            // the parent is found again by its place, which no change behind it moves
            let parent = (0..self.tree.nodes.len()).map(NodeId).find(|id| {
                let node = self.tree.node(*id);
                node.range.start == parent_start && self.tree.entries(*id).len() > index
            });
            let Some(parent) = parent else { return Ok(()) };
            let entry = self.entry(Target { parent, index });
            let inside = entry.start..self.tree.end(entry);
            let anchored = (0..self.tree.nodes.len()).map(NodeId).find_map(|id| {
                let node = self.tree.node(id);
                let within = node.anchor.is_some() && inside.contains(&node.start);
                within.then(|| self.first_alias(id, &inside)).flatten().map(|alias| (id, alias))
            });
            match anchored {
                Some((id, alias)) => self.copy_anchor(id, alias)?,
                None => return Ok(()),
            }
        }
        Err(EditError::unsupported("anchors within anchors"))
    }

    pub(crate) fn move_anchor_of(&mut self, id: NodeId) -> Result<bool, EditError> {
        let node = self.tree.node(id);
        if node.anchor.is_none() {
            return Ok(false);
        }
        match self.first_alias(id, &(0..0)) {
            Some(alias) => self.move_anchor(id, alias).map(|()| true),
            None => Ok(false),
        }
    }

    /// The first alias of a node that is not `inside`.
    fn first_alias(&self, id: NodeId, inside: &Range<usize>) -> Option<NodeId> {
        (id.0..self.tree.nodes.len()).map(NodeId).find(|alias| {
            let node = self.tree.node(*alias);
            matches!(node.kind, Kind::Alias(target) if target == id) && !inside.contains(&node.start)
        })
    }

    /// Puts the anchor and a copy of what it names where `alias` is.
    fn copy_anchor(&mut self, id: NodeId, alias: NodeId) -> Result<(), EditError> {
        let Some(anchor) = self.tree.node(id).anchor.clone() else { return Ok(()) };
        let name = self.source(anchor).to_owned();
        let value = self.value(id)?;
        if let Some(target) = self.holder(alias) {
            return self.replace(target, &value, Some(&name));
        }
        let range = self.tree.node(alias).range.clone();
        self.splice(&[(range, format!("{name} {}", render::flow(&value)))])
    }

    /// The same, after which the node has no anchor any more.
    fn move_anchor(&mut self, id: NodeId, alias: NodeId) -> Result<(), EditError> {
        self.copy_anchor(id, alias)?;
        let Some(anchor) = self.tree.node(id).anchor.clone() else { return Ok(()) };
        // what follows the anchor on its line keeps one blank before it
        let after = self.source(anchor.end..anchor.end + 1) == " ";
        let before = anchor.start > 0 && self.source(anchor.start - 1..anchor.start) == " ";
        let range = match (before, after) {
            (_, true) => anchor.start..anchor.end + 1,
            (true, false) => anchor.start - 1..anchor.end,
            (false, false) => anchor,
        };
        self.splice(&[(range, String::new())])
    }
}
