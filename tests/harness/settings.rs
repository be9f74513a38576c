//! Which cluster the tests run on: the variables that `tests/cluster/README.md` explains.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The program that people type.
pub fn kubectl() -> PathBuf {
    std::env::var_os("RECAST_KUBECTL").map_or_else(|| "kubectl".into(), PathBuf::from)
}

/// The folder of the cluster's programs, if they are not those on `PATH`.
pub fn programs() -> Option<PathBuf> {
    kubectl().parent().map(Path::to_path_buf).filter(|folder| !folder.as_os_str().is_empty())
}

/// The log of all requests.
pub fn audit_log() -> PathBuf {
    std::env::var_os("RECAST_AUDIT_LOG").expect("RECAST_AUDIT_LOG names the cluster's audit log").into()
}

/// Where the state of the cluster is that belongs to these tests.
pub fn cluster_folder() -> PathBuf {
    let log = audit_log();
    log.ancestors().nth(2).expect("the audit log is in logs/").canonicalize().expect("the cluster is there")
}

/// The administrator's kubeconfig, with its certificates inside.
pub fn kubeconfig() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| {
        let path = std::env::var_os("RECAST_KUBECONFIG").expect("RECAST_KUBECONFIG names a kubeconfig: make test");
        let shown = Command::new(kubectl())
            .args(["config", "view", "--raw", "--flatten", "--minify", "-o", "json"])
            .env("KUBECONFIG", path)
            .output()
            .expect("kubectl runs");
        serde_json::from_slice(&shown.stdout).expect("kubectl prints the kubeconfig")
    })
}

/// The address of the API server.
pub fn server() -> &'static str {
    kubeconfig()["clusters"][0]["cluster"]["server"].as_str().expect("a cluster has a server")
}
