//! Processes of the cluster's components: those of the test's own cluster, told from all others.

use std::fs::{File, read, read_dir, read_link};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{eventually, settings};

/// How one is started.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    name: &'static str,
    program: PathBuf,
    flags: Vec<String>,
}

impl Recipe {
    /// As the one that runs was.
    pub fn of_the_running(name: &'static str) -> Self {
        let found = running(name);
        let [process] = found.as_slice() else { panic!("of {name} run {found:?}; make cluster-down") };
        let words = read(process.join("cmdline")).expect("the process runs");
        let words: Vec<_> = words.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
        let flags: Vec<_> = words.iter().filter(|word| word.starts_with("--")).map(ToString::to_string).collect();
        Self { name, program: read_link(process.join("exe")).expect("the process runs"), flags }
    }

    /// Whether it is started with this flag and value.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    /// Whether one runs.
    pub fn runs(&self) -> bool {
        !running(self.name).is_empty()
    }

    /// With another value of one flag.
    pub fn with(&self, flag: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.flags.retain(|known| !known.starts_with(&format!("{flag}=")));
        changed.flags.push(format!("{flag}={value}"));
        changed
    }

    /// Takes the port that it listens on, which must be free.
    pub fn take_port(&self) -> Option<TcpListener> {
        let port = self.flags.iter().find_map(|flag| flag.strip_prefix("--secure-port="))?;
        TcpListener::bind(format!("127.0.0.1:{port}")).ok()
    }

    /// Starts one. Ctrl-C ends it together with the test.
    pub fn start(&self) -> Child {
        self.command().spawn().expect("the program of the cluster runs")
    }

    /// Starts one that outlives the test.
    pub fn start_for_good(&self) {
        // Whoever notices that it did not start is the next test.
        let _ = self.command().process_group(0).spawn();
    }

    fn command(&self) -> Command {
        let folder = settings::cluster_folder();
        let log = File::options().append(true).open(folder.join("logs").join(format!("{}.log", self.name)));
        let output = || log.as_ref().ok().and_then(|log| log.try_clone().ok()).map_or_else(Stdio::null, Stdio::from);
        let mut command = Command::new(&self.program);
        command.args(&self.flags).env_clear().current_dir(folder);
        command.stdin(Stdio::null()).stdout(output()).stderr(output());
        command
    }
}

/// Ends one that the test has started.
pub fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Ends all of this name, whoever has started them.
pub fn end_all(name: &str) {
    eventually(&format!("no {name} runs"), || {
        let running = running(name);
        for process in &running {
            let number = process.file_name().expect("it is a number");
            let _ = Command::new("kill").args(["-s", "KILL"]).arg(number).status();
        }
        running.is_empty().then_some(())
    });
}

/// Their folders in `/proc`. `tests/cluster/processes.sh` knows a process by the same signs.
fn running(name: &str) -> Vec<PathBuf> {
    let folder = settings::cluster_folder();
    let is_ours = |process: &PathBuf| {
        let (program, place) = (read_link(process.join("exe")), read_link(process.join("cwd")));
        program.is_ok_and(|path| path.file_name() == Some(name.as_ref())) && place.is_ok_and(|path| path == folder)
    };
    let processes = read_dir(Path::new("/proc")).expect("this is Linux");
    processes.filter_map(Result::ok).map(|entry| entry.path()).filter(is_ours).collect()
}
