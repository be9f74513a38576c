//! How far an owner has come, read off the cluster.

use serde_json::Value;

use super::Swap;
use super::hold::has_hold;
use super::names::MARK;
use super::unit::{Direction, Mode, Part, Unit};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::snapshot::Snapshot;

/// How far an owner has come.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'s> {
    /// It is what it was.
    Before(&'s Object),
    /// It is deleted, but for our hold.
    Held(&'s Object),
    /// There is none: the old one is gone, the new one not yet there.
    Absent,
    /// The new one is there, or the template is changed, and its controller is to take note.
    Created(&'s Object),
    /// It is the one that never went, and our hold is to come off it.
    Kept(&'s Object),
    /// It is what it is to be; or, where the change is put back, somebody else has deleted it.
    Finished,
}

/// What must be as it was read when it is touched first.
const READ: [&str; 5] = ["/spec/template", "/spec/selector", "/spec/updateStrategy", "/spec/strategy", "/spec/paused"];

impl Swap {
    /// How far the owner has come.
    ///
    /// # Errors
    /// If somebody else deletes it, has deleted it, or has made another one in its place.
    pub(super) fn standing<'s>(&self, unit: &Unit, snapshot: &'s Snapshot) -> Result<Standing<'s>, Failure> {
        let Some(object) = snapshot.get(unit.id()) else {
            return if self.was_taken(unit, snapshot) { self.taken(unit) } else { Ok(Standing::Absent) };
        };
        if object.is_deleting() {
            return if has_hold(object) { Ok(Standing::Held(object)) } else { self.taken(unit) };
        }
        match unit.mode {
            Mode::Recreate => self.recreated(unit, object),
            Mode::InPlace | Mode::Labels => self.in_its_place(unit, object),
        }
    }

    fn recreated<'s>(&self, unit: &Unit, object: &'s Object) -> Result<Standing<'s>, Failure> {
        let original = object.uid() == unit.before.uid;
        let selects = |part: &Value| object.at("/spec/selector") == part.pointer("/spec/selector");
        Ok(match self.direction {
            _ if self.has_mark(object) => Standing::Created(object),
            Direction::Forward if original => Standing::Before(object),
            Direction::Back if original && has_hold(object) => Standing::Kept(object),
            Direction::Back if original => Standing::Finished,
            direction if selects(&unit.to(direction).object) => Standing::Finished,
            Direction::Back if selects(&unit.after.object) => Standing::Before(object),
            _ => return Err(self.made_anew(unit.id(), object)),
        })
    }

    fn in_its_place<'s>(&self, unit: &Unit, object: &'s Object) -> Result<Standing<'s>, Failure> {
        if object.uid() != unit.before.uid {
            return Err(self.made_anew(unit.id(), object));
        }
        let labels = |value: &Value| value.pointer("/spec/template/metadata/labels").cloned();
        let is = labels(object.value());
        let is_to = self.journal.edits.iter().all(|edit| {
            let at = |labels: &Option<Value>| labels.as_ref().and_then(|labels| labels.get(&edit.key)).cloned();
            at(&is) == at(&labels(&unit.to(self.direction).object))
        });
        Ok(match (self.has_mark(object), is_to) {
            (true, _) => Standing::Created(object),
            (false, true) if object.at("/metadata/labels").is_none_or(|labels| labels.get(MARK).is_none()) => {
                Standing::Finished
            }
            (false, _) => Standing::Before(object),
        })
    }

    /// Whether every owner is what it is to be.
    ///
    /// # Errors
    /// As [`Swap::standing`].
    pub(super) fn units_finished(&self, snapshot: &Snapshot) -> Result<bool, Failure> {
        for unit in &self.journal.units {
            if !matches!(self.standing(unit, snapshot)?, Standing::Finished) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a change is put back before any owner was deleted: then nothing but holds is to be taken off.
    pub(super) fn is_untouched(&self, snapshot: &Snapshot) -> Result<bool, Failure> {
        for unit in &self.journal.units {
            if !matches!(self.standing(unit, snapshot)?, Standing::Kept(_) | Standing::Finished) {
                return Ok(false);
            }
        }
        Ok(self.direction == Direction::Back)
    }

    /// The label value that says: made by this change, going this way, and not finished.
    pub(super) fn mark(&self) -> String {
        format!("{}-{}", self.journal.id, self.direction.word())
    }

    pub(super) fn has_mark(&self, object: &Object) -> bool {
        object.label(MARK).is_some_and(|mark| mark == self.mark())
    }

    /// An owner that somebody else has deleted is not made anew, and keeps nothing else from being put back.
    fn taken<'s>(&self, unit: &Unit) -> Result<Standing<'s>, Failure> {
        match self.direction {
            Direction::Forward => Err(self.deleted(unit.id())),
            Direction::Back => Ok(Standing::Finished),
        }
    }

    /// Whether the place is empty because somebody else has deleted the owner: it went without our hold, or something
    /// still names it as its controller, which nothing does while we hold it; or we had not come so far.
    pub(super) fn was_taken(&self, unit: &Unit, snapshot: &Snapshot) -> bool {
        let is_recreated = unit.mode == Mode::Recreate;
        let can_be_ours = || is_recreated && !is_named(unit.id(), snapshot) && self.may_be_lifted(unit, snapshot);
        snapshot.last(unit.id()).map_or_else(|| !can_be_ours(), |last| !has_hold(last))
    }

    /// Whether what is made ready before a hold is lifted is ready: behind the fence, or for a Deployment its
    /// `ReplicaSet`s.
    fn may_be_lifted(&self, unit: &Unit, snapshot: &Snapshot) -> bool {
        if unit.id().kind != Kind::Deployment || unit.children.iter().any(|child| child.mode == Mode::Recreate) {
            return self.has_been_fenced(snapshot);
        }
        let mut there = unit.children.iter().filter(|child| snapshot.get(child.id()).is_some()).peekable();
        let is_ready = |child: &Unit| !matches!(self.standing(child, snapshot), Ok(Standing::Before(_)));
        unit.children.is_empty()
            || (there.peek().is_some() && (self.direction == Direction::Back || there.all(is_ready)))
    }

    /// What would be in danger if it were left as it is now.
    pub(super) fn danger(&self, unit: &Unit, snapshot: &Snapshot) -> Option<String> {
        let id = unit.id();
        match self.standing(unit, snapshot).ok()? {
            Standing::Held(_) => Some(format!("{id} is held: its pods run on, but none is replaced until it is back")),
            Standing::Absent => Some(format!("{id} is absent: its pods run on, but none is replaced until it is back")),
            _ => None,
        }
    }

    /// What was drafted holds for the template and the strategy that were read: another template brings pods, and what is
    /// between, that nobody has looked at. How many pods it makes does not matter.
    pub(super) fn check_unchanged(&self, part: &Part, object: &Object) -> Result<(), Failure> {
        let same = READ.iter().all(|at| object.at(at) == part.object.pointer(at));
        if same || part.uid.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!("{} was changed since it was read", part.id))
            .detail("nothing of it has been touched yet")
            .hint(self.way_back()))
    }

    pub(super) fn deleted(&self, id: &ObjectId) -> Failure {
        Failure::new(format!("{id} was deleted by somebody else"))
            .detail("its pods, and what was changed on them, are left as they are")
            .hint(self.way_back())
    }

    pub(super) fn made_anew(&self, id: &ObjectId, object: &Object) -> Failure {
        let entries = object.at("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
        let writers = entries.filter_map(|entry| entry["manager"].as_str());
        let who = writers.filter(|name| *name != "kube-controller-manager").collect::<Vec<_>>().join(", ");
        let who = if who.is_empty() { "somebody else".to_owned() } else { who };
        Failure::new(format!("{id} was made anew by {who}, and is left as it is"))
            .detail("whoever did that would do it again: it must know the new labels, or be stopped, first")
            .hint(self.way_back())
    }
}

/// Whether a pod or a ReplicaSet names it as its controller.
pub(super) fn is_named(id: &ObjectId, snapshot: &Snapshot) -> bool {
    let names_it = |object: &Object| {
        object.controller().is_some_and(|owner| owner.kind == id.kind.name() && owner.name == id.name)
    };
    [Kind::Pod, Kind::ReplicaSet].into_iter().any(|kind| snapshot.of(kind).any(names_it))
}

#[cfg(test)]
mod tests;
