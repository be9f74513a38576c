//! Other controllers that would take the pods, or `ReplicaSet`s, of a workload while they have no owner
//! (`pkg/controller/controller_ref_manager.go:ClaimObject`).

use kube::core::Selector;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::LabelEdits;
use recast::object::{Object, ObjectId};
use recast::ownership::can_take;
use recast::ownership::lives;
use recast::selector::{Labels, label_selector, matches};

use super::{gentler, place};
use crate::change::{Change, Target};

/// Controllers that would take what is not theirs.
pub fn refusals(change: &Change<'_>) -> Vec<Failure> {
    change.recreated().flat_map(|target| takers(change, target)).collect()
}

fn takers(change: &Change<'_>, target: &Target) -> Vec<Failure> {
    let free = freed(change, target);
    let taker = |kind: Kind, object: &Object| {
        let id = target.id.beside(kind, object.name());
        let selectors = selectors(change, &id, object);
        let takes = |(of, freed): &&(Kind, &Object)| {
            can_take(kind, object, *of, freed)
                && states(change.edits, freed)
                    .iter()
                    .any(|labels| selectors.iter().any(|selector| matches(selector, labels)))
        };
        let number = free.iter().filter(takes).count();
        (number > 0).then(|| refusal(change, target, &id, number))
    };
    let others =
        Kind::WORKLOADS.into_iter().flat_map(|kind| change.snapshot.of(kind).map(move |object| (kind, object)));
    let others = others.filter(|(_, object)| object.uid() != target.before.uid() && !object.is_deleting());
    // What belongs to the workload is made anew with it.
    let others = others.filter(|(_, object)| object.controller().is_none_or(|owner| owner.uid != target.before.uid()));
    others.filter_map(|(kind, object)| taker(kind, object)).collect()
}

/// What is without owner for a while: the pods, or the `ReplicaSet`s and the pods of those that are made anew.
fn freed<'a>(change: &'a Change<'_>, target: &'a Target) -> Vec<(Kind, &'a Object)> {
    if target.id.kind != Kind::Deployment {
        return target.pods(change.snapshot).map(|pod| (Kind::Pod, pod)).collect();
    }
    let sets = change.snapshot.of(Kind::ReplicaSet).filter(|set| set.is_controlled_by(target.before.uid()));
    let pods = place::replica_sets(change, target)
        .flat_map(|set| change.snapshot.of(Kind::Pod).filter(move |pod| pod.is_controlled_by(set.uid()) && lives(pod)));
    sets.map(|set| (Kind::ReplicaSet, set)).chain(pods.map(|pod| (Kind::Pod, pod))).collect()
}

/// The selector of the taker; that to come as well, if it is a target itself.
fn selectors(change: &Change<'_>, id: &ObjectId, object: &Object) -> Vec<Selector> {
    let after = change.target(id).and_then(|target| target.after.pointer("/spec/selector"));
    object.at("/spec/selector").into_iter().chain(after).filter_map(|selector| label_selector(selector).ok()).collect()
}

/// The labels before, in between and after: what is set comes first, what is taken away goes last.
fn states(edits: &LabelEdits, object: &Object) -> [Labels; 3] {
    let before = object.labels();
    let set: LabelEdits = edits.iter().filter(|edit| edit.value.is_some()).cloned().collect();
    [set.apply(before), edits.apply(before), before.clone()]
}

fn refusal(change: &Change<'_>, target: &Target, other: &ObjectId, number: usize) -> Failure {
    let what = if target.id.kind == Kind::Deployment { "what belongs to" } else { "the pods of" };
    let failure = Failure::new(format!("{other} would take over {what} {}", target.id))
        .detail(format!("they have no owner for a moment, and its selector matches {number} of them"));
    failure.hint(if gentler::is_enough(change, target) {
        format!("{} makes nothing anew", change.command(change.ids(), &["--keep-selector"]))
    } else {
        format!(
            "give {other} a selector of its own first: {}",
            change.commands.kubectl(&["relabel", &other.short(), "KEY=VALUE"])
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, deployment, pod, replica_set, shown, stateful_set, with};
    use serde_json::json;

    fn said(objects: &[Thing], line: &str) -> String {
        shown(&refusals(&Scene::new(objects, line).change()))
    }

    fn rng() -> [Thing; 2] {
        [daemon_set("rng", "app=rng,tier=a"), pod("rng-1", "app=rng,tier=a", Some("ds/rng"))]
    }

    #[test]
    fn whoever_would_take_the_pods_is_named() {
        for (other, line, taken) in [
            (daemon_set("other", "app=rng"), "ds/rng on=yes", true),
            (daemon_set("other", "on=yes"), "ds/rng on=yes", true),
            (daemon_set("other", "tier=b"), "ds/rng tier=b", true),
            (daemon_set("other", "tier=a"), "ds/rng tier-", true),
            (daemon_set("other", "app=other"), "ds/rng on=yes", false),
            (daemon_set("other", "app=rng"), "ds/rng on=yes --keep-selector", false),
            (replica_set("other", "app=rng", None), "ds/rng on=yes", true),
            (replica_set("other", "app=rng,pod-template-hash=x", Some("deploy/rng")), "ds/rng on=yes", false),
            (stateful_set("other", "app=rng"), "ds/rng on=yes", false),
            (stateful_set("rng", "app=rng"), "ds/rng on=yes", true),
            (deployment("other", "app=rng"), "ds/rng on=yes", false),
            (
                with(&daemon_set("other", "app=rng"), "/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z")),
                "ds/rng on=yes",
                false,
            ),
        ] {
            let expected = format!(
                "error: {}/{} would take over the pods of daemonset.apps/rng\n",
                other.0,
                other.1["metadata"]["name"].as_str().unwrap()
            );
            let text = said(&[rng().to_vec(), vec![other.clone()]].concat(), line);
            assert_eq!(text.starts_with(&expected), taken, "{} {line}: {text}", other.1);
            assert_eq!(text.is_empty(), !taken, "{} {line}: {text}", other.1);
        }
    }

    #[test]
    fn a_daemon_set_does_not_take_its_deployments_pods_where_they_keep_their_owner() {
        let objects = [
            deployment("rng", "app=rng"),
            replica_set("rng-1", "app=rng,pod-template-hash=1", Some("deploy/rng")),
            pod("rng-1-a", "app=rng,pod-template-hash=1", Some("rs/rng-1")),
            daemon_set("rng", "app=rng"),
        ];
        assert_eq!(said(&objects, "deploy/rng on=yes"), "");
        let text = said(&objects, "deploy/rng app=x");
        assert!(
            text.starts_with("error: daemonset.apps/rng would take over what belongs to deployment.apps/rng\n"),
            "{text}"
        );
        assert!(text.ends_with(
            "hint: give daemonset.apps/rng a selector of its own first: kubectl relabel ds/rng KEY=VALUE\n"
        ));
        let other = [objects.to_vec(), vec![deployment("other", "app=rng")]].concat();
        let text = said(&other, "deploy/rng on=yes");
        assert!(text.starts_with("error: deployment.apps/other would take over"), "{text}");
        assert!(
            text.ends_with("hint: kubectl relabel deploy/rng on=yes --overwrite --keep-selector makes nothing anew\n")
        );
    }
}
