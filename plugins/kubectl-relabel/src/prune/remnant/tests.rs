#![allow(clippy::needless_pass_by_value, reason = "json!() literals read best by value")]

use serde_json::json;

use super::*;
use crate::scene::{Thing, daemon_set, deployment, labels, pod, replica_set, service, snapshot, stateful_set, with};

/// What becomes of what there is, in lines: `goes` or `stays`, and the line for the user.
fn judged(target: &str, things: &[Thing]) -> Vec<String> {
    let (kind, name) = target.split_once('/').unwrap();
    let target = ObjectId::new(Kind::from_word(kind).unwrap(), "web", name);
    let remnants = remnants(&target, &snapshot(things));
    let word = |remnant: &Remnant| if remnant.goes() { "goes" } else { "stays" };
    remnants.iter().map(|remnant| format!("{} {}", word(remnant), remnant.line())).collect()
}

/// A pod as a controller makes it.
fn made(name: &str, asked: &str, pairs: &str) -> Thing {
    with(&pod(name, pairs, None), "/metadata/generateName", json!(asked))
}

fn rng() -> Thing {
    daemon_set("rng", "app=rng,on=yes")
}

fn check(owner: Thing, thing: Thing, expected: Option<&str>) {
    let target = format!("{}/{}", owner.0.singular(), owner.1["metadata"]["name"].as_str().unwrap());
    let found = judged(&target, &[owner, thing.clone()]);
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{}", thing.1);
}

const GOES: &str = "goes pod/p: made by a controller, and without owner";

#[test]
fn pods_that_their_controller_has_let_go_are_pruned() {
    check(rng(), made("p", "rng-", "app=rng,controller-revision-hash=1"), Some(GOES));
    let hashed = "app=web,pod-template-hash=5d";
    check(deployment("web", "app=web,on=yes"), made("p", "web-5d-", hashed), Some(GOES));
    let db = made("db-0", "db-", "app=db,controller-revision-hash=db-1");
    let text = "goes pod/db-0: made by a controller, and without owner";
    check(stateful_set("db", "app=db,on=yes"), db, Some(text));
}

#[test]
fn pods_of_others_are_not_even_listed() {
    for thing in [
        made("p", "other-", "app=other,controller-revision-hash=1"),
        pod("p", "app=rng,controller-revision-hash=1", Some("ds/rng")),
        with(
            &made("p", "rng-", "app=rng,controller-revision-hash=1"),
            "/metadata/deletionTimestamp",
            json!("2026-01-01T00:00:00Z"),
        ),
    ] {
        check(rng(), thing, None);
    }
    let reference = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "c", "uid": "c"}]);
    let owned = with(&made("p", "rng-", "app=rng,controller-revision-hash=1"), "/metadata/ownerReferences", reference);
    check(rng(), owned, None);
}

#[test]
fn pods_that_somebody_may_want_stay() {
    let by_hand = "stays pod/p: it was not made by the controller of a workload of this name";
    for thing in [
        pod("p", "app=rng", None),
        pod("p", "app=rng,controller-revision-hash=1", None),
        made("p", "rng-", "app=rng"),
        made("p", "rng-worker-", "app=rng,controller-revision-hash=1"),
        made("p", "rng-5d-", "app=rng,pod-template-hash=5d"),
    ] {
        check(rng(), thing, Some(by_hand));
    }
    let other =
        "stays pod/p: its label on is another one than daemonset.apps/rng selects, so that it may be kept on purpose";
    check(rng(), made("p", "rng-", "app=rng,on=no,controller-revision-hash=1"), Some(other));
    let none = "stays pod/p: it has no label that daemonset.apps/rng selects";
    check(rng(), made("p", "rng-", "controller-revision-hash=1"), Some(none));
}

#[test]
fn pods_that_something_uses_stay() {
    let p = made("p", "rng-", "app=rng,controller-revision-hash=1");
    let slice = |uid: &str| {
        let metadata = json!({"name": "s-1", "namespace": "web", "labels": {"kubernetes.io/service-name": "s"}});
        (Kind::EndpointSlice, json!({"metadata": metadata, "endpoints": [{"targetRef": {"uid": uid}}]}))
    };
    let finished = with(&p, "/status/phase", json!("Failed"));
    for (pod, others, expected) in [
        (&p, vec![service("s", "on=yes"), slice("pod-p")], "stays pod/p: it is in the slices of service/s"),
        (&p, vec![service("s", "on=yes"), slice("pod-q")], GOES),
        (&p, vec![service("s", "app=rng")], "stays pod/p: service/s selects it"),
        (&finished, vec![service("s", "app=rng")], GOES),
        (&p, vec![daemon_set("other", "app=rng")], "stays pod/p: daemonset.apps/other selects it, and takes it"),
        (&p, vec![deployment("other", "app=rng")], GOES),
        (&p, vec![stateful_set("other", "app=rng")], GOES),
    ] {
        assert_eq!(judged("ds/rng", &[vec![rng(), pod.clone()], others.clone()].concat()), [expected], "{others:?}");
    }
}

#[test]
fn what_selects_a_pod_besides_is_named() {
    let matching = json!({"matchLabels": labels("app=rng")});
    let other = json!({"matchLabels": labels("app=other")});
    let policy = |name: &str, selector: &Value| {
        (
            Kind::NetworkPolicy,
            json!({"metadata": {"name": name, "namespace": "web"}, "spec": {"podSelector": selector}}),
        )
    };
    let budget = (
        Kind::PodDisruptionBudget,
        json!({"metadata": {"name": "b", "namespace": "web"}, "spec": {"selector": matching}}),
    );
    let p = made("p", "rng-", "app=rng,controller-revision-hash=1");
    let text = format!("{GOES}; still selected by networkpolicy.networking.k8s.io/n, poddisruptionbudget.policy/b");
    assert_eq!(judged("ds/rng", &[rng(), p, policy("n", &matching), policy("o", &other), budget]), [text]);
}

#[test]
fn replica_sets_without_pods_and_owner_are_pruned() {
    let hash = "app=web,pod-template-hash=5d";
    let empty = |thing: Thing| with(&with(&thing, "/spec/replicas", json!(0)), "/status/replicas", json!(0));
    let web = || deployment("web", "app=web,on=yes");
    let goes = "goes replicaset.apps/web-5d: without pods and without owner";
    check(web(), empty(replica_set("web-5d", hash, None)), Some(goes));
    check(daemon_set("web", "app=web"), empty(replica_set("web-5d", hash, None)), Some(goes));
    check(web(), empty(replica_set("web-5d", hash, Some("deploy/web"))), None);
    check(web(), replica_set("web-5d", hash, None), Some("stays replicaset.apps/web-5d: it has pods"));
    check(web(), empty(replica_set("web-blue", "app=web", None)), None);
    check(web(), empty(replica_set("web-b-5d", hash, None)), None);
    let taken = "stays replicaset.apps/web-5d: deployment.apps/web selects it, and takes it for its history";
    check(deployment("web", "app=web"), empty(replica_set("web-5d", hash, None)), Some(taken));
}

#[test]
fn revisions_without_owner_are_pruned() {
    let revision = |name: &str, pairs: &str, owner: Option<&str>| {
        let pod = pod(name, pairs, owner);
        (Kind::ControllerRevision, json!({"metadata": pod.1["metadata"], "revision": 1}))
    };
    let of = |name: &str, owner| revision(name, "app=rng,controller-revision-hash=7f", owner);
    check(rng(), of("rng-7f", None), Some("goes controllerrevision.apps/rng-7f: a revision without owner"));
    check(rng(), of("rng-7f-r", None), Some("goes controllerrevision.apps/rng-7f-r: a revision without owner"));
    check(rng(), of("rng-7f", Some("ds/rng")), None);
    check(rng(), of("rng-worker-7f", None), None);
    check(deployment("rng", "app=rng,on=yes"), of("rng-7f", None), None);
    let taken = "stays controllerrevision.apps/rng-7f: daemonset.apps/rng selects it, and takes it for its history";
    check(daemon_set("rng", "app=rng"), of("rng-7f", None), Some(taken));
    let stateful = revision("db-7f", "app=db,controller.kubernetes.io/hash=7f", None);
    let goes = "goes controllerrevision.apps/db-7f: a revision without owner";
    check(stateful_set("db", "app=db,on=yes"), stateful, Some(goes));
    check(stateful_set("rng", "app=rng,on=yes"), of("rng-7f", None), None);
}

#[test]
fn where_there_is_no_target_nothing_is_its() {
    assert_eq!(judged("ds/rng", &[made("p", "rng-", "app=rng,controller-revision-hash=1")]), Vec::<String>::new());
}
