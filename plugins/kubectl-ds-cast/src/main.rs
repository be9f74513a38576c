//! `kubectl ds-cast`: casts a Deployment, `ReplicaSet` or `StatefulSet` to a `DaemonSet`, losing nothing.

mod adopt;
mod args;
mod blockers;
mod cast;
mod casting;
mod clean;
mod diagnosis;
mod existing;
mod file;
mod goal;
mod handover;
mod job;
#[cfg(test)]
#[path = "../../../tests/manual.rs"]
mod manual;
mod model;
mod placement;
mod remember;
mod report;
mod resolve;
mod run;
mod survey;
mod toleration;
mod undo;
mod undoing;
mod warnings;

use std::process::ExitCode;

use args::Args;
use clap::CommandFactory as _;
use recast::screen::Screen;
use recast::usage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => return usage::show(&error),
    };
    let screen = Screen::new(args.quiet);
    let outcome = if let Some(besides) = &args.besides {
        besides.run(Args::command(), args::named, &screen).await
    } else if !args.filename.is_empty() {
        file::run(&args, &screen)
    } else if args.adopt && !args.undo {
        adopt::run(&args, &screen).await
    } else if args.undo {
        undoing::run(&args, &screen).await
    } else {
        casting::run(&args, &screen).await
    };
    screen.end(outcome)
}
