//! Pods that are named beside a Service, a policy or a workload: labelled before that is moved, under its protection.

use std::time::Duration;

use serde_json::{Value, json};

use super::judge::workload;
use super::state::is_left_clean;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Controllers, Endpoints, Moment, Namespace, Pods, killed};

const WORDS: &str = "pod/one pod/two svc/rng track=new --overwrite";

/// Two pods of nobody, a Service that selects them by `track`, and the watch on its endpoints.
fn scene() -> (Namespace, Endpoints) {
    let ns = Namespace::new();
    for name in ["one", "two"] {
        ns.kubectl(&format!("run {name} --image=none --labels=app=rng,track=old"));
    }
    ns.kubectl("create service clusterip rng --tcp=80");
    ns.kubectl_with("patch svc rng --type=merge -p", &json!({"spec": {"selector": {"track": "old"}}}).to_string());
    let endpoints = Endpoints::of(&ns, "rng", 2);
    (ns, endpoints)
}

fn track(object: &Value, path: &str) -> Value {
    object.pointer(path).and_then(|labels| labels.get("track")).cloned().unwrap_or_default()
}

fn is(ns: &Namespace, value: &str) {
    assert_eq!(track(&ns.get("svc/rng"), "/spec/selector"), value);
    for pod in ns.list("pods") {
        assert_eq!(track(&pod, "/metadata/labels"), value, "{pod}");
    }
    is_left_clean(ns);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_keeps_its_endpoints_while_the_pods_that_are_named_with_it_get_another_label() {
    let (ns, endpoints) = scene();
    let ended = ns.relabel(WORDS).done();
    ended.printed("pod/one labeled\npod/two labeled\nservice/rng labeled (2 -> 2 endpoints)\n");
    is(&ns, "new");
    endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_that_is_taken_along_with_its_pods_keeps_its_endpoints_too() {
    let (ns, endpoints) = scene();
    let ended = ns.relabel("pod/one pod/two track=new --overwrite --with-services").done();
    ended.printed("pod/one labeled\npod/two labeled\nservice/rng labeled (2 -> 2 endpoints)\n");
    is(&ns, "new");
    endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_pods_late_lose_no_endpoint_of_pods_that_are_named() {
    let (ns, endpoints) = scene();
    let controllers = Controllers::of_the_cluster();
    controllers.see_pods_late(Duration::from_secs(3));
    ns.relabel(WORDS).done();
    is(&ns, "new");
    ns.relabel("pod/one pod/two svc/rng more=yes").done();
    ns.relabel("pod/one pod/two svc/rng more-").done();
    endpoints.never_were_fewer();
}

/// The bridge and the selector behind it have one label each: what tells them apart is not their length.
#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_services_late_lose_no_endpoint_of_one_that_moves_over_a_bridge() {
    let (ns, endpoints) = scene();
    ns.patch("svc/rng", &json!({"spec": {"selector": {"app": null}}}));
    let controllers = Controllers::of_the_cluster();
    controllers.see_services_late(Duration::from_secs(2));
    ns.relabel(WORDS).done();
    is(&ns, "new");
    endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_change_of_pods_and_their_service_that_was_killed_is_finished_or_put_back() {
    let (ns, endpoints) = scene();
    for number in 1.. {
        let start = |server: &str| ns.begin_relabel(&format!("{WORDS} {server}"));
        let back = |server: &str| ns.begin_relabel(&format!("{} {server}", WORDS.replace("new", "old")));
        let to_its_end = killed(&ns, Moment::After(number), start);
        ns.relabel(WORDS).done();
        is(&ns, "new");
        let over = to_its_end.is_some();
        if killed(&ns, Moment::After(number), back).is_none() {
            // What is over but for its last write has no journal any more, and nothing is to be put back.
            let aborted = ns.relabel("--abort svc/rng");
            if aborted.code() == Some(0) {
                is(&ns, "new");
            }
        }
        ns.relabel(&WORDS.replace("new", "old")).done();
        is(&ns, "old");
        if over {
            assert!(number > 8, "there is more to write");
            break;
        }
    }
    endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_pod_that_is_named_and_goes_in_the_middle_is_told() {
    let (ns, _) = scene();
    let caller = (*ns).clone();
    let mut deed = Some(move || caller.kubectl("delete pod one --force --grace-period=0"));
    let proxy = Proxy::watching(&ns, move |request| {
        if request.write() != Some(2) {
            return Verdict::Pass;
        }
        deed.take().map_or(Verdict::Pass, |deed| Verdict::Before(Box::new(move || drop(deed()))))
    });
    let ended = ns.relabel(&format!("{WORDS} --server {}", proxy.address())).refused();
    ended.said(&["error: pod/one was deleted, or made anew, by somebody else"]);
    is(&ns, "new");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_pod_that_is_named_beside_its_owner_follows_that_and_is_not_replaced() {
    let ns = Namespace::new();
    ns.create(&workload("ds"));
    ns.kubectl("rollout status ds/rng --timeout=60s");
    let pod = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let pods = Pods::watched(&ns);
    ns.relabel(&format!("pod/{pod} ds/rng tier=front --overwrite")).done();
    assert!(ns.list("pods").iter().all(|pod| pod["metadata"]["labels"]["tier"] == "front"));
    pods.are_untouched();
    is_left_clean(&ns);
}
