//! What could be typed next, for the shell: the protocol by which kubectl asks its plugins since 1.26.
//!
//! kubectl runs `kubectl_complete-PLUGIN` with the words that follow the plugin's name, the last one as far as it has been
//! typed, and reads a choice from each line, with a description behind a tab; the last line is a directive. Whatever
//! goes wrong, nothing is said of it: whoever presses a key has not asked for messages.

mod answer;
mod choice;
mod containers;
mod flags;
mod labels;
mod line;
mod script;
#[cfg(test)]
mod tests;
mod wanted;
mod words;

use std::time::Duration;

use clap::Command;

use crate::kind::Kind;

pub use choice::Choice;
pub use line::Line;
pub use script::{CompletionArgs, run};

/// How long somebody who has pressed a key is kept waiting for a cluster.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the words of a plugin's command line name.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The kinds that it works on.
    pub kinds: &'static [Kind],
    /// The kind of a name without a TYPE.
    pub default: Option<Kind>,
    /// Of which kind is what `-l` selects, if not of the kinds that are named.
    pub selected: Option<Kind>,
    /// Whether label edits follow.
    pub edits: bool,
}

/// What the shell reads: the choices for the last of the words, and what it shall do with them.
pub async fn reply(plugin: &Command, words: &[String], named: impl Fn(&Line<'_>) -> Named) -> String {
    let line = Line::read(plugin, words);
    let wanted = wanted::of(&line, named(&line));
    choice::reply(line.typed(), answer::choices(wanted, &line, PATIENCE).await)
}
