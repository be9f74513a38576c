//! A namespace of its own, for as long as something is measured in it.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Outcome;

/// The example application.
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/dockercoins.yaml");

/// A namespace, and what runs in it.
pub struct Workload {
    kubectl: OsString,
    kubeconfig: PathBuf,
    namespace: String,
}

impl Workload {
    /// A namespace in which nothing runs yet.
    pub fn empty(kubectl: &OsStr, kubeconfig: &Path) -> Outcome<Self> {
        // The last one may still be going away.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let workload = Self {
            kubectl: kubectl.to_owned(),
            kubeconfig: kubeconfig.to_owned(),
            namespace: format!("recast-bench-{}-{number}", std::process::id()),
        };
        workload.kubectl(&["create", "namespace", &workload.namespace])?;
        // Pods are refused until it is there.
        workload.kubectl(&["wait", "--for=create", "serviceaccount/default", "--timeout=60s"])?;
        Ok(workload)
    }

    /// The example application, when it is available.
    pub fn deploy(kubectl: &OsStr, kubeconfig: &Path) -> Outcome<Self> {
        let workload = Self::empty(kubectl, kubeconfig)?;
        workload.kubectl(&["apply", "-f", MANIFEST])?;
        workload.kubectl(&["wait", "--for=condition=Available", "deployment", "--all", "--timeout=120s"])?;
        Ok(workload)
    }

    /// The words, and where they are meant.
    pub fn arguments(&self, words: &[&str]) -> Vec<String> {
        let place = [format!("--kubeconfig={}", self.kubeconfig.display()), format!("--namespace={}", self.namespace)];
        words.iter().map(|word| (*word).to_owned()).chain(place).collect()
    }

    /// Has kubectl do something here.
    pub fn kubectl(&self, words: &[&str]) -> Outcome<()> {
        self.ask(words, &[]).map(drop)
    }

    /// Has kubectl do something here with what it is given to read, and hands back what it prints.
    pub fn ask(&self, words: &[&str], input: &[u8]) -> Outcome<String> {
        let mut child = Command::new(&self.kubectl)
            .args(self.arguments(words))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        // Taken, so that it ends when it is written.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input)?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("kubectl {}: {}", words.join(" "), output.status).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        if let Err(error) = self.kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]) {
            eprintln!("warning: namespace {} is left behind: {error}", self.namespace);
        }
    }
}
