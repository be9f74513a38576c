//! What each plugin can do besides its work, by a word of its own in the place of the first target.

use std::ffi::OsString;

use clap::{Command, Subcommand};

use crate::completion::{self, CompletionArgs, Line, Named};
use crate::exit::{Exit, Outcome};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::version::{self, VersionArgs};

/// What a plugin can do besides its work.
#[derive(Clone, Debug, Subcommand)]
pub enum Besides {
    /// Print version, commit, and the versions of Kubernetes that it is tested on
    Version(VersionArgs),
    /// Print or install the script by which kubectl completes this command in the shell
    Completion(CompletionArgs),
    /// Answer the shell. No object can have this name.
    #[command(name = "__complete", hide = true, disable_help_flag = true)]
    Complete {
        /// The words of the command line, the last one as far as it is typed
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
}

impl Besides {
    /// Does it, for the plugin of this definition, whose words name this.
    ///
    /// # Errors
    /// If it cannot be done.
    pub async fn run(&self, mut plugin: Command, named: impl Fn(&Line<'_>) -> Named, screen: &Screen) -> Outcome {
        plugin.build();
        let done = self.done(&plugin, named, screen).await;
        done.map(|()| Exit::Done).map_err(|failure| vec![failure])
    }

    async fn done(&self, plugin: &Command, named: impl Fn(&Line<'_>) -> Named, screen: &Screen) -> Result<(), Failure> {
        let name = plugin.get_bin_name().unwrap_or_else(|| plugin.get_name());
        match self {
            Self::Version(args) => screen.result(|out| version::write(out, name, args)),
            Self::Completion(args) => completion::run(args, name, screen),
            Self::Complete { words } => {
                let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
                let reply = completion::reply(plugin, &words, named).await;
                screen.result(|out| out.write_all(reply.as_bytes()))
            }
        }
    }
}
