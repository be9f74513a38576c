//! The example application in a namespace of its own, for as long as it is measured.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// The application.
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/dockercoins.yaml");

/// The application, running.
pub struct Workload {
    kubectl: OsString,
    kubeconfig: PathBuf,
    namespace: String,
}

impl Workload {
    /// Deploys it, and waits until it is available.
    pub fn deploy(kubectl: &OsStr, kubeconfig: &Path) -> Outcome<Self> {
        let workload = Self {
            kubectl: kubectl.to_owned(),
            kubeconfig: kubeconfig.to_owned(),
            namespace: format!("recast-bench-{}", std::process::id()),
        };
        let place = &format!("--namespace={}", workload.namespace);
        workload.kubectl(&["create", "namespace", &workload.namespace])?;
        // Pods are refused until it is there.
        workload.kubectl(&["wait", place, "--for=create", "serviceaccount/default", "--timeout=60s"])?;
        workload.kubectl(&["apply", place, "-f", MANIFEST])?;
        workload.kubectl(&["wait", place, "--for=condition=Available", "deployment", "--all", "--timeout=120s"])?;
        Ok(workload)
    }

    /// Where it runs.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    fn kubectl(&self, arguments: &[&str]) -> Outcome<()> {
        let status = Command::new(&self.kubectl)
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(arguments)
            .stdout(Stdio::null())
            .status()?;
        if status.success() { Ok(()) } else { Err(format!("kubectl {}: {status}", arguments.join(" ")).into()) }
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        if let Err(error) = self.kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]) {
            eprintln!("warning: namespace {} is left behind: {error}", self.namespace);
        }
    }
}
