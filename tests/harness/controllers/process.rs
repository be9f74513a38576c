//! Processes of the controller-manager: those of the test's own cluster, told from all others.

use std::fs::{File, read, read_dir, read_link};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::super::{eventually, settings};

const PROGRAM: &str = "kube-controller-manager";

/// No port: the usual one may still be taken.
const OURS: &str = "--secure-port=0";

/// How one is started.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    program: PathBuf,
    flags: Vec<String>,
}

impl Recipe {
    /// As the one that runs was.
    pub fn of_the_running() -> Self {
        let found = running();
        let [process] = found.as_slice() else { panic!("of {PROGRAM} run {found:?}; make cluster-down") };
        let words = read(process.join("cmdline")).expect("the process runs");
        let words: Vec<_> = words.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
        let flags: Vec<_> = words.iter().filter(|word| word.starts_with("--")).map(ToString::to_string).collect();
        assert!(!flags.iter().any(|flag| flag == OURS), "a test that was killed left its {PROGRAM}; make cluster-down");
        Self { program: read_link(process.join("exe")).expect("the process runs"), flags }
    }

    /// One that may run beside others, and follows one that is dead within seconds.
    pub fn for_tests(&self) -> Self {
        self.with("--secure-port", OURS.trim_start_matches("--secure-port="))
            .with("--leader-elect-lease-duration", "5s")
            .with("--leader-elect-renew-deadline", "4s")
            .with("--leader-elect-retry-period", "500ms")
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
        let log = File::options().append(true).open(folder.join("logs").join(format!("{PROGRAM}.log")));
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

/// Ends all there are, whoever has started them.
pub fn end_all() {
    eventually("no controller-manager runs", || {
        let running = running();
        for process in &running {
            let number = process.file_name().expect("it is a number");
            let _ = Command::new("kill").args(["-s", "KILL"]).arg(number).status();
        }
        running.is_empty().then_some(())
    });
}

/// Their folders in `/proc`. `tests/cluster/processes.sh` knows a process by the same signs.
fn running() -> Vec<PathBuf> {
    let folder = settings::cluster_folder();
    let is_ours = |process: &PathBuf| {
        let (program, place) = (read_link(process.join("exe")), read_link(process.join("cwd")));
        program.is_ok_and(|path| path.file_name() == Some(PROGRAM.as_ref())) && place.is_ok_and(|path| path == folder)
    };
    let processes = read_dir(Path::new("/proc")).expect("this is Linux");
    processes.filter_map(Result::ok).map(|entry| entry.path()).filter(is_ours).collect()
}
