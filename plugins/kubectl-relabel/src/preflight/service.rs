//! Services that would be left without a ready pod.

use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::ownership::is_ready;
use recast::selector::{Labels, matches, service_selector};
use serde_json::Value;

use super::behind::Behind;
use crate::allowance::Allowance;
use crate::change::{Change, Moved, Target};

/// The Services among the targets that would select no ready pod, each with the command that would work.
#[must_use]
pub fn empty(change: &Change<'_>, allowed: Allowance) -> Vec<Failure> {
    if allowed.empty {
        return Vec::new();
    }
    let pods = change.pods();
    let changed = change
        .of(Kind::Service)
        .filter(|target| target.before.at("/spec/selector") != target.after.pointer("/spec/selector"));
    changed.filter_map(|target| refusal(change, target, &pods)).collect()
}

/// Whether a Service sends traffic to the pod, if it selects it.
#[must_use]
pub fn serves(service: &Object, pod: &Object) -> bool {
    let all = service.at("/spec/publishNotReadyAddresses").is_some_and(|all| *all == true);
    is_ready(pod) || (all && pod.at("/status/podIP").and_then(Value::as_str).is_some_and(|address| !address.is_empty()))
}

fn refusal(change: &Change<'_>, target: &Target, pods: &[Moved<'_>]) -> Option<Failure> {
    let after = pods.iter().map(|moved| (&moved.after, moved.pod));
    let next = chosen(target.after.pointer("/spec/selector"), after);
    if next.iter().any(|pod| serves(&target.before, pod)) {
        return None;
    }
    let failure = Failure::new(format!("{} would select no ready pod", target.id));
    if !next.is_empty() {
        return Some(unready(change, failure, &Behind::of(next, change.snapshot)));
    }
    let before = pods.iter().map(|moved| (&moved.before, moved.pod));
    let now = chosen(target.before.at("/spec/selector"), before);
    let serving = Behind::of(now.iter().copied().filter(|pod| serves(&target.before, pod)), change.snapshot);
    let failure = failure.detail(format!("behind it now: {}", shown(change, &serving)));
    Some(failure.hint(working(change, &Behind::of(now.iter().copied(), change.snapshot), &now)))
}

/// The pods whose labels a Service's selector matches.
fn chosen<'p>(selector: Option<&Value>, pods: impl Iterator<Item = (&'p Labels, &'p Object)>) -> Vec<&'p Object> {
    let Some(selector) = service_selector(selector) else { return Vec::new() };
    pods.filter(|(labels, _)| matches(&selector, labels)).map(|(_, pod)| pod).collect()
}

/// The right pods are there, and not ready.
fn unready(change: &Change<'_>, failure: Failure, next: &Behind) -> Failure {
    let failure = failure.detail(format!("{} would be behind it; none is ready", next.shown()));
    failure.hint(match next.workloads().as_slice() {
        [id] => match change.snapshot.get(id) {
            Some(object) => change.commands.await_available(id, object, object.number("/spec/replicas").unwrap_or(1)),
            None => change.commands.kubectl(&["get", &id.to_string()]),
        },
        _ => change.commands.kubectl(&["get", "pods"]),
    })
}

fn shown(change: &Change<'_>, serving: &Behind) -> String {
    if *serving == Behind::default() {
        return "no ready pod".to_owned();
    }
    let set: Vec<String> = change.edits.iter().filter(|edit| edit.value.is_some()).map(ToString::to_string).collect();
    format!("{}; none has {}", serving.shown(), set.join(" and "))
}

/// The command that labels the pods as well.
fn working(change: &Change<'_>, now: &Behind, pods: &[&Object]) -> String {
    let mut first: Vec<ObjectId> =
        now.workloads().into_iter().filter(|id| change.target(id).is_none()).cloned().collect();
    if first.is_empty() {
        let alone = pods.iter().filter(|pod| pod.controller().is_none());
        first = alone.map(|pod| ObjectId::of(Kind::Pod, pod)).collect();
    }
    if first.is_empty() {
        return "label the pods that it is to select first, or insist with --allow-empty".to_owned();
    }
    change.command(first.iter().chain(change.ids()), &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, deployment, pod, replica_set, service, shown, with};
    use serde_json::json;

    fn said(objects: &[Thing], line: &str) -> String {
        shown(&empty(&Scene::new(objects, line).change(), Allowance::default()))
    }

    /// A Deployment and what was cast from it.
    fn cast() -> Vec<Thing> {
        let mut objects = vec![
            deployment("rng", "app=rng"),
            replica_set("rng-1", "app=rng,pod-template-hash=1", Some("deploy/rng")),
            pod("rng-1-a", "app=rng,pod-template-hash=1", Some("rs/rng-1")),
            daemon_set("rng", "app=rng"),
            service("rng", "app=rng"),
        ];
        objects.extend((1..=4).map(|number| pod(&format!("rng-d{number}"), "app=rng", Some("ds/rng"))));
        objects
    }

    fn sick(pod: &Thing) -> Thing {
        with(pod, "/status/conditions", json!([{"type": "Ready", "status": "False"}]))
    }

    #[test]
    fn right_after_a_cast_the_command_that_works_names_the_daemon_set() {
        assert_eq!(
            said(&cast(), "svc/rng isactive=yes"),
            "error: service/rng would select no ready pod\n  \
             behind it now: 4 pods of daemonset.apps/rng, 1 of deployment.apps/rng; none has isactive=yes\n\
             hint: kubectl relabel ds/rng svc/rng isactive=yes --overwrite\n"
        );
        for line in ["ds/rng svc/rng isactive=yes", "ds/rng svc/rng isactive=yes --keep-selector", "svc/rng app=rng"] {
            assert_eq!(said(&cast(), line), "", "{line}");
        }
    }

    #[test]
    fn pods_that_carry_the_label_are_enough() {
        let labelled = pod("p", "app=rng,on=yes", None);
        let objects = [service("rng", "app=rng"), pod("q", "app=rng", None), labelled.clone()];
        assert_eq!(said(&objects, "svc/rng on=yes"), "");
        let unready = [service("rng", "app=rng"), pod("q", "app=rng", None), sick(&labelled)];
        assert_eq!(
            said(&unready, "svc/rng on=yes"),
            "error: service/rng would select no ready pod\n  \
             1 pod without owner would be behind it; none is ready\nhint: kubectl get pods\n"
        );
        let any = with(&service("rng", "app=rng"), "/spec/publishNotReadyAddresses", json!(true));
        assert_eq!(said(&[any, sick(&labelled)], "svc/rng on=yes"), "", "it serves pods that are not ready as well");
    }

    #[test]
    fn each_command_fits_to_what_is_behind_the_service() {
        let other = |kind: &str| {
            let owner = json!([{"apiVersion": "x/v1", "kind": kind, "name": "o", "uid": "o", "controller": true}]);
            with(&pod("o-1", "app=rng", None), "/metadata/ownerReferences", owner)
        };
        for (objects, behind, hint) in [
            (
                vec![
                    deployment("a", "app=rng"),
                    daemon_set("b", "app=rng"),
                    pod("b-1", "app=rng", Some("ds/b")),
                    replica_set("a-1", "app=rng", Some("deploy/a")),
                    pod("a-1-1", "app=rng", Some("rs/a-1")),
                ],
                "1 pod of daemonset.apps/b, 1 of deployment.apps/a; none has on=yes",
                "kubectl relabel ds/b deploy/a svc/rng on=yes --overwrite",
            ),
            (
                vec![pod("p", "app=rng", None)],
                "1 pod without owner; none has on=yes",
                "kubectl relabel po/p svc/rng on=yes --overwrite",
            ),
            (
                vec![other("Widget")],
                "1 pod of widget/o; none has on=yes",
                "label the pods that it is to select first, or insist with --allow-empty",
            ),
            (
                vec![daemon_set("b", "app=rng"), sick(&pod("b-1", "app=rng", Some("ds/b")))],
                "no ready pod",
                "kubectl relabel ds/b svc/rng on=yes --overwrite",
            ),
            (vec![], "no ready pod", "label the pods that it is to select first, or insist with --allow-empty"),
        ] {
            let text = said(&[objects, vec![service("rng", "app=rng")]].concat(), "svc/rng on=yes");
            let expected =
                format!("error: service/rng would select no ready pod\n  behind it now: {behind}\nhint: {hint}\n");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn whoever_insists_gets_an_empty_service() {
        let scene = Scene::new(&cast(), "svc/rng isactive=yes");
        assert_eq!(empty(&scene.change(), Allowance { empty: true, ..Allowance::default() }), []);
    }

    #[test]
    fn pods_that_follow_another_target_count() {
        let objects = cast();
        assert_eq!(said(&objects, "deploy/rng svc/rng isactive=yes"), "");
        let away: Vec<Thing> = objects.iter().filter(|thing| thing.0 != Kind::Pod).cloned().collect();
        assert!(
            said(&away, "ds/rng svc/rng isactive=yes").starts_with("error: service/rng would select no ready pod\n")
        );
    }
}
