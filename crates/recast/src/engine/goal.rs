//! What a command wants, and what it decides to do next.

use std::time::Duration;

use crate::action::Action;
use crate::failure::Failure;
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
    /// A write.
    Act(Box<Action>),
    /// Nothing, until the cluster has changed.
    Wait(Gate),
    /// Nothing more: the goal is reached.
    Done,
}

/// What a command wants of the cluster.
pub trait Goal {
    /// Decides what to do now from what the cluster says now, and from nothing else.
    ///
    /// # Errors
    /// If the goal cannot or must not be reached from here.
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure>;
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
    Interrupted {
        /// What was waited for.
        gate: Option<Gate>,
    },
}
