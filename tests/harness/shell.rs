//! A bash in which kubectl is completed by its own script.

use std::path::PathBuf;
use std::process::Command;

use super::Namespace;
use super::running::{Ended, Running};

/// What it runs: the words up to the cursor are its arguments.
const SCRIPT: &str = r#"
source <(kubectl completion bash)
# What kubectl's script needs of the package bash-completion. Here, the words are split already.
_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
__start_kubectl
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
"#;

/// Somebody's shell, in which a plugin is on `PATH`.
pub struct Shell<'n> {
    namespace: &'n Namespace,
    folder: PathBuf,
}

impl<'n> Shell<'n> {
    /// A shell with this plugin.
    pub fn with(namespace: &'n Namespace, program: &str) -> Self {
        let program = PathBuf::from(program);
        let folder = namespace.folder().join("bin");
        std::fs::create_dir(&folder).expect("the test's folder can be written");
        let name = program.file_name().expect("a program has a name");
        std::os::unix::fs::symlink(&program, folder.join(name)).expect("the test's folder can be written");
        Self { namespace, folder }
    }

    /// The folder of the plugin.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Runs kubectl with these words, split at spaces.
    pub fn kubectl(&self, words: &str) -> Ended {
        let mut command = self.command("kubectl");
        command.args(words.split_whitespace());
        Running::start(command, "").ended()
    }

    /// What Tab offers at the end of this line, each without its description, as bash inserts it: what stands before the
    /// last `=` or `:` is not repeated.
    #[track_caller]
    pub fn completes(&self, line: &str) -> Vec<String> {
        let mut command = self.command("bash");
        command.args(["--norc", "-c", SCRIPT, "bash"]).args(line.split(' '));
        let ended = Running::start(command, "").ended().done();
        let choices = ended.stdout.lines().filter_map(|line| line.split_whitespace().next());
        choices.map(str::to_owned).collect()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.namespace.command(program);
        let path =
            command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path.map(ToOwned::to_owned));
        let path = path.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
        let folders = std::iter::once(self.folder.clone()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).expect("PATH can be joined"));
        command
    }
}
