//! `kubectl relabel`: changes the labels that count, with no pod restarted and no endpoint lost.

mod allowance;
mod args;
mod change;
mod file;
mod impact;
mod live;
#[cfg(test)]
#[path = "../../../tests/manual.rs"]
mod manual;
mod preflight;
mod prune;
mod question;
#[cfg(test)]
mod scene;

use std::process::ExitCode;

use args::Args;
use clap::{CommandFactory as _, Parser as _};
use recast::exit::Outcome;
use recast::screen::Screen;
use recast::usage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::show(&error),
    };
    let screen = Screen::new(args.quiet);
    screen.end(command(&args, &screen).await)
}

async fn command(args: &Args, screen: &Screen) -> Outcome {
    if let Some(besides) = &args.besides {
        return besides.run(Args::command(), args::named, screen).await;
    }
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
