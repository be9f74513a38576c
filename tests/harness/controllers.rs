//! The controller-managers of the cluster, which a test may stop, delay and replace.
//!
//! All other tests would notice. So the name of such a test begins with `controllers_`: it runs alone.

mod election;

use std::net::TcpListener;
use std::process::Child;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use election::Election;
use serde_json::json;

use super::process::{self, Recipe};
use super::proxy::{Proxy, Trouble};
use super::{Caller, settings};

const PROGRAM: &str = "kube-controller-manager";

/// No port: the usual one may still be taken.
const OURS: &str = "--secure-port=0";

/// They are as they were when this goes, however the test ends.
pub struct Controllers {
    usual: Recipe,
    administrator: Caller,
    folder: tempfile::TempDir,
    election: Election,
    troubled: Mutex<Troubled>,
}

struct Troubled {
    recipe: Recipe,
    /// The one that leads, and the one that waits if there are two.
    running: Vec<Child>,
    /// The port of the usual one, so that nobody takes it meanwhile.
    port: Option<TcpListener>,
    proxy: Option<Proxy>,
}

impl Controllers {
    /// Those of the cluster, in no trouble yet.
    pub fn of_the_cluster() -> Self {
        let administrator = Caller::of(settings::cluster_folder().join("kubeconfig.yaml"));
        let usual = Recipe::of_the_running(PROGRAM);
        assert!(!usual.has(OURS), "a test that was killed left its {PROGRAM}; make cluster-down");
        let recipe = for_tests(&usual);
        Self {
            usual,
            election: Election::of(&administrator),
            administrator,
            folder: tempfile::tempdir().expect("there is room for a folder"),
            troubled: Mutex::new(Troubled { recipe, running: vec![], port: None, proxy: None }),
        }
    }

    /// Kills whatever runs and starts one that knows nothing yet. It leads when this returns.
    pub fn restart(&self) {
        self.start(&mut self.troubled(), 1);
    }

    /// Starts one that sees each pod, and each change of one, that much later than all else.
    pub fn see_pods_late(&self, by: Duration) {
        self.see_late(&["/pods?", "watch=true"], by);
    }

    /// Starts one that sees each Service, and each change of one, that much later than all else.
    pub fn see_services_late(&self, by: Duration) {
        self.see_late(&["/services?", "watch=true"], by);
    }

    fn see_late(&self, words: &'static [&'static str], by: Duration) {
        let mut troubled = self.troubled();
        let proxy = Proxy::with(&self.administrator, words, Trouble::Late(by));
        let cluster = json!({"name": "late", "cluster": {"server": proxy.address()}});
        let context = json!({"name": "late", "context": {"cluster": "late", "user": "nobody"}});
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context], "current-context": "late",
        });
        let late = Caller::with(&kubeconfig, self.folder.path().join("late"));
        troubled.recipe = troubled.recipe.with("--kubeconfig", &late.kubeconfig().display().to_string());
        self.start(&mut troubled, 1);
        troubled.proxy = Some(proxy);
    }

    /// Starts two: one leads when this returns, the other waits.
    pub fn pair(&self) {
        self.start(&mut self.troubled(), 2);
    }

    /// Kills the one that leads. Nobody leads for some seconds; the other does when this returns.
    pub fn fail_over(&self) {
        let mut troubled = self.troubled();
        assert_eq!(troubled.running.len(), 2, "there is one that waits");
        let before = self.election.leader();
        process::end(&mut troubled.running.remove(0));
        self.election.reach_another_leader_than(before.as_deref());
    }

    fn start(&self, troubled: &mut Troubled, count: usize) {
        troubled.running.iter_mut().for_each(process::end);
        process::end_all(PROGRAM);
        troubled.port = troubled.port.take().or_else(|| self.usual.take_port());
        // Whoever is dead still leads until its time is over.
        self.election.forget();
        troubled.running = vec![troubled.recipe.start()];
        self.election.reach_another_leader_than(None);
        troubled.running.extend((1..count).map(|_| troubled.recipe.start()));
    }

    fn troubled(&self) -> MutexGuard<'_, Troubled> {
        // A test that has failed in the middle of a change still puts all back.
        self.troubled.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One that may run beside others, and follows one that is dead within seconds.
fn for_tests(usual: &Recipe) -> Recipe {
    usual
        .with("--secure-port", OURS.trim_start_matches("--secure-port="))
        .with("--leader-elect-lease-duration", "5s")
        .with("--leader-elect-renew-deadline", "4s")
        .with("--leader-elect-retry-period", "500ms")
}

impl Drop for Controllers {
    fn drop(&mut self) {
        let mut troubled = self.troubled();
        if troubled.running.is_empty() {
            return;
        }
        troubled.running.iter_mut().for_each(process::end);
        self.election.forget();
        troubled.port = None;
        self.usual.start_for_good();
        self.election.is_reached();
    }
}
