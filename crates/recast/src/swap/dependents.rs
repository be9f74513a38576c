//! What belongs to an owner by its uid: its history, and whatever else names it.

use super::Swap;
use super::standing::Standing;
use super::unit::{Dependent, Direction, Unit};
use crate::action::{Action, Request};
use crate::engine::Step;
use crate::failure::Failure;
use crate::object::{Object, ObjectId};
use crate::patch::Edits;
use crate::snapshot::Snapshot;

impl Swap {
    /// The revisions again, with the labels that the new owner looks for, so that it takes them for its history. Those of
    /// before go first to last only when each new one is there.
    pub(super) fn repost_revisions(&self, unit: &Unit, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        let mut creations = Vec::new();
        for revision in &unit.revisions {
            let (_, to) = self.sides(&revision.before, &revision.after);
            if snapshot.get(&to.id).is_some() {
                continue;
            }
            let object = Object::new(to.object.clone())
                .map_err(|error| Failure::caused_by(format!("cannot create {}", to.id), &error))?;
            creations.push(Action {
                request: Request::Create { id: to.id.clone(), object: Box::new(object) },
                why: "the history stays: the next owner knows it by its labels".to_owned(),
            });
        }
        if !creations.is_empty() {
            return Ok(Some(Step::Act(creations)));
        }
        let old = unit.revisions.iter().filter_map(|revision| {
            let (from, _) = self.sides(&revision.before, &revision.after);
            let object = snapshot.get(&from.id)?;
            Some(super::delete(from.id.clone(), object, "it stands again with the new labels"))
        });
        let deletions: Vec<Action> = old.collect();
        Ok((!deletions.is_empty()).then_some(Step::Act(deletions)))
    }

    /// What belonged to the old owner belongs to the new one.
    pub(super) fn link_dependents(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        let mut links = Vec::new();
        for unit in &self.journal.units {
            if !matches!(self.standing(unit, snapshot)?, Standing::Finished) {
                continue;
            }
            let Some(owner) = snapshot.get(unit.id()) else { continue };
            links.extend(link(&unit.dependents, unit.id(), owner, snapshot));
        }
        Ok((!links.is_empty()).then_some(Step::Act(links)))
    }

    fn sides<'a, T>(&self, before: &'a T, after: &'a T) -> (&'a T, &'a T) {
        match self.direction {
            Direction::Forward => (before, after),
            Direction::Back => (after, before),
        }
    }
}

/// The patches that make what belonged to the old owner belong to the new one.
pub(super) fn link(dependents: &[Dependent], id: &ObjectId, owner: &Object, snapshot: &Snapshot) -> Vec<Action> {
    let link = |dependent: &Dependent| {
        let object =
            snapshot.get(&dependent.id).filter(|object| object.uid() == dependent.uid && !object.is_deleting())?;
        let mut references = object.metadata().owner_references.iter().flatten();
        if references.any(|reference| reference.uid == owner.uid()) {
            return None;
        }
        let mut reference = dependent.reference.clone();
        // Another kind may follow, of another name.
        for (field, value) in [("kind", id.kind.name()), ("name", id.name.as_str()), ("uid", owner.uid())] {
            reference[field] = value.into();
        }
        let mut edits = Edits::of(object.value().clone());
        edits.test(&["metadata", "uid"]);
        edits.push(&["metadata", "ownerReferences"], reference);
        Some(Action {
            request: Request::Patch { id: dependent.id.clone(), patch: edits.finish().0 },
            why: format!("it belonged to the one before, and belongs to {id} now"),
        })
    };
    dependents.iter().filter_map(link).collect()
}
