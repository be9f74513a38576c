//! What has no owner, and would fall to a workload when it selects by other labels.

use kube::core::Selector;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::relabel;
use recast::object::{Object, ObjectId};
use recast::selector::{label_selector, matches};
use serde_json::Value;

use super::place;
use crate::change::{Change, Moved, Target};

/// Pods, and `ReplicaSet`s that have pods, that nobody owns and that a target would take in.
pub fn refusals(change: &Change<'_>) -> Vec<Failure> {
    let pods = change.pods();
    change.recreated().flat_map(|target| of(change, target, &pods)).collect()
}

fn of(change: &Change<'_>, target: &Target, pods: &[Moved<'_>]) -> Vec<Failure> {
    let selectors = next_selectors(change, target);
    let takes = |moved: &&Moved<'_>| {
        moved.pod.controller().is_none()
            && selectors.iter().any(|next| matches(next, &moved.before) || matches(next, &moved.after))
            && is_of(target, moved.pod)
    };
    let pods = pods.iter().filter(takes).map(|moved| refusal(change, target, Kind::Pod, moved.pod));
    let sets = replica_sets(change, target).into_iter().map(|set| refusal(change, target, Kind::ReplicaSet, set));
    pods.chain(sets).collect()
}

/// The selectors by which pods are chosen when the change is done.
fn next_selectors(change: &Change<'_>, target: &Target) -> Vec<Selector> {
    let read = |object: &Value| label_selector(object.pointer("/spec/selector")?).ok();
    if target.id.kind != Kind::Deployment {
        return read(&target.after).into_iter().collect();
    }
    let next = |set: &Object| read(&relabel(Kind::ReplicaSet, set.value(), change.edits, false).ok()?.finish().1);
    place::replica_sets(change, target).filter_map(next).collect()
}

/// A StatefulSet takes only what has a name of its own.
fn is_of(target: &Target, pod: &Object) -> bool {
    target.id.kind != Kind::StatefulSet || pod.name().starts_with(&format!("{}-", target.id.name))
}

/// `ReplicaSet`s that the next Deployment would take for old ones of its own, and scale down.
fn replica_sets<'a>(change: &'a Change<'_>, target: &'a Target) -> Vec<&'a Object> {
    let selector = target.after.pointer("/spec/selector").and_then(|selector| label_selector(selector).ok());
    let Some(selector) = selector.filter(|_| target.id.kind == Kind::Deployment) else { return Vec::new() };
    let sets = change.snapshot.of(Kind::ReplicaSet).filter(|set| set.controller().is_none() && !set.is_deleting());
    let sets = sets.filter(|set| set.number("/spec/replicas") != Some(0));
    sets.filter(|set| matches(&selector, set.labels())).collect()
}

fn refusal(change: &Change<'_>, target: &Target, kind: Kind, object: &Object) -> Failure {
    let id = ObjectId::new(kind, target.id.namespace(), object.name());
    Failure::new(format!("{id} has no owner, and {} would take it in, and perhaps delete it", target.id))
        .detail("its labels are those that are selected from then on")
        .hint(format!("if it is not needed: {}", change.commands.kubectl(&["delete", &id.to_string()])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, deployment, pod, replica_set, shown, stateful_set, with};
    use serde_json::json;

    fn said(objects: &[Thing], line: &str) -> String {
        shown(&refusals(&Scene::new(objects, line).change()))
    }

    #[test]
    fn pods_without_owner_that_would_be_taken_in_are_refused() {
        let objects = |orphan: Thing| {
            [daemon_set("rng", "app=rng,tier=a"), pod("rng-1", "app=rng,tier=a", Some("ds/rng")), orphan]
        };
        let text = "error: pod/p has no owner, and daemonset.apps/rng would take it in, and perhaps delete it\n  \
                    its labels are those that are selected from then on\n\
                    hint: if it is not needed: kubectl delete pod/p\n";
        for (orphan, line, taken) in [
            (pod("p", "app=rng", None), "ds/rng tier-", true),
            (pod("p", "app=rng,tier=b", None), "ds/rng tier=b", true),
            (pod("p", "app=rng,tier=b", Some("rs/x")), "ds/rng tier=b", false),
            (pod("p", "app=rng", None), "ds/rng on=yes", false),
            (pod("p", "app=rng,tier=b", None), "ds/rng tier=c", false),
            (with(&pod("p", "app=rng", None), "/status/phase", json!("Failed")), "ds/rng tier-", false),
        ] {
            assert_eq!(said(&objects(orphan), line), if taken { text } else { "" }, "{line}");
        }
    }

    #[test]
    fn a_stateful_set_takes_only_what_has_its_name() {
        let objects = |name| [stateful_set("db", "app=db,tier=a"), pod(name, "app=db", None)];
        assert!(said(&objects("db-7"), "sts/db tier-").starts_with("error: pod/db-7 has no owner"));
        assert_eq!(said(&objects("other-7"), "sts/db tier-"), "");
    }

    #[test]
    fn a_replica_set_that_would_be_scaled_down_is_refused() {
        let objects = |set: Thing| [deployment("web", "app=web,tier=a"), set];
        let set = replica_set("old", "app=web", None);
        assert!(said(&objects(set.clone()), "deploy/web tier-").starts_with("error: replicaset.apps/old has no owner"));
        assert_eq!(said(&objects(with(&set, "/spec/replicas", json!(0))), "deploy/web tier-"), "", "it has no pods");
        assert_eq!(said(&objects(set), "deploy/web on=yes"), "");
        let owned = replica_set("web-1", "app=web,tier=a,pod-template-hash=1", Some("deploy/web"));
        let orphan = pod("p", "app=web,pod-template-hash=1", None);
        let text = said(&[objects(owned).to_vec(), vec![orphan]].concat(), "deploy/web tier-");
        assert!(text.starts_with("error: pod/p has no owner, and deployment.apps/web"), "{text}");
    }
}
