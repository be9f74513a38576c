//! `kubectl logs-selector`: the logs of every pod that a selector reaches, and who of them really serves.

mod args;
mod batch;
mod continuity;
mod crew;
mod desk;
mod filter;
mod goal;
mod harmless;
mod intake;
mod limits;
#[cfg(test)]
#[path = "../../../tests/manual.rs"]
mod manual;
mod membership;
mod merge;
mod pod;
mod printer;
mod query;
mod reach;
mod reader;
mod run;
mod scene;
mod sink;
mod stamp;
mod step;
mod target;
mod traffic;

use std::process::ExitCode;

use args::Args;
use clap::{CommandFactory as _, Parser as _};
use recast::screen::Screen;
use recast::usage;
use tokio::task::LocalSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::show(&error),
    };
    let screen = Screen::new(args.quiet);
    if let Some(besides) = &args.besides {
        return screen.end(besides.run(Args::command(), args::named, &screen).await);
    }
    limits::raise_open_files();
    screen.end(LocalSet::new().run_until(run::run(&args, &screen)).await)
}
