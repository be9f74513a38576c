//! `kubectl ds-cast`: casts a Deployment, `ReplicaSet` or `StatefulSet` to a `DaemonSet`, losing nothing.

mod args;
mod blockers;
mod cast;
mod casting;
mod clean;
mod commands;
mod diagnosis;
mod difference;
mod existing;
mod file;
mod goal;
mod handover;
mod job;
mod membership;
mod model;
mod ownership;
mod placement;
mod remember;
mod report;
mod resolve;
mod run;
mod screen;
mod survey;
mod toleration;
mod undo;
mod undoing;
mod warnings;

use std::process::ExitCode;

use args::Args;
use clap::Parser as _;
use recast::failure::Failure;
use screen::Screen;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Refused or failed.
    Failed = 1,
    /// Interrupted by the user, as a shell reports it: 128 + SIGINT.
    Interrupted = 130,
}

/// What a command ends with: an exit code, or failures to show.
type Outcome = Result<Exit, Vec<Failure>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let screen = Screen::new(args.quiet);
    let outcome = if !args.filename.is_empty() {
        file::run(&args, &screen)
    } else if args.undo {
        undoing::run(&args, &screen).await
    } else {
        casting::run(&args, &screen).await
    };
    let exit = outcome.unwrap_or_else(|failures| {
        screen.failures(&failures);
        Exit::Failed
    });
    ExitCode::from(exit as u8)
}

/// Help goes to stdout and is no failure; kubectl ends with 1 for a wrong command line.
fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to report a failing terminal to.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Failed } else { Exit::Done } as u8)
}
