//! What becomes of the pods of a namespace, watched all the time.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Caller;
use super::watch::Watch;

/// All pods of a namespace since the watch began.
pub struct Pods {
    watch: Watch<Known>,
}

#[derive(Default)]
struct Known {
    pods: BTreeMap<String, Pod>,
}

struct Pod {
    name: String,
    /// Was there, and not on its way out, when the watch began.
    original: bool,
    /// Was deleted, or is about to go.
    lost: bool,
    /// What its containers had restarted by when the watch began, and since.
    restarts: (u64, u64),
}

impl Pods {
    /// Watches from now on.
    pub fn watched(caller: &Caller) -> Self {
        let watch = Watch::of(caller, "pods", Known::default(), Known::take);
        watch.look(Known::begin);
        Self { watch }
    }

    /// The names of those that were created since.
    pub fn created(&self) -> Vec<String> {
        self.names(|pod| !pod.original)
    }

    /// The names of those that were there and have gone since, or are going.
    pub fn lost(&self) -> Vec<String> {
        self.names(|pod| pod.original && pod.lost)
    }

    /// How often containers were restarted since.
    pub fn restarts(&self) -> u64 {
        self.watch.catch_up();
        self.watch.look(|known| known.pods.values().map(|pod| pod.restarts.1 - pod.restarts.0).sum())
    }

    /// No pod was created or lost, no container restarted.
    #[track_caller]
    pub fn are_untouched(&self) {
        let now = (self.created(), self.lost(), self.restarts());
        assert_eq!(now, (vec![], vec![], 0), "pods created, pods lost, containers restarted");
    }

    fn names(&self, which: impl Fn(&Pod) -> bool) -> Vec<String> {
        self.watch.catch_up();
        self.watch.look(|known| known.pods.values().filter(|pod| which(pod)).map(|pod| pod.name.clone()).collect())
    }
}

impl Known {
    fn begin(&mut self) {
        self.pods.retain(|_, pod| !pod.lost);
        for pod in self.pods.values_mut() {
            (pod.original, pod.restarts.0) = (true, pod.restarts.1);
        }
    }

    fn take(&mut self, event: &Value) {
        let (metadata, status) = (&event["object"]["metadata"], &event["object"]["status"]);
        let name = metadata["name"].as_str().unwrap_or_default().to_owned();
        let fresh = Pod { name, original: false, lost: false, restarts: (0, 0) };
        let pod = self.pods.entry(metadata["uid"].to_string()).or_insert(fresh);
        pod.lost |= event["type"] == "DELETED" || !metadata["deletionTimestamp"].is_null();
        pod.restarts.1 = pod.restarts.1.max(restarts(status));
    }
}

fn restarts(status: &Value) -> u64 {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let containers = lists.iter().filter_map(|list| status[list].as_array()).flatten();
    containers.filter_map(|container| container["restartCount"].as_u64()).sum()
}
