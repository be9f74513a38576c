//! The program that is tested.

use crate::harness::{Caller, Ended, Running};

/// The program, as kubectl finds it.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kubectl-logs_selector");

/// Whoever can read logs.
pub trait Logs {
    /// Runs `kubectl logs-selector` with these words, split at spaces.
    fn logs(&self, words: &str) -> Ended;

    /// Starts it and lets it run.
    fn begin_logs(&self, words: &str) -> Running;
}

impl Logs for Caller {
    fn logs(&self, words: &str) -> Ended {
        self.begin_logs(words).ended()
    }

    fn begin_logs(&self, words: &str) -> Running {
        self.start(PROGRAM, words, "")
    }
}
