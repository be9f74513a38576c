//! A namespace for one test.

use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::api::CLUSTER_WIDE;
use super::{Caller, eventually, settings};

/// A namespace with a name of its own, and its administrator. It goes when the test ends, however it ends.
pub struct Namespace {
    name: String,
    administrator: Caller,
    folder: tempfile::TempDir,
}

impl Namespace {
    /// Creates one.
    pub fn new() -> Self {
        let name = unique_name();
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let mut kubeconfig = settings::kubeconfig().clone();
        kubeconfig["contexts"][0]["context"]["namespace"] = json!(name);
        let administrator = Caller::with(&kubeconfig, folder.path().join("kubeconfig"));
        administrator.kubectl(&format!("create namespace {name}"));
        let namespace = Self { name, administrator, folder };
        // Pods are refused until it is there.
        eventually("it has a service account", || namespace.has("serviceaccount/default").then_some(()));
        namespace
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A folder for the test's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Deref for Namespace {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.administrator
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Some(api) = self.administrator.api() {
            return api.remove();
        }
        let plurals = CLUSTER_WIDE.map(|path| path.rsplit('/').next().unwrap_or(path)).join(",");
        for what in [format!("{plurals} -l test={}", self.name), format!("namespace {}", self.name)] {
            // A test that fails is to say why it failed, not this.
            drop(self.administrator.try_kubectl(&format!("delete {what} --wait=false"), ""));
        }
    }
}

/// Tests run side by side, and earlier runs may still be going away.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() % 100_000_000);
    format!("test-{now}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
