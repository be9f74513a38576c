//! `kubectl relabel`: changes the labels that count, with no pod restarted and no endpoint lost.

mod allowance;
mod args;
mod change;
mod file;
mod impact;
mod live;
mod preflight;
mod prune;
mod question;
#[cfg(test)]
mod scene;

use std::process::ExitCode;

use args::Args;
use clap::Parser as _;
use recast::exit::{Exit, Outcome, usage};
use recast::screen::Screen;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let screen = Screen::new(args.quiet);
    let outcome = command(&args, &screen).await;
    let exit = outcome.unwrap_or_else(|failures| {
        screen.failures(&failures);
        Exit::Failed
    });
    exit.into()
}

async fn command(args: &Args, screen: &Screen) -> Outcome {
    if args.prune {
        return prune::run(args, screen).await;
    }
    let words = args.words().map_err(|failure| vec![failure])?;
    if !args.filename.is_empty() {
        file::run(args, &words, screen)
    } else if args.list {
        live::list(args, &words, screen).await
    } else if args.abort {
        live::abort(args, &words, screen).await
    } else if args.unfinished {
        live::unfinished(args, screen).await
    } else {
        live::run(args, &words, screen).await
    }
}
