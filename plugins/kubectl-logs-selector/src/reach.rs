//! Which pods a command reaches.

use kube::core::Selector;
use recast::selector::matches;

use crate::pod::Pod;
use crate::scene::Scene;

/// What is wanted.
#[derive(Clone, Debug)]
pub enum Want {
    /// All pods with these labels.
    Labels(Selector),
    /// Those behind one of the Services, by its number.
    Service(usize),
    /// Those of a workload, `daemonset.apps/rng`: it may be made anew meanwhile, and is the same one by its name.
    Owned(String),
    /// Those of the Jobs that a `CronJob` has made.
    Scheduled(String),
    /// The pod of this name.
    Pod(String),
}

impl Want {
    /// Whether this is one of the pods, as far as the cluster says.
    #[must_use]
    pub fn reaches(&self, pod: &Pod, scene: &Scene) -> bool {
        let owner = || pod.owner.as_ref();
        match self {
            Self::Labels(selector) => matches(selector, &pod.labels),
            Self::Service(number) => {
                scene.fronts.get(*number).is_some_and(|front| front.selects(pod) || front.has_endpoint(pod))
            }
            Self::Owned(name) => owner().is_some_and(|owner| owner.name == *name || owner.itself == *name),
            Self::Scheduled(name) => owner().and_then(|owner| scene.cron_job_of(&owner.itself)) == Some(name),
            Self::Pod(name) => pod.name == *name,
        }
    }

    /// Whether there will be no other pods than those that are there.
    #[must_use]
    pub const fn is_finite(&self) -> bool {
        matches!(self, Self::Pod(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::job;
    use kube::runtime::watcher::Event;
    use recast::object::Object;
    use serde_json::json;

    fn pod(api: &str, kind: &str, owner: &str) -> Pod {
        let owner = json!({"apiVersion": api, "kind": kind, "name": owner, "uid": "o", "controller": true});
        let labels = json!({"app": "rng", "pod-template-hash": "77"});
        let metadata = json!({"name": "p", "namespace": "web", "labels": labels, "ownerReferences": [owner]});
        Pod::read(&Object::new(json!({"metadata": metadata})).unwrap()).unwrap()
    }

    #[test]
    fn the_pods_of_a_workload_are_those_that_it_controls() {
        let mut scene = Scene::default();
        for (name, kind, owner) in [
            ("back-up-29384723", "CronJob", "back-up"),
            ("by-hand", "CronJob", "back-up"),
            ("back-up-1", "Other", "back-up"),
        ] {
            let api = if kind == "CronJob" { "batch/v1" } else { "example.com/v1" };
            let owner = json!({"apiVersion": api, "kind": kind, "name": owner, "uid": "c", "controller": true});
            let metadata = json!({"name": name, "namespace": "web", "ownerReferences": [owner]});
            scene.take(job(), Event::Apply(Object::new(json!({"metadata": metadata})).unwrap()));
        }
        let (by_hand, other) = (pod("batch/v1", "Job", "by-hand"), pod("batch/v1", "Job", "back-up-1"));
        let deployed = pod("apps/v1", "ReplicaSet", "rng-77");
        let scheduled = pod("batch/v1", "Job", "back-up-29384723");
        for (want, pod, reached) in [
            (Want::Owned("deployment.apps/rng".into()), &deployed, true),
            (Want::Owned("replicaset.apps/rng-77".into()), &deployed, true),
            (Want::Owned("daemonset.apps/rng".into()), &deployed, false),
            (Want::Owned("job.batch/back-up-29384723".into()), &scheduled, true),
            (Want::Scheduled("back-up".into()), &scheduled, true),
            (Want::Scheduled("back".into()), &scheduled, false),
            (Want::Scheduled("back-up".into()), &by_hand, true),
            (Want::Scheduled("back-up".into()), &other, false),
            (Want::Scheduled("back-up".into()), &deployed, false),
            (Want::Scheduled("back-up-29384723".into()), &scheduled, false),
            (Want::Pod("p".into()), &deployed, true),
            (Want::Pod("q".into()), &deployed, false),
            (Want::Labels(recast::selector::parse("app in (rng)").unwrap()), &deployed, true),
            (Want::Labels(recast::selector::parse("app=web").unwrap()), &deployed, false),
        ] {
            assert_eq!(want.reaches(pod, &scene), reached, "{want:?}");
        }
    }
}
