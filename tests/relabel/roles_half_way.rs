//! The roles of `examples/rbac` for a change that stands half-way: what the rest of it takes, or the way back, is asked before
//! the next write.

use super::cases::{Case, DAEMON_SET_ADD, DEPLOYMENT_CHANGE};
use super::lacking::{each_lacking_one, lacking_none, traces};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Request, Verdict};

/// A change that is killed before the first write of a sort.
fn killed_before(case: Case, moment: fn(&Request) -> bool) -> Scene {
    let scene = Scene::of(case);
    let proxy = Proxy::watching(&scene.ns, move |request| {
        let now = request.write().is_some() && moment(request);
        if now { Verdict::StopBefore } else { Verdict::Pass }
    });
    let words = format!("{} --server {}", scene.words(), proxy.address());
    let mut running = scene.ns.begin_relabel(&words);
    assert!(!running.ends_before(|| proxy.has_stopped()), "there is such a write");
    running.signal("KILL");
    drop(proxy);
    running.ended();
    scene
}

/// The workload is held, and its pods are about to change.
fn in_the_middle(request: &Request) -> bool {
    request.has(&["PATCH ", "/pods/"])
}

/// All is done, and the journal is about to go.
fn at_the_end(request: &Request) -> bool {
    request.has(&["DELETE ", "/secrets/"])
}

/// Each verb of the role is missed when it is missing, and named, but for these; with all of them it is done.
fn each_verb(scene: &Scene, words: &str, role: &str, but: &[&str]) {
    let ns = &scene.ns;
    let rules = ns.role(role);
    let (lacking, all) = (each_lacking_one(ns, &rules), lacking_none(ns, &rules));
    let before = traces(ns);
    let is_spared = |who: &str| ns.relabel(&format!("{words} --dry-run=server {who}")).code() == Some(0);
    let (spared, missed): (Vec<_>, Vec<_>) = lacking.iter().partition(|(_, who)| is_spared(who));
    let spared: Vec<&str> = spared.iter().map(|(right, _)| right.as_str()).collect();
    assert_eq!(spared, but);
    for (right, who) in missed {
        let ended = ns.relabel(&format!("{words} {who}"));
        assert_eq!(ended.code(), Some(1), "{words} without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("kubectl auth can-i {right}")]);
        assert_eq!(traces(ns), before, "nothing is done without {right}");
    }
    ns.relabel(&format!("{words} {all}")).done();
}

fn put_back(scene: &Scene, role: &str, but: &[&str]) {
    each_verb(scene, &format!("--abort {}", scene.target()), role, but);
    scene.is_as_before();
}

/// Only whoever begins a change creates a journal, and looks who else might take the pods.
const BEGINNING: &str = "create secrets";

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_daemon_set_is_not_put_back_from_the_end() {
    let scene = killed_before(DAEMON_SET_ADD, at_the_end);
    put_back(&scene, "relabel", &[BEGINNING, "list deployments.apps", "list statefulsets.apps"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_deployment_is_not_put_back_from_the_end() {
    let scene = killed_before(DEPLOYMENT_CHANGE, at_the_end);
    put_back(&scene, "relabel-deployment", &[BEGINNING, "list daemonsets.apps", "list statefulsets.apps"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_daemon_set_that_is_held_is_not_put_back() {
    let scene = killed_before(DAEMON_SET_ADD, in_the_middle);
    let others = ["list deployments.apps", "list statefulsets.apps"];
    // The Service has not moved yet, and the workload is deleted already.
    let but = [&[BEGINNING, "patch services", "delete daemonsets.apps"][..], &others].concat();
    put_back(&scene, "relabel", &but);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_deployment_that_is_held_is_not_put_back() {
    let scene = killed_before(DEPLOYMENT_CHANGE, in_the_middle);
    let others = ["list daemonsets.apps", "list statefulsets.apps"];
    let but = [&[BEGINNING, "delete deployments.apps", "delete replicasets.apps"][..], &others].concat();
    put_back(&scene, "relabel-deployment", &but);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_what_was_begun_is_not_gone_on_with() {
    let scene = killed_before(DAEMON_SET_ADD, |request| request.has(&["DELETE ", "/daemonsets/"]));
    let but = [BEGINNING, "list deployments.apps", "list statefulsets.apps"];
    each_verb(&scene, &scene.words(), "relabel", &but);
    scene.is_changed();
}
