//! Aliases and merges on the way of an edit.
//!
//! `*name` and `<<` show one text at several places. An edit is of one place only, so before it the text at that place
//! is made its own: an alias on the way becomes a copy of what it stands for, a merged key an entry, and an anchor whose
//! aliases elsewhere must keep the old value moves to the first of them.

use super::draft::{Draft, Target};
use super::edit::EditError;
use super::quote;
use super::render::Lead;
use super::tree::{Kind, NodeId};
use super::walk::{child, own_entry};

/// More steps than any document needs.
const LIMIT: usize = 10_000;

impl Draft {
    /// Makes every collection on `path` the document's own, and the collection that it ends in one that is changed alone.
    pub(crate) fn own(&mut self, path: &[String]) -> Result<NodeId, EditError> {
        for _ in 0..LIMIT {
            if let Some(id) = self.step_to_own(path)? {
                return Ok(id);
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
        let key = quote::text(key, false);
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
            let not_own = |key: &&String| self.target(parent, key).is_none();
            match keys.clone().find(not_own) {
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
}
