//! What must be in order before the first write. All of it is decided from what was read; nothing is asked here.

mod admission;
mod adoption;
mod behind;
mod calm;
mod gentler;
mod managers;
mod orphans;
mod place;
mod rollout;
mod service;

use recast::failure::Failure;
use recast::ownership::is_ready;

use crate::allowance::Allowance;
use crate::change::Change;

pub use admission::changed_by_admission;
pub use calm::Calm;
pub use gentler::gentler;
pub use service::{empty, serves};

/// Everything that stands against the change.
#[must_use]
pub fn refusals(change: &Change<'_>, allowed: Allowance) -> Vec<Failure> {
    let failures = place::refusals(change);
    if !failures.is_empty() {
        // What cannot be a target at all need not be looked at further.
        return failures;
    }
    let mut failures = managers::refusals(change, allowed);
    failures.extend(rollout::refusals(change, allowed));
    failures.extend(adoption::refusals(change));
    failures.extend(orphans::refusals(change));
    failures.extend(empty(change, allowed));
    failures
}

/// What the user is to know, a line each.
#[must_use]
pub fn warnings(change: &Change<'_>) -> Vec<String> {
    managers::warnings(change).into_iter().chain(rollout::warnings(change)).chain(unready(change)).collect()
}

/// Pods that are not ready: they are taken over as they are.
fn unready(change: &Change<'_>) -> Vec<String> {
    let workloads = change.targets.iter().filter(|target| target.is_workload());
    let line = |target: &crate::change::Target| {
        let pods: Vec<_> = target.pods(change.snapshot).collect();
        let unready = pods.iter().filter(|pod| !is_ready(pod)).count();
        (unready > 0)
            .then(|| format!("{unready} of the {} pods of {} not ready, and stay as they are", pods.len(), target.id))
    };
    workloads.filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, daemon_set, pod, service, with};
    use serde_json::json;

    #[test]
    fn what_is_in_order_is_not_refused_and_not_warned_about() {
        let objects = [
            daemon_set("rng", "app=rng"),
            pod("rng-1", "app=rng", Some("ds/rng")),
            pod("rng-2", "app=rng", Some("ds/rng")),
            service("rng", "app=rng"),
        ];
        let scene = Scene::new(&objects, "ds/rng svc/rng on=yes");
        assert_eq!(refusals(&scene.change(), Allowance::default()), []);
        assert_eq!(warnings(&scene.change()), Vec::<String>::new());
    }

    #[test]
    fn pods_that_are_not_ready_are_told() {
        let sick = with(&pod("rng-2", "app=rng", Some("ds/rng")), "/status/conditions", json!([]));
        let objects = [daemon_set("rng", "app=rng"), pod("rng-1", "app=rng", Some("ds/rng")), sick];
        let scene = Scene::new(&objects, "ds/rng on=yes");
        assert_eq!(
            warnings(&scene.change()),
            ["1 of the 2 pods of daemonset.apps/rng not ready, and stay as they are"]
        );
        assert_eq!(refusals(&scene.change(), Allowance::default()), []);
    }
}
