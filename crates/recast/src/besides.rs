//! What each plugin can do besides its work, by a word of its own in the place of the first target.

use clap::{Command, Subcommand};

use crate::exit::{Exit, Outcome};
use crate::screen::Screen;
use crate::version::{self, VersionArgs};

/// What a plugin can do besides its work.
#[derive(Clone, Debug, Subcommand)]
pub enum Besides {
    /// Print version, commit, and the versions of Kubernetes that it is tested on
    Version(VersionArgs),
}

impl Besides {
    /// Does it, for the plugin of this definition.
    ///
    /// # Errors
    /// If it cannot be done.
    pub fn run(&self, plugin: &Command, screen: &Screen) -> Outcome {
        let name = plugin.get_bin_name().unwrap_or_else(|| plugin.get_name());
        let done = match self {
            Self::Version(args) => screen.result(|out| version::write(out, name, args)),
        };
        done.map(|()| Exit::Done).map_err(|failure| vec![failure])
    }
}
