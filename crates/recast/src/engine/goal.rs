//! What a command wants, and what it decides to do next.

use std::time::Duration;

use crate::action::{Action, Request};
use crate::failure::Failure;
use crate::object::ObjectId;
use crate::snapshot::Snapshot;

/// What must become true before the next action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// What is waited for: `daemonset.apps/rng is ready on every node`.
    pub waits_for: String,
    /// What the cluster says at the moment: `2 of 4 ready`.
    pub sees: String,
    /// The kubectl command that waits for the same.
    pub command: String,
}

/// What to do now.
#[derive(Clone, Debug)]
pub enum Step {
    /// Writes that do not depend on each other: they are sent side by side.
    Act(Vec<Action>),
    /// Nothing, until the cluster has changed.
    Wait(Gate),
    /// Nothing more: the goal is reached.
    Done,
}

impl Step {
    /// One write.
    #[must_use]
    pub fn act(request: Request, why: impl Into<String>) -> Self {
        Self::Act(vec![Action { request, why: why.into() }])
    }
}

/// What a command wants of the cluster.
pub trait Goal {
    /// Decides what to do now from what the cluster says now, and from nothing else.
    ///
    /// # Errors
    /// If the goal cannot or must not be reached from here.
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure>;

    /// What is looked at again when a write came too late: whether this is still to be done at all.
    fn guards(&self) -> Vec<ObjectId> {
        Vec::new()
    }

    /// What would be in danger if it were left as it is now, in a sentence. While it says something, an interrupt waits.
    fn exposed(&self, _: &Snapshot) -> Option<String> {
        None
    }
}

/// What an interrupt came into.
#[derive(Debug)]
pub enum During {
    /// A wait.
    Wait(Gate),
    /// A write, of which nobody waits to hear what became of it.
    Write {
        /// What is in danger if it was granted.
        danger: Option<String>,
    },
    /// Something that was finished first, since it could not be left as it was.
    Danger,
}

/// Why a goal was not reached.
#[derive(Debug)]
pub enum Stop {
    /// It cannot or must not be reached.
    Refused(Failure),
    /// It was not reached in time.
    TimedOut {
        /// What was waited for.
        gate: Gate,
        /// Since when.
        waited: Duration,
    },
    /// It would have to wait, and nothing is watched.
    Left {
        /// What it would wait for.
        gate: Gate,
    },
    /// The user interrupted.
    Interrupted(During),
}
