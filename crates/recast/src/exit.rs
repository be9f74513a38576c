//! Exit codes, and what leads to them.

use std::process::ExitCode;

use crate::failure::Failure;

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Refused or failed.
    Failed = 1,
    /// Interrupted by the user, as a shell reports it: 128 + SIGINT.
    Interrupted = 130,
}

/// What a command ends with: an exit code, or failures to show.
pub type Outcome = Result<Exit, Vec<Failure>>;

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
