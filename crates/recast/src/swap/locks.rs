//! The locks: taken before anything is changed, given back at the end, and lost to another run of the same change.

use super::hold::{has_hold, lift};
use super::journal::JournalError;
use super::names::JOURNAL;
use super::standing::Standing;
use super::unit::{Direction, Part, Unit};
use super::{CLEANUP, Swap, delete};
use crate::action::Request;
use crate::commands::Commands;
use crate::engine::{Gate, Step};
use crate::failure::Failure;
use crate::object::Object;
use crate::snapshot::Snapshot;

impl Swap {
    /// Takes the locks. They are given back one by one when the change is over, and not taken again then.
    pub(super) fn lock(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        let locks = self.journal.locks();
        if let Some(foreign) = locks.iter().filter_map(|lock| snapshot.get(lock)).find(|secret| !self.is_own(secret)) {
            return Err(unfinished(foreign, &self.commands));
        }
        let Some(lock) = locks.iter().find(|lock| snapshot.get(lock).is_none()) else { return Ok(None) };
        if snapshot.last(lock).is_some_and(|last| !snapshot.has_deleted(last)) {
            return self.without_lock(snapshot);
        }
        if self.is_over(snapshot)? {
            return Ok(None);
        }
        let broken = |error: JournalError| Failure::caused_by("cannot write the journal", &error);
        let secret = self.journal.secret(lock).map_err(broken)?;
        let object = Object::new(secret).map_err(|error| Failure::caused_by("cannot write the journal", &error))?;
        let why = "it keeps what must be known after a crash, and keeps others out";
        Ok(Some(Step::act(Request::Create { id: lock.clone(), object: Box::new(object) }, why)))
    }

    /// Whether nothing is left to do but to give the locks back.
    fn is_over(&self, snapshot: &Snapshot) -> Result<bool, Failure> {
        if let Some(handoff) = &self.journal.handoff {
            return Ok(self.hand_off(handoff, snapshot)?.is_none());
        }
        Ok(self.pods_finished(snapshot)? && self.first_of(&CLEANUP, snapshot)?.is_none())
    }

    /// Gives the locks back, the one with the journal last.
    pub(super) fn unlock(&self, snapshot: &Snapshot) -> Option<Step> {
        let locks = self.journal.locks();
        let left = locks.iter().rev().find_map(|lock| snapshot.get(lock).map(|secret| (lock.clone(), secret)));
        left.map(|(lock, secret)| Step::Act(vec![delete(lock, secret, "the change is done")]))
    }

    fn is_own(&self, secret: &Object) -> bool {
        secret.label(JOURNAL) == Some(self.journal.id.as_str())
    }

    /// What to do about a lock that was there and is gone. Another run has given it back when the change was done, which
    /// shows a little later in what is watched; or it has put the change back.
    fn without_lock(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        let is_over = self.is_over(snapshot);
        if matches!(is_over, Ok(true)) {
            return Ok(None);
        }
        if let Some(step) = self.let_go_again(snapshot) {
            return Ok(Some(step));
        }
        if is_over.is_err() || self.is_back(snapshot) {
            // A Service that was brought onto its bridge too late, and the like.
            let back = Self { direction: Direction::Back, ..self.clone() };
            if is_over.is_ok()
                && self.journal.handoff.is_none()
                && let Some(step) = back.first_of(&CLEANUP, snapshot)?
            {
                return Ok(Some(step));
            }
            return Err(Failure::new("this change was put back meanwhile, or done, by another run of it"));
        }
        Ok(Some(Step::Wait(Gate {
            waits_for: "what another run of this change has done to show".to_owned(),
            sees: "its journal is gone".to_owned(),
            command: self.commands.kubectl(&["get", "secrets", "-l", &format!("{JOURNAL}={}", self.journal.id)]),
        })))
    }

    /// A hold that came after the change had been put back.
    fn let_go_again(&self, snapshot: &Snapshot) -> Option<Step> {
        let parts = self.journal.units.iter().flat_map(Unit::all).map(|unit| &unit.before);
        let sides = self.journal.handoff.iter().flat_map(|handoff| handoff.before.owners());
        parts.chain(sides).find_map(|part| {
            let object = snapshot.get(&part.id).filter(|object| object.uid() == part.uid && !object.is_deleting())?;
            has_hold(object).then(|| lift(&part.id, object, "the change was put back meanwhile"))
        })
    }

    /// Whether an owner that people know, or a pod where none is changed, is as it was before, and nothing of the change is
    /// on it.
    fn is_back(&self, snapshot: &Snapshot) -> bool {
        let is_before = |unit: &Unit| {
            let standing = self.standing(unit, snapshot);
            matches!(standing, Ok(Standing::Before(object)) if !has_hold(object))
        };
        let is_free =
            |part: &Part| snapshot.get(&part.id).is_some_and(|object| object.uid() == part.uid && !has_hold(object));
        if let Some(handoff) = &self.journal.handoff {
            return is_free(&handoff.before.top);
        }
        let units = &self.journal.units;
        units.iter().any(is_before) || (units.is_empty() && !self.label_named(snapshot).is_empty())
    }
}

/// A change of somebody else, or of another command, that is not finished.
#[must_use]
pub fn unfinished(secret: &Object, commands: &Commands) -> Failure {
    let note = |key: &str| secret.annotation(&format!("kube-recast/{key}")).unwrap_or_default();
    let command = note("command");
    let words: Vec<&str> = command.split(' ').collect();
    Failure::new(format!("secret/{} says that a change is under way", secret.name()))
        .detail(format!("begun by {} at {}: kubectl {command}", note("by"), note("begun")))
        .detail(format!("if that has ended, this finishes it: {}", commands.kubectl(&words)))
        .hint(format!("{} puts back what was", commands.kubectl(&note("back").split(' ').collect::<Vec<_>>())))
}
