//! The roles of `examples/rbac` grant what a command takes, and nothing besides.

use serde_json::json;

use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Namespace, eventually, one_verb_less};

/// A pod that has written a line, behind a Service.
fn rng(ns: &Namespace, kubelet: &Kubelet<'_>) {
    let mut set = deployment("rng", 1);
    set["spec"]["template"]["spec"]["nodeName"] = json!(kubelet.node());
    ns.create(&set);
    ns.create(&service("rng"));
    let pod = eventually("the pod runs", || {
        let pods = ns.list("pods -l app=rng");
        let pod = pods.iter().find(|pod| pod["status"]["phase"] == "Running")?;
        pod["metadata"]["name"].as_str().map(str::to_owned)
    });
    kubelet.write(&pod, "a line");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_role_is_enough_to_read_and_to_follow() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    rng(&ns, &kubelet);
    let reader = ns.account("reader", &ns.role("logs-selector"));
    reader.logs("svc/rng -o raw").done().printed("a line\n");
    let mut following = reader.begin_logs("svc/rng -f");
    following.until_it_says("rng-");
    following.signal("INT");
    assert_eq!(following.ended().code(), Some(130));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_with_one_verb_less_it_says_what_is_missing() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    rng(&ns, &kubelet);
    let less = one_verb_less(&ns.role("logs-selector"));
    for right in ["get services", "list services", "list pods", "get pods/log", "list endpointslices.discovery.k8s.io"]
    {
        let (_, rules) = less.iter().find(|(missing, _)| missing == right).unwrap();
        let ended = ns.account(&right.replace([' ', '/'], "-"), rules).logs("svc/rng -o raw");
        if right.contains("slices") {
            ended.done().printed("a line\n").said(&["you may not list endpointslices: who serves is guessed"]);
            continue;
        }
        assert_eq!(ended.code(), Some(1), "without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("hint: kubectl auth can-i {right}")]);
    }
}
