//! Rollouts that are under way: they would not be told from what the change does itself.

use std::collections::BTreeSet;

use recast::commands::Commands;
use recast::engine::Gate;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::swap::REVISION;
use recast::workload::Workload;
use serde_json::Value;

use super::gentler;
use crate::allowance::Allowance;
use crate::change::{Change, Target};

/// Rollouts that are under way, unless they are waited for, and those that are held half-way.
pub fn refusals(change: &Change<'_>, allowed: Allowance) -> Vec<Failure> {
    let workloads = || change.targets.iter().filter(|target| target.is_workload());
    let running = workloads().filter(|_| !allowed.rollout).filter_map(|target| {
        let sees = in_progress(target.id.kind, &target.before)?;
        let again = change.command(change.ids(), &["--wait-rollout"]);
        Some(Failure::new(format!("{} is being rolled out: {sees}", target.id)).hint(format!("{again} waits for that")))
    });
    running.chain(workloads().filter_map(|target| half_way(change, target))).collect()
}

/// What is waited for while the workload is rolled out.
pub fn gate(id: &ObjectId, object: &Object, commands: &Commands) -> Option<Gate> {
    Some(Gate {
        waits_for: format!("the rollout of {id} to end"),
        sees: in_progress(id.kind, object)?,
        command: commands.await_available(id, object, Workload::new(id.kind, object).desired()),
    })
}

/// What is to be seen of a rollout, if one is under way. Pods that crash afterwards are none, nor are pods that the
/// workload lacks.
fn in_progress(kind: Kind, object: &Object) -> Option<String> {
    let number = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
    let is = |pointer: &str, value: &str| object.at(pointer).is_some_and(|is| *is == value);
    let paused = object.at("/spec/paused").is_some_and(|paused| *paused == true);
    let left_alone = paused || is("/spec/updateStrategy/type", "OnDelete");
    if !Workload::new(kind, object).is_observed() {
        return Some("its controller has not seen its last change yet".to_owned());
    }
    let of =
        |updated: i64, all: i64| (updated < all).then(|| format!("{updated} of {all} pods have its present template"));
    match kind {
        _ if left_alone => None,
        Kind::Deployment => of(number("updatedReplicas"), number("replicas")).or_else(|| {
            let available = number("availableReplicas");
            let wanted = Workload::new(kind, object).desired();
            (available < wanted && is_progressing(object))
                .then(|| format!("{available} of {wanted} pods are available"))
        }),
        Kind::DaemonSet => of(number("updatedNumberScheduled"), number("currentNumberScheduled")),
        Kind::StatefulSet if partition(object) > 0 => {
            of(number("updatedReplicas"), (number("replicas") - partition(object)).max(0))
        }
        Kind::StatefulSet if object.at("/status/currentRevision") != object.at("/status/updateRevision") => {
            Some(format!("{} of {} pods have its present template", number("updatedReplicas"), number("replicas")))
        }
        _ => None,
    }
}

/// Its condition says so from the first new pod to the last one, and not again when a pod fails later
/// (`pkg/controller/deployment/progress.go:syncRolloutStatus`).
fn is_progressing(deployment: &Object) -> bool {
    let conditions = deployment.at("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|condition| {
        let reason = condition["reason"].as_str().unwrap_or_default();
        condition["type"] == "Progressing"
            && condition["status"] == "True"
            && matches!(reason, "ReplicaSetUpdated" | "NewReplicaSetCreated" | "FoundNewReplicaSet")
    })
}

fn partition(stateful_set: &Object) -> i64 {
    stateful_set.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0)
}

/// A new StatefulSet knows one revision: what a partition keeps at another one would be lost to the next restart.
fn half_way(change: &Change<'_>, target: &Target) -> Option<Failure> {
    let failure = Failure::new(spread(change, target).filter(|_| target.is_recreated())?)
        .detail("made anew it would know one of them, and restart a pod of the others with that one");
    Some(failure.hint(if gentler::is_enough(change, target) {
        format!("{} makes nothing anew", change.command(change.ids(), &["--keep-selector"]))
    } else {
        "finish the rollout first: set spec.updateStrategy.rollingUpdate.partition to 0".to_owned()
    }))
}

/// Pods that would lose again what they get, since they are started from an older template when they die.
pub fn warnings(change: &Change<'_>) -> Vec<String> {
    let in_place = change.targets.iter().filter(|target| !target.is_recreated());
    let line = |target: &Target| {
        let spread = spread(change, target)?;
        Some(format!("{spread}: one of an older revision that is started again comes back as it was before"))
    };
    in_place.filter_map(line).collect()
}

/// That a partition keeps the pods at several revisions, if it does.
fn spread(change: &Change<'_>, target: &Target) -> Option<String> {
    if target.id.kind != Kind::StatefulSet || partition(&target.before) == 0 {
        return None;
    }
    let revision = |pod: &Object| pod.label(REVISION).map(str::to_owned);
    let revisions: BTreeSet<String> = target.pods(change.snapshot).filter_map(revision).collect();
    (revisions.len() > 1)
        .then(|| format!("the partition of {} keeps its pods at {} revisions", target.id, revisions.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, deployment, pod, replica_set, shown, stateful_set, with};
    use serde_json::json;

    fn changed(thing: &Thing, changes: &[(&str, Value)]) -> Thing {
        changes.iter().fold(thing.clone(), |thing, (pointer, value)| with(&thing, pointer, value.clone()))
    }

    #[test]
    fn a_rollout_under_way_is_refused_or_waited_for() {
        let progressing = json!([{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}]);
        let late = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
        let unseen = [("/metadata/generation", json!(2))];
        let partition = "/spec/updateStrategy/rollingUpdate/partition";
        for (thing, changes, sees) in [
            (deployment("web", "a=b"), &[][..], None),
            (deployment("web", "a=b"), &unseen, Some("its controller has not seen its last change yet")),
            (
                deployment("web", "a=b"),
                &[("/status/replicas", json!(3))],
                Some("2 of 3 pods have its present template"),
            ),
            (
                deployment("web", "a=b"),
                &[("/status/availableReplicas", json!(1)), ("/status/conditions", progressing.clone())],
                Some("1 of 2 pods are available"),
            ),
            (deployment("web", "a=b"), &[("/status/availableReplicas", json!(1))], None),
            (deployment("web", "a=b"), &[("/status/availableReplicas", json!(1)), ("/status/conditions", late)], None),
            (deployment("web", "a=b"), &[("/status/replicas", json!(3)), ("/spec/paused", json!(true))], None),
            (daemon_set("web", "a=b"), &[], None),
            (
                daemon_set("web", "a=b"),
                &[("/status/updatedNumberScheduled", json!(1))],
                Some("1 of 2 pods have its present template"),
            ),
            (daemon_set("web", "a=b"), &[("/status/desiredNumberScheduled", json!(3))], None),
            (
                daemon_set("web", "a=b"),
                &[("/status/updatedNumberScheduled", json!(1)), ("/spec/updateStrategy/type", json!("OnDelete"))],
                None,
            ),
            (stateful_set("web", "a=b"), &[], None),
            (
                stateful_set("web", "a=b"),
                &[("/status/updateRevision", json!("b")), ("/status/updatedReplicas", json!(1))],
                Some("1 of 2 pods have its present template"),
            ),
            (
                stateful_set("web", "a=b"),
                &[("/status/updateRevision", json!("b")), ("/status/updatedReplicas", json!(1)), (partition, json!(1))],
                None,
            ),
            (
                stateful_set("web", "a=b"),
                &[("/status/updateRevision", json!("b")), ("/status/updatedReplicas", json!(0)), (partition, json!(1))],
                Some("0 of 1 pods have its present template"),
            ),
            (
                stateful_set("web", "a=b"),
                &[("/status/updateRevision", json!("b")), ("/spec/updateStrategy/type", json!("OnDelete"))],
                None,
            ),
            (replica_set("web", "a=b", None), &[], None),
        ] {
            let (kind, thing) = (thing.0, changed(&thing, changes));
            let line = format!("{}/web on=yes", kind.singular());
            let scene = Scene::new(&[thing], &line);
            let said = shown(&refusals(&scene.change(), Allowance::default()));
            let expected = sees.map(|sees| {
                let again = format!(
                    "kubectl relabel {} on=yes --overwrite --wait-rollout",
                    scene.change().targets[0].id.short()
                );
                format!("error: {kind}/web is being rolled out: {sees}\nhint: {again} waits for that\n")
            });
            assert_eq!(said, expected.unwrap_or_default(), "{kind} {changes:?}");
            assert_eq!(refusals(&scene.change(), Allowance { rollout: true, ..Allowance::default() }), []);
            let target = &scene.change().targets[0];
            let gate = gate(&target.id, &target.before, &Commands::default());
            assert_eq!(gate.map(|gate| gate.sees).as_deref(), sees, "{kind} {changes:?}");
        }
    }

    #[test]
    fn a_stateful_set_that_is_held_between_two_revisions_keeps_its_selector() {
        let objects = |revisions: [&str; 2], partition: i64| {
            let set = changed(
                &stateful_set("db", "a=b"),
                &[
                    ("/spec/updateStrategy/rollingUpdate/partition", json!(partition)),
                    ("/status/updatedReplicas", json!(2)),
                ],
            );
            let pods = [0, 1].map(|number| {
                let labels = format!("a=b,{REVISION}={}", revisions[number]);
                pod(&format!("db-{number}"), &labels, Some("sts/db"))
            });
            [vec![set], pods.to_vec()].concat()
        };
        let said = |objects: &[Thing], line| {
            let scene = Scene::new(objects, line);
            shown(&refusals(&scene.change(), Allowance::default()))
        };
        let text = said(&objects(["old", "new"], 1), "sts/db on=yes");
        assert!(
            text.starts_with("error: the partition of statefulset.apps/db keeps its pods at 2 revisions\n"),
            "{text}"
        );
        assert!(text.contains("hint: kubectl relabel sts/db on=yes --overwrite --keep-selector makes"), "{text}");
        assert_eq!(said(&objects(["old", "new"], 1), "sts/db on=yes --keep-selector"), "");
        assert_eq!(said(&objects(["new", "new"], 1), "sts/db on=yes"), "");
        assert_eq!(said(&objects(["old", "new"], 0), "sts/db on=yes"), "");
    }
}
