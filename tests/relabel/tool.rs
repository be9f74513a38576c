//! The program that is tested.

use crate::harness::{Caller, Ended};

/// The program, as kubectl finds it.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kubectl-relabel");

/// Whoever can relabel.
pub trait Relabel {
    /// Runs `kubectl relabel` with these words, split at spaces.
    fn relabel(&self, words: &str) -> Ended;
}

impl Relabel for Caller {
    fn relabel(&self, words: &str) -> Ended {
        self.start(PROGRAM, words, "").ended()
    }
}
