//! `kubectl relabel`: changes the labels that count, with no pod restarted and no endpoint lost.

#[allow(dead_code, reason = "the live flow calls it")]
mod allowance;
mod args;
#[allow(dead_code, reason = "the live flow calls it")]
mod change;
mod file;
#[allow(dead_code, unused_imports, reason = "the live flow calls it")]
mod impact;
#[allow(dead_code, unused_imports, reason = "the live flow calls it")]
mod preflight;
mod prune;
mod question;
#[cfg(test)]
mod scene;

use std::process::ExitCode;

use args::Args;
use clap::Parser as _;
use recast::exit::{Exit, usage};
use recast::screen::Screen;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let screen = Screen::new(args.quiet);
    let outcome = if args.prune {
        prune::run(&args, &screen).await
    } else {
        args.words().map_err(|failure| vec![failure]).and_then(|words| file::run(&args, &words, &screen))
    };
    let exit = outcome.unwrap_or_else(|failures| {
        screen.failures(&failures);
        Exit::Failed
    });
    exit.into()
}
