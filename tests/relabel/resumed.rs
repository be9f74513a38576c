//! What is unfinished: looked at beforehand, and finished whole.

use std::time::Duration;

use super::cases::DAEMON_SET_ADD;
use super::interrupted::{killed_when_held, late_slices};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::{Moment, killed};

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_unfinished_can_be_looked_at_without_going_on_with_it() {
    let scene = Scene::of(DAEMON_SET_ADD);
    killed_when_held(&scene);
    let state = || scene.ns.kubectl("get ds,pods,services,secrets,controllerrevisions -o json");
    let before = state();
    let words = scene.words();
    let (forward, back) = (words.as_str(), "--abort ds/rng");
    for (asked, suffix) in [("client", "(dry run)"), ("server", "(server dry run)")] {
        scene.ns.relabel(&format!("{forward} --dry-run={asked}")).done().printed(&format!(
            "daemonset.apps/rng labeled (selector, template, 2 pods) {suffix}\nservice/rng labeled {suffix}\n"
        ));
        scene
            .ns
            .relabel(&format!("{back} --dry-run={asked}"))
            .done()
            .printed(&format!("daemonset.apps/rng put back {suffix}\nservice/rng put back {suffix}\n"));
    }
    for words in [forward, back] {
        let script = scene.ns.relabel(&format!("{words} --explain")).done().stdout;
        assert!(script.starts_with("# 1. ") && script.contains("\nkubectl create "), "{script}");
    }
    scene.ns.relabel(&format!("{forward} -i")).refused().said(&["--interactive needs a terminal"]);
    assert_eq!(state(), before, "nothing is done");
    let ended = scene.ns.relabel(forward).done();
    ended.printed("daemonset.apps/rng labeled (selector, template, 2 pods; 0 restarted)\nservice/rng labeled (2 -> 2 endpoints)\n");
    scene.is_changed();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_are_named_beside_a_workload_are_labelled_by_whoever_goes_on() {
    let scene = Scene::of(DAEMON_SET_ADD);
    scene.ns.kubectl("run alone --image=none --labels=app=other");
    let words = format!("pod/alone {}", scene.words());
    let start = |server: &str| scene.ns.begin_relabel(&format!("{words} {server}"));
    assert!(killed(&scene.ns, Moment::After(1), start).is_none(), "there is more to write than the journal");
    assert!(scene.ns.get("pod/alone")["metadata"]["labels"]["active1"].is_null());
    let ended = scene.ns.relabel(&words).done();
    assert!(ended.stdout.ends_with("pod/alone labeled\n"), "{ended}");
    assert_eq!(scene.ns.get("pod/alone")["metadata"]["labels"]["active1"], "yes");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_are_named_beside_a_workload_are_put_back_with_it() {
    let scene = Scene::of(DAEMON_SET_ADD);
    scene.ns.kubectl("run alone --image=none --labels=app=other,active1=no");
    let labels = || scene.ns.get("pod/alone")["metadata"]["labels"]["active1"].clone();
    let words = format!("pod/alone {} --overwrite", scene.words());
    let start = |server: &str| scene.ns.begin_relabel(&format!("{words} {server}"));
    assert!(killed(&scene.ns, Moment::After(5), start).is_none(), "there is more to write than that");
    assert_eq!(labels(), "yes");
    scene
        .ns
        .relabel("--abort ds/rng")
        .done()
        .printed("daemonset.apps/rng put back\nservice/rng put back\npod/alone put back\n");
    assert_eq!(labels(), "no");
    assert!(scene.ns.get("ds/rng")["spec"]["selector"]["matchLabels"]["active1"].is_null());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_gives_up_waiting_says_what_for_and_what_cannot_wait() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let proxy = late_slices(&scene, Duration::from_mins(5));
    let words = format!("{} --server {} --timeout 2s", scene.words(), proxy.address());
    scene.ns.relabel(&words).refused().printed("").said(&[
        "error: gave up after 2 s waiting for the controllers to see the pods' new labels: 0 of 2 pods in the slices of ",
        "daemonset.apps/rng is held: its pods run on, but none is replaced until it is back",
        "hint: run the same command again to go on",
    ]);
    drop(proxy);
    scene.ns.relabel(&scene.words()).done();
    scene.is_changed();
}
