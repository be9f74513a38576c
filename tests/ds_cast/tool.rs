//! The program that is tested.

use crate::harness::{Caller, Ended, Running};

/// The program, as kubectl finds it.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kubectl-ds_cast");

/// Whoever can cast.
pub trait Cast {
    /// Runs `kubectl ds-cast` with these words, split at spaces.
    fn cast(&self, words: &str) -> Ended;

    /// Starts it and lets it run.
    fn begin_cast(&self, words: &str) -> Running;
}

impl Cast for Caller {
    fn cast(&self, words: &str) -> Ended {
        self.begin_cast(words).ended()
    }

    fn begin_cast(&self, words: &str) -> Running {
        self.start(PROGRAM, words, "")
    }
}
