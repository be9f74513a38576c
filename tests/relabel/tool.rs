//! The program that is tested.

use crate::harness::{Caller, Ended, Running};

/// The program, as kubectl finds it.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kubectl-relabel");

/// Whoever can relabel.
pub trait Relabel {
    /// Runs `kubectl relabel` with these words, split at spaces.
    fn relabel(&self, words: &str) -> Ended;

    /// Starts it and lets it run.
    fn begin_relabel(&self, words: &str) -> Running;
}

impl Relabel for Caller {
    fn relabel(&self, words: &str) -> Ended {
        self.begin_relabel(words).ended()
    }

    fn begin_relabel(&self, words: &str) -> Running {
        self.start(PROGRAM, words, "")
    }
}
