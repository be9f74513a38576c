//! Aliases and merges on the way of an edit.
//!
//! `*name` and `<<` show one text at several places. An edit is of one place only, so before it the text at that place
//! is made its own: an alias on the way becomes a copy of what it stands for, a merged key an entry, and an anchor whose
//! aliases elsewhere must keep the old value moves to the first of them.

use super::draft::{Draft, Target};
use super::edit::EditError;
use super::render::{self, Lead};
use super::tree::{Kind, NodeId};
use super::walk::{child, own_entry};

/// More steps than any document needs.
const LIMIT: usize = 10_000;

impl Draft {
    /// Makes every collection on `path` the document's own, and the collection that it ends in one that is changed alone.
    pub(crate) fn own(&mut self, path: &[String]) -> Result<NodeId, EditError> {
        for _ in 0..LIMIT {
            match self.step_to_own(path)? {
                Some(id) => return Ok(id),
                None => continue,
            }
        }
        Err(EditError::unsupported("aliases within aliases"))
    }

    /// One change towards it; the node at the end of the path once nothing is left to change.
    fn step_to_own(&mut self, path: &[String]) -> Result<Option<NodeId>, EditError> {
        let mut id = self.tree.root.ok_or_else(|| EditError::unsupported("an empty document"))?;
        if self.move_anchor_of(id)? {
            return Ok(None);
        }
        for segment in path {
            let Some(target) = self.target(id, segment) else {
                if child(&self.tree, id, segment).is_some() {
                    self.take_merged(id, segment)?;
                    return Ok(None);
                }
                return Err(EditError::missing(segment));
            };
            if self.is_overridden(id, target, segment) {
                self.remove(target)?;
                return Ok(None);
            }
            id = self.entry(target).value;
            if let Kind::Alias(anchored) = self.tree.node(id).kind {
                let value = self.value(anchored)?;
                self.replace(target, &value, None)?;
                return Ok(None);
            }
            if self.move_anchor_of(id)? {
                return Ok(None);
            }
        }
        Ok(Some(id))
    }

    /// The entry of a collection by key or index.
    pub(crate) fn target(&self, parent: NodeId, segment: &str) -> Option<Target> {
        let index = match &self.tree.node(parent).kind {
            Kind::Map { entries, .. } => {
                let own = own_entry(&self.tree, parent, segment)?;
                entries.iter().position(|entry| entry.value == own.value)?
            }
            Kind::Seq { entries, .. } => segment.parse().ok().filter(|index| *index < entries.len())?,
            Kind::Scalar { .. } | Kind::Alias(_) => return None,
        };
        Some(Target { parent, index })
    }

    /// Whether a `<<` further down brings the key too; for go-yaml v2 the later one wins.
    fn is_overridden(&self, parent: NodeId, target: Target, segment: &str) -> bool {
        self.merges(parent).into_iter().any(|merge| merge.index > target.index && self.brings(merge, segment))
    }

    fn brings(&self, merge: Target, segment: &str) -> bool {
        match &self.tree.node(self.entry(merge).value).kind {
            Kind::Seq { entries, .. } => entries.iter().any(|entry| child(&self.tree, entry.value, segment).is_some()),
            _ => child(&self.tree, self.entry(merge).value, segment).is_some(),
        }
    }

    /// The `<<` entries of a mapping.
    fn merges(&self, parent: NodeId) -> Vec<Target> {
        let entries = self.tree.entries(parent).iter().enumerate();
        let merges = entries.filter(|(_, entry)| entry.key.is_some_and(|key| self.tree.is_merge(key)));
        merges.map(|(index, _)| Target { parent, index }).collect()
    }

    /// Writes a merged key out, behind the `<<`.
    fn take_merged(&mut self, parent: NodeId, key: &str) -> Result<(), EditError> {
        let value = self.value(parent)?.get(key).cloned().unwrap_or_default();
        let Some(merge) = self.merges(parent).pop() else {
            return Err(EditError::missing(key));
        };
        if self.tree.node(parent).is_flow() {
            return self.insert_in_flow(parent, merge.index + 1, Some(key), &value);
        }
        let indent = self.column(self.tree.node(parent).range.start);
        let key = render::text(key, false);
        let lines = self.layout.entry(Lead::Key(&key), None, &value, indent);
        self.insert_after(merge, &lines)
    }

    /// Before `key` is removed from a mapping that merges it: writes out all that is merged, and drops the `<<`.
    pub(crate) fn unmerge(&mut self, path: &[String], key: &str) -> Result<(), EditError> {
        for _ in 0..LIMIT {
            let parent = self.own(path)?;
            let merges = self.merges(parent);
            let Some(first) = merges.first().copied().filter(|_| merges.iter().any(|merge| self.brings(*merge, key)))
            else {
                return Ok(());
            };
            let value = self.value(parent)?;
            let keys = value.as_object().into_iter().flat_map(serde_json::Map::keys);
            let merged = |key: &&String| self.target(parent, key).is_none();
            match keys.clone().find(merged) {
                Some(key) => self.take_merged(parent, &key.clone())?,
                None => self.drop_merge(path, parent, first, keys.cloned().collect())?,
            }
        }
        Err(EditError::unsupported("merges within merges"))
    }

    /// Removes one `<<` when all its keys are written out; those before it have to go behind it first.
    fn drop_merge(
        &mut self,
        path: &[String],
        parent: NodeId,
        merge: Target,
        keys: Vec<String>,
    ) -> Result<(), EditError> {
        for key in keys {
            let target = self.target(parent, &key);
            if target.is_some_and(|target| self.is_overridden(parent, target, &key)) {
                let mut path = path.to_vec();
                path.push(key);
                return self.own(&path).map(|_| ());
            }
        }
        self.give_anchors_away(merge)?;
        let parent = self.own(path)?;
        match self.merges(parent).first() {
            Some(merge) => self.remove(*merge),
            None => Ok(()),
        }
    }

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
                Some((id, alias)) => self.move_anchor(id, alias)?,
                None => return Ok(()),
            }
        }
        Err(EditError::unsupported("anchors within anchors"))
    }

    fn move_anchor_of(&mut self, id: NodeId) -> Result<bool, EditError> {
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
    fn first_alias(&self, id: NodeId, inside: &std::ops::Range<usize>) -> Option<NodeId> {
        (id.0..self.tree.nodes.len()).map(NodeId).find(|alias| {
            let node = self.tree.node(*alias);
            matches!(node.kind, Kind::Alias(target) if target == id) && !inside.contains(&node.start)
        })
    }

    /// Puts the anchor and a copy of what it names where `alias` is.
    fn move_anchor(&mut self, id: NodeId, alias: NodeId) -> Result<(), EditError> {
        let Some(anchor) = self.tree.node(id).anchor.clone() else { return Ok(()) };
        let name = self.source(anchor.clone()).to_owned();
        let value = self.value(id)?;
        match self.holder(alias) {
            Some(target) => self.replace(target, &value, Some(&name))?,
            None => {
                let range = self.tree.node(alias).range.clone();
                self.splice(&[(range, format!("{name} {}", render::flow(&value)))])?;
            }
        }
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
