//! How far the next owner has come, read off the cluster.

use super::Way;
use crate::failure::Failure;
use crate::object::Object;
use crate::snapshot::Snapshot;
use crate::swap::Swap;
use crate::swap::hold::has_hold;
use crate::swap::names::MARK;
use crate::swap::unit::{Direction, Part};

/// The next owner.
#[derive(Clone, Copy, Debug)]
pub enum Successor<'s> {
    /// There is none yet; at most the one of before, deleted but for our hold.
    None,
    /// It is the one of before, which never went: this is put back before anything was deleted.
    Old(&'s Object),
    /// It was created, and must take its pods and settle in.
    Ours(&'s Object),
    /// It is as it is to be.
    Finished,
}

impl Swap {
    /// How far the next owner has come.
    ///
    /// # Errors
    /// If somebody else deletes it, or has made one in its place.
    pub(super) fn successor<'s>(&self, way: Way<'_>, snapshot: &'s Snapshot) -> Result<Successor<'s>, Failure> {
        let top = &way.to.top;
        let Some(object) = snapshot.get(&top.id) else { return Ok(Successor::None) };
        if object.is_deleting() {
            let is_held = has_hold(object) && object.uid() == top.uid;
            return if is_held { Ok(Successor::None) } else { Err(self.deleted(&top.id)) };
        }
        if self.has_mark(object) {
            return Ok(Successor::Ours(object));
        }
        if object.uid() == top.uid {
            return Ok(Successor::Old(object));
        }
        // The old owner goes only when the next one is there, and that has our mark until it is done.
        if self.stands(&way.from.top, snapshot) {
            return Err(self.made_anew(&top.id, object));
        }
        Ok(Successor::Finished)
    }

    /// Whether an old owner is still there: the one that was recorded, or one that this change has made going the other
    /// way.
    pub(super) fn stands(&self, part: &Part, snapshot: &Snapshot) -> bool {
        snapshot.get(&part.id).is_some_and(|object| {
            object.uid() == part.uid || has_hold(object) || (part.uid.is_empty() && self.has_other_mark(object))
        })
    }

    /// Whether this change has made it, going the other way, and has not finished it.
    pub(super) fn has_other_mark(&self, object: &Object) -> bool {
        let other = match self.direction {
            Direction::Forward => Direction::Back,
            Direction::Back => Direction::Forward,
        };
        object.label(MARK) == Some(format!("{}-{}", self.journal.id, other.word()).as_str())
    }
}
