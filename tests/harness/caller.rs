//! Somebody who types: a kubeconfig that says who it is and in which namespace.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::api::Api;
use super::running::{Ended, Running};
use super::settings;

/// Somebody with access to the cluster.
#[derive(Clone)]
pub struct Caller {
    kubeconfig: PathBuf,
    api: Arc<OnceLock<Option<Api>>>,
}

impl Caller {
    /// Somebody with this kubeconfig, which is written to the path.
    pub fn with(kubeconfig: &Value, path: PathBuf) -> Self {
        std::fs::write(&path, kubeconfig.to_string()).expect("the test's folder can be written");
        Self::of(path)
    }

    /// Somebody with the kubeconfig that is there.
    pub fn of(kubeconfig: PathBuf) -> Self {
        Self { kubeconfig, api: Arc::default() }
    }

    /// The path of the kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The way to the API server without kubectl.
    pub fn api(&self) -> Option<&Api> {
        self.api.get_or_init(|| Api::of(&self.kubeconfig)).as_ref()
    }

    /// A command of this caller's, still to be started. Nothing of the surroundings says which cluster is meant.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("KUBECONFIG", &self.kubeconfig).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        if let Some(folder) = settings::programs() {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(folders).expect("PATH can be joined"));
        }
        command
    }

    /// Starts a program with these words, split at spaces.
    pub fn start(&self, program: &str, words: &str, stdin: &str) -> Running {
        let mut command = self.command(program);
        command.args(words.split_whitespace());
        Running::start(command, stdin)
    }

    /// Runs kubectl with these words, split at spaces, however it ends.
    pub fn try_kubectl(&self, words: &str, stdin: &str) -> Ended {
        let mut command = self.command(settings::kubectl());
        command.args(words.split_whitespace());
        Running::start(command, stdin).ended()
    }

    /// Runs kubectl, which must succeed, and answers with what it prints.
    #[track_caller]
    pub fn kubectl(&self, words: &str) -> String {
        self.try_kubectl(words, "").done().stdout
    }

    /// Runs kubectl with one more word at the end, which may have spaces in it.
    #[track_caller]
    pub fn kubectl_with(&self, words: &str, last: &str) -> String {
        let mut command = self.command(settings::kubectl());
        command.args(words.split_whitespace()).arg(last);
        Running::start(command, "").ended().done().stdout
    }

    /// Creates an object with strict validation, and answers with what it became.
    #[track_caller]
    pub fn create(&self, object: &Value) -> Value {
        self.try_kubectl("create --validate=strict -o json -f -", &object.to_string()).done().json()
    }

    /// Applies an object.
    #[track_caller]
    pub fn apply(&self, object: &Value) -> String {
        self.try_kubectl("apply -f -", &object.to_string()).done().stdout
    }

    /// An object, TYPE/NAME.
    #[track_caller]
    pub fn get(&self, target: &str) -> Value {
        let read = self.api().and_then(|api| api.get(target));
        read.unwrap_or_else(|| self.try_kubectl(&format!("get {target} -o json"), "").done().json())
    }

    /// Whether there is such an object, or one of those that the words choose.
    #[track_caller]
    pub fn has(&self, words: &str) -> bool {
        let read = self.api().and_then(|api| api.has(words));
        read.unwrap_or_else(|| !self.kubectl(&format!("get {words} --ignore-not-found -o name")).is_empty())
    }

    /// All objects of a type, or those that the words choose: `pods -l app=rng`.
    #[track_caller]
    pub fn list(&self, words: &str) -> Vec<Value> {
        self.api().and_then(|api| api.list(words)).unwrap_or_else(|| {
            let mut list = self.try_kubectl(&format!("get {words} -o json"), "").done().json();
            list["items"].take().as_array().cloned().unwrap_or_default()
        })
    }

    /// Changes an object by a merge patch.
    #[track_caller]
    pub fn patch(&self, target: &str, patch: &Value) {
        self.kubectl_with(&format!("patch {target} --type=merge -p"), &patch.to_string());
    }

    /// Waits until a workload has rolled out.
    #[track_caller]
    pub fn rolled_out(&self, target: &str) {
        self.kubectl(&format!("rollout status {target} --timeout=120s"));
    }
}
