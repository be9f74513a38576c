//! The program that is tested, run in a folder and without a cluster.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

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

/// Runs `kubectl ds-cast` in a folder.
pub fn cast(folder: &Path, arguments: &[&str]) -> Ended {
    cast_from(folder, arguments, b"")
}

/// The same, with something on standard input.
pub fn cast_from(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-ds_cast"));
    // No cluster is to be found, should it be looked for.
    command.args(arguments).current_dir(folder).env("KUBECONFIG", "/dev/null").env_remove("NO_COLOR");
    run(command, stdin)
}

/// Runs a program to its end.
pub fn run(mut command: Command, stdin: &[u8]) -> Ended {
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
