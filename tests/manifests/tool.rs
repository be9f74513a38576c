//! The plugin that is tested, run in a folder and without a cluster.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A plugin, and the manifests that it is tested with.
pub struct Plugin {
    /// The program.
    pub program: &'static str,
    /// The folder of its corpus.
    pub corpus: &'static str,
    /// How many cases are there at least.
    pub cases: usize,
    /// What is done with a manifest that says nothing else.
    pub arguments: &'static str,
    /// The kinds of the objects that it makes or edits.
    pub kinds: &'static [&'static str],
    /// How many of these a server keeps at least.
    pub kept: usize,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ended {
    /// What it printed, as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is UTF-8")
    }
}

/// Runs the plugin in a folder.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    run_from(folder, arguments, b"")
}

/// The same, with something on standard input.
pub fn run_from(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Ended {
    let mut command = Command::new(crate::PLUGIN.program);
    // No cluster is to be found, should it be looked for.
    command.args(arguments).current_dir(folder).env("KUBECONFIG", "/dev/null").env_remove("NO_COLOR");
    run_to_end(command, stdin)
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs a program to its end.
pub fn run_to_end(mut command: Command, stdin: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut pipe = child.stdin.take().expect("stdin is a pipe");
    let ended = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not read all of it is no failure.
            let _ = pipe.write_all(stdin);
        });
        child.wait_with_output().expect("the program ends")
    });
    let stderr = String::from_utf8(ended.stderr).expect("stderr is UTF-8");
    Ended { code: ended.status.code(), stdout: ended.stdout, stderr }
}
