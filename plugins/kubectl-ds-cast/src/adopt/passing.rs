//! One handoff that is to be carried out, and what it comes from.

use json_patch::Patch;
use recast::engine::{Goal, Step};
use recast::failure::Failure;
use recast::object::{Object, ObjectId};
use recast::product::Product;
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Handoff, Side, Swap};
use serde_json::Value;

use crate::goal::CastGoal;
use crate::undo::UndoGoal;

/// A handoff.
pub struct Passing {
    /// The goal.
    pub swap: Swap,
    /// What was drafted.
    pub handoff: Handoff,
    /// What it comes from.
    pub origin: Origin,
}

/// What a handoff comes from.
pub enum Origin {
    /// A cast.
    Cast(Box<CastGoal>),
    /// An undo.
    Undo(Box<UndoGoal>),
    /// An earlier run: its locks.
    Earlier(Vec<Object>),
}

impl Goal for Passing {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        self.swap.next(snapshot)
    }

    fn guards(&self) -> Vec<ObjectId> {
        self.swap.guards()
    }

    fn exposed(&self, snapshot: &Snapshot) -> Option<String> {
        self.swap.exposed(snapshot)
    }
}

impl Passing {
    /// Whose the pods were, and whose they become.
    pub const fn sides(&self) -> (&Side, &Side) {
        match self.swap.direction {
            Direction::Forward => (&self.handoff.before, &self.handoff.after),
            Direction::Back => (&self.handoff.after, &self.handoff.before),
        }
    }

    /// The object that is there at the end.
    pub const fn creates(&self) -> &ObjectId {
        &self.sides().1.top.id
    }

    /// Both owners, and what belongs to them otherwise.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> {
        let owners = [&self.handoff.before, &self.handoff.after].map(|side| side.top.id.clone());
        owners.into_iter().chain(self.handoff.dependents.iter().map(|dependent| dependent.id.clone()))
    }

    /// Puts the locks that there are into the snapshot.
    pub fn remember(&self, snapshot: &mut Snapshot) {
        if let Origin::Earlier(secrets) = &self.origin {
            for secret in secrets {
                snapshot.observe(recast::kind::Kind::Secret, secret.clone());
            }
        }
    }

    /// For `-o`. Without an object that is there, what would be sent.
    pub fn product(&self, object: Option<Value>) -> Product {
        let (patch, sent) = match &self.origin {
            Origin::Cast(goal) => (goal.cast.patch.clone(), goal.cast.daemon_set.clone()),
            Origin::Undo(goal) => (goal.restored.patch.clone(), goal.restored.object.clone()),
            Origin::Earlier(_) => (Patch::default(), self.sides().1.top.object.clone()),
        };
        Product { id: self.creates().clone(), patch, object: object.unwrap_or(sent) }
    }
}
