//! The way back by hand that the documentation shows, without this program.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::manifests::{daemon_set, deployment, service, stateful_set};
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Endpoints, Namespace, Pods, Running, eventually};

use super::tool::PROGRAM;

/// The page, and the lines in it that put an owner back.
const PAGE: &str = include_str!("../../docs/relabel.md");
const BEGIN: &str = "<!-- rescue: begin -->\n```\n";
const END: &str = "```\n<!-- rescue: end -->";

fn lines() -> &'static str {
    let (_, lines) = PAGE.split_once(BEGIN).expect("the page has the marker of the beginning");
    lines.split_once(END).expect("the page has the marker of the end").0
}

/// Kills a change between the old owner and the next one: nobody replaces a pod, and nothing on the cluster knows it.
fn killed_when_absent(ns: &Namespace, target: &str, path: &'static str) {
    let proxy = Proxy::watching(ns, move |request| {
        let creates = request.write().is_some() && request.has(&["POST ", path]);
        if creates { Verdict::StopBefore } else { Verdict::Pass }
    });
    let words = format!("{target} svc/rng isactive=yes --server {}", proxy.address());
    let mut running = ns.start(PROGRAM, &words, "");
    assert!(!running.ends_before(|| proxy.has_stopped()), "it comes to the creation");
    running.signal("KILL");
    drop(proxy);
    running.ended();
    assert!(!ns.has(target), "it is gone");
}

/// What is typed puts an owner back that is gone, and no pod notices.
fn is_made_again(object: &Value, target: &str, path: &'static str, typed: &str) {
    let ns = Namespace::new();
    ns.create(object);
    ns.create(&service("rng"));
    ns.rolled_out(target);
    let count = ns.list("pods").len();
    let (pods, endpoints) = (Pods::watched(&ns), Endpoints::of(&ns, "rng", count));
    killed_when_absent(&ns, target, path);

    let mut shell = ns.command("bash");
    shell.args(["-euo", "pipefail", "-c", typed]);
    Running::start(shell, "").ended().done();

    eventually("it has taken its pods", || {
        let owners = ns.list("ds,deploy,sts,rs").into_iter().map(|owner| owner["metadata"]["uid"].clone());
        let owners: BTreeSet<String> = owners.map(|uid| uid.to_string()).collect();
        let is_owned = |object: &Value| owners.contains(&object["metadata"]["ownerReferences"][0]["uid"].to_string());
        ns.list("pods,rs").iter().all(is_owned).then_some(())
    });
    ns.rolled_out(target);
    for kind in ["secrets", "services"] {
        assert!(ns.list(&format!("{kind} -l kube-recast/journal")).is_empty(), "{kind} are left");
    }
    pods.are_untouched();
    endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_is_gone_is_made_again_from_the_journal_without_the_program() {
    is_made_again(&daemon_set("rng"), "ds/rng", "/daemonsets", lines());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn so_is_a_stateful_set() {
    let typed = lines().replace("daemonset", "statefulset");
    is_made_again(&stateful_set("rng", 3), "sts/rng", "/statefulsets", &typed);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn so_is_a_deployment_as_it_was_to_be() {
    let typed = lines().replace("daemonset", "deployment").replace("before", "after");
    is_made_again(&deployment("rng", 3), "deploy/rng", "/deployments", &typed);
}
