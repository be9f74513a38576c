//! What the help of all plugins has in common, and what is said of a wrong command line.

use std::process::ExitCode;

use crate::exit::Exit;

/// The order of the help's parts: examples before flags, as in kubectl.
pub const TEMPLATE: &str = "{about}\n\n{before-help}{usage-heading}\n  {usage}\n\n{all-args}{after-help}\n";

/// What the exit codes of a plugin that changes something mean.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    refused or failed; what has been done is said
  130  interrupted; run the same command again to go on";

/// Help goes to stdout and is no failure; kubectl ends with 1 for a wrong command line.
#[must_use]
pub fn show(error: &clap::Error) -> ExitCode {
    // Nothing is left to report a failing terminal to.
    let _ = error.print();
    if error.use_stderr() { Exit::Failed } else { Exit::Done }.into()
}
