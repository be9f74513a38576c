//! Ctrl-C in the middle, what is left then, and who may go on with it.

use std::time::Duration;

use serde_json::{Value, json};

use super::cases::{DAEMON_SET_ADD, DEPLOYMENT_CHANGE, STATEFUL_SET_ADD};
use super::judge::MOMENTS;
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Trouble, Verdict};
use crate::harness::{Ended, Moment, Running, eventually, killed};

/// What a controller-manager takes off what it has freed: a held owner has one more.
const IS_HELD: &str = "daemonset.apps/rng is held: its pods run on, but none is replaced until it is back";

/// Stops the change when the owner is deleted, and held.
pub fn killed_when_held(scene: &Scene) {
    let start = |server: &str| scene.ns.begin_relabel(&format!("{} {server}", scene.words()));
    let mut number = 1;
    while scene.uid().is_some() {
        assert!(killed(&scene.ns, Moment::After(number), start).is_none(), "the owner is deleted at some time");
        number += 1;
        if scene.uid().is_some() {
            scene.ns.relabel(&format!("--abort {}", scene.target())).done();
        }
    }
}

/// A change whose watch of slices comes very late: it waits while the owner is held.
fn waiting_while_held(scene: &Scene, proxy: &Proxy) -> Running {
    let running = scene.ns.begin_relabel(&format!("{} --server {}", scene.words(), proxy.address()));
    eventually("the owner is held", || scene.uid().is_none().then_some(()));
    running
}

/// Interrupted while the owner is held, and once more.
fn interrupted_twice(scene: &Scene, proxy: &Proxy) -> Ended {
    let mut running = waiting_while_held(scene, proxy);
    running.signal("INT");
    running.until_it_says("this is finished first");
    running.signal("INT");
    let ended = running.ended();
    assert_eq!(ended.code(), Some(130), "{ended}");
    ended
}

/// A way on which the slices come that much later.
pub fn late_slices(scene: &Scene, by: Duration) -> Proxy {
    late(scene, &["/endpointslices?", "watch=true"], by)
}

fn late(scene: &Scene, words: &'static [&str], by: Duration) -> Proxy {
    Proxy::watching(&scene.ns, move |request| {
        let is_late = request.has(words) && !request.has(&["dryRun=All"]);
        if is_late { Verdict::Trouble(Trouble::Late(by)) } else { Verdict::Pass }
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_interrupt_while_the_owner_is_held_makes_it_anew_first() {
    // In a wait, and in a write: its answer is waited for. That of the deletion says only then that it is held.
    let late_at: [(&str, &[&str]); 4] = [
        ("INT", &["/endpointslices?", "watch=true"]),
        ("TERM", &["/endpointslices?", "watch=true"]),
        ("INT", &["PATCH", "/pods/"]),
        ("INT", &["DELETE", "/daemonsets/rng"]),
    ];
    for (signal, words) in late_at {
        let scene = Scene::of(DAEMON_SET_ADD);
        let proxy = late(&scene, words, Duration::from_secs(6));
        let mut running = waiting_while_held(&scene, &proxy);
        running.signal(signal);
        running.until_it_says(&format!("{IS_HELD}; this is finished first, a second interrupt leaves it so"));
        let ended = running.ended();
        assert_eq!(ended.code(), Some(130), "{ended}");
        let error = "error: interrupted; what could not be left as it was is finished";
        ended.said(&[error, "hint: run the same command again to go on"]).printed("");
        assert!(scene.uid().is_some(), "it is back");
        assert!(scene.ns.has("secrets -l kube-recast/journal"));
        scene.ns.relabel(&scene.words()).done().said(&["goes on with what "]);
        scene.is_changed();
    }
}

/// Between the old owner and the next one.
#[test]
#[ignore = "needs a cluster: make test"]
fn an_interrupt_while_the_owner_is_absent_makes_it_anew_first() {
    for case in [DAEMON_SET_ADD, DEPLOYMENT_CHANGE, STATEFUL_SET_ADD] {
        let scene = Scene::of(case);
        let proxy = Proxy::watching(&scene.ns, move |request| {
            let creates = MOMENTS[0](request) && !request.has(&["dryRun=All"]) && !request.has(&["/replicasets"]);
            if creates { Verdict::Trouble(Trouble::Late(Duration::from_secs(6))) } else { Verdict::Pass }
        });
        let mut running = scene.ns.begin_relabel(&format!("{} --server {}", scene.words(), proxy.address()));
        let kind = case.kind;
        eventually("the old owner is gone", || {
            let marked = format!("get {kind} -l kube-recast/swap -o name");
            (!scene.ns.kubectl(&marked).is_empty()).then_some(())
        });
        running.signal("TERM");
        running
            .until_it_says("is absent: its pods run on, but none is replaced until it is back; this is finished first");
        let ended = running.ended();
        assert_eq!(ended.code(), Some(130), "{ended}");
        drop(proxy);
        assert!(scene.uid().is_some(), "it is there");
        scene.ns.relabel(&scene.words()).done().said(&["goes on with what "]);
        scene.is_changed();
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_second_interrupt_ends_it_at_once_and_says_that_the_owner_is_held() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let proxy = late_slices(&scene, Duration::from_mins(5));
    let ended = interrupted_twice(&scene, &proxy);
    assert!(ended.stderr.matches(IS_HELD).count() >= 2, "the error says so once more: {ended}");
    ended.said(&["error: interrupted", "hint: run the same command again to go on"]);
    drop(proxy);
    scene.ns.relabel(&scene.words()).done();
    scene.is_changed();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_second_interrupt_before_the_deletion_is_answered_says_that_the_owner_may_be_held() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let proxy = late(&scene, &["DELETE", "/daemonsets/rng"], Duration::from_mins(5));
    let ended = interrupted_twice(&scene, &proxy);
    let error = "error: interrupted; the request under way may have been carried out\n  then ";
    ended.said(&[&format!("{error}{IS_HELD}"), "hint: run the same command again to go on"]).printed("");
    drop(proxy);
    scene.ns.relabel(&scene.words()).done();
    scene.is_changed();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_interrupt_while_nothing_is_in_danger_ends_it_at_once() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let proxy = late(&scene, &["PATCH", "/daemonsets/rng"], Duration::from_secs(6));
    let running = scene.ns.begin_relabel(&format!("{} --server {}", scene.words(), proxy.address()));
    eventually("it has begun", || scene.ns.has("secrets -l kube-recast/journal").then_some(()));
    running.signal("INT");
    let ended = running.ended();
    assert_eq!(ended.code(), Some(130), "{ended}");
    ended.said(&["error: interrupted"]).not_said(&["this is finished first", "is held", "is absent"]).printed("");
    drop(proxy);
    scene.ns.relabel("--abort ds/rng").done().not_said(&["is left as"]);
    scene.is_as_before();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_time_that_is_over_ends_what_waits_for_an_answer_too() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let proxy = late(&scene, &["PATCH", "/daemonsets/rng"], Duration::from_mins(5));
    let ended = scene.ns.relabel(&format!("{} --timeout 2s --server {}", scene.words(), proxy.address())).refused();
    ended.said(&[" s waiting for what is to be written: 1 left, the next is: patch daemonset.apps/rng\n"]).printed("");
    drop(proxy);
    scene.ns.relabel("--abort ds/rng").done();
    scene.is_as_before();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_unfinished_is_listed_with_what_is_urgent_and_what_to_type() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let name = scene.ns.name().to_owned();
    scene.ns.relabel("--unfinished").done().printed("").said(&["nothing is unfinished in "]);
    killed_when_held(&scene);
    for words in ["--unfinished", "--unfinished -A"] {
        let ended = scene.ns.relabel(words).done();
        let line = format!("{name}  daemonset.apps/rng service/rng  since 20");
        assert!(ended.stdout.contains(&line), "{ended}");
        if words == "--unfinished" {
            ended.clone().not_said(&["error:", "stands on a bridge", "nothing is unfinished"]);
        }
        ended.said(&[
            IS_HELD,
            "next     kubectl relabel ds/rng svc/rng active1=yes",
            &format!("or       kubectl relabel --abort ds/rng -n {name}"),
        ]);
    }
    scene.ns.relabel("--abort ds/rng").done().printed("daemonset.apps/rng put back\nservice/rng put back\n");
    scene.is_as_before();
    scene.ns.relabel("--unfinished").done().printed("").said(&["nothing is unfinished in "]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_on_a_bridge_is_listed_as_urgent() {
    let scene = Scene::of(DEPLOYMENT_CHANGE);
    killed_when_held(&scene);
    let urgent = "service/rng stands on a bridge: it selects by fewer labels until the change is finished";
    scene.ns.relabel("--unfinished").done().said(&[urgent]);
    scene.ns.relabel("--abort deploy/rng").done();
    scene.is_as_before();
    // Without tier the Service would select this, too: its pods need a label for the bridge.
    scene.ns.kubectl("run other --image=none --labels=app=rng,tier=other");
    killed_when_held(&scene);
    let urgent = "service/rng stands on a bridge: it takes in no new pod until the change is finished";
    scene.ns.relabel("--unfinished").done().said(&[urgent]);
    scene.ns.relabel("--abort svc/rng").done();
    scene.ns.kubectl("delete pod other --force --grace-period=0");
    scene.ns.relabel("--unfinished").done().said(&["nothing is unfinished in "]);
}

/// Whatever a change is to write is locked, and not only what it begins with.
#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_and_a_budget_beside_a_workload_are_locked_too() {
    let scene = Scene::of(DAEMON_SET_ADD);
    scene.ns.create(&json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "rng"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "rng"}}},
    }));
    let words = format!("pdb/rng {}", scene.words());
    for back in ["--abort svc/rng", "--abort pdb/rng"] {
        let proxy = Proxy::watching(&scene.ns, move |request| {
            let deletes = request.write().is_some() && request.has(&["DELETE ", "/daemonsets/rng"]);
            if deletes { Verdict::StopAfter } else { Verdict::Pass }
        });
        let mut running = scene.ns.begin_relabel(&format!("{words} --server {}", proxy.address()));
        assert!(!running.ends_before(|| proxy.has_stopped()), "it comes to the deletion");
        running.signal("KILL");
        drop(proxy);
        running.ended();
        for other in ["svc/rng other=yes --allow-empty", "pdb/rng other=yes --allow-impact"] {
            let ended = scene.ns.relabel(other).refused().printed("");
            ended.said(&["says that a change is under way", "hint: kubectl relabel --abort ds/rng puts back what was"]);
        }
        scene.ns.relabel(back).done();
        scene.ns.relabel("--unfinished").done().said(&["nothing is unfinished in "]);
    }
    scene.ns.relabel(&words).done();
    assert_eq!(scene.ns.get("pdb/rng")["spec"]["selector"]["matchLabels"]["active1"], "yes");
}

/// Kills it between the old owner and the next one.
fn killed_when_absent(scene: &Scene) {
    let proxy = Proxy::watching(&scene.ns, move |request| {
        let creates = request.write().is_some() && request.has(&["POST ", "/daemonsets"]);
        if creates { Verdict::StopBefore } else { Verdict::Pass }
    });
    let mut running = scene.ns.begin_relabel(&format!("{} --server {}", scene.words(), proxy.address()));
    assert!(!running.ends_before(|| proxy.has_stopped()), "it comes to the creation");
    running.signal("KILL");
    drop(proxy);
    running.ended();
    assert!(!scene.ns.has("ds/rng"), "it is gone");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_owner_that_is_absent_is_found_by_what_would_choose_it() {
    for chosen in ["ds,svc -l app=rng", "ds,svc --all"] {
        let scene = Scene::of(DAEMON_SET_ADD);
        for kind in ["ds", "svc"] {
            scene.ns.kubectl(&format!("label {kind} rng app=rng --overwrite"));
        }
        killed_when_absent(&scene);
        scene.ns.relabel("ds -l app=other active1=yes").done().printed("").said(&["No resources found in "]);
        scene.ns.relabel(&format!("{chosen} active1=yes")).done().said(&["goes on with what "]);
        scene.is_changed();
    }
    let scene = Scene::of(DAEMON_SET_ADD);
    killed_when_absent(&scene);
    scene.ns.relabel("--abort ds --all").done().printed("daemonset.apps/rng put back\nservice/rng put back\n");
    scene.is_as_before();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn another_change_of_the_same_is_refused_and_told_whose_the_first_one_is() {
    let scene = Scene::of(DAEMON_SET_ADD);
    killed_when_held(&scene);
    let before = scene.ns.get("ds/rng");
    for other in ["ds/rng svc/rng other=yes", "ds/rng active1=yes", "ds/rng svc/rng active1=yes --keep-selector"] {
        scene.ns.relabel(other).refused().printed("").said(&[
            "secret/kube-recast.daemonset.rng says that a change is under way",
            "begun by ",
            " at 20",
            "if that has ended, this finishes it: kubectl relabel ds/rng svc/rng active1=yes",
            "hint: kubectl relabel --abort ds/rng puts back what was",
        ]);
    }
    assert_eq!(scene.ns.get("ds/rng"), before, "it is left alone");
    scene.ns.relabel(&scene.words()).done();
    scene.is_changed();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_journal_of_a_newer_version_is_left_alone() {
    let scene = Scene::of(DAEMON_SET_ADD);
    killed_when_held(&scene);
    let version = |version: &str| {
        scene
            .ns
            .kubectl(&format!("annotate secret/kube-recast.daemonset.rng kube-recast/version={version} --overwrite"));
    };
    version("2");
    let before = scene.ns.get("ds/rng");
    for words in [&scene.words(), "--abort ds/rng", "ds/rng svc/rng other=yes"] {
        scene.ns.relabel(words).refused().printed("").said(&[
            "cannot use the journal secret/kube-recast.daemonset.rng",
            "it was written by a newer version of this program",
            "hint: use the version of kubectl relabel that wrote it",
        ]);
    }
    scene.ns.relabel("--unfinished").said(&["it was written by a newer version", "use the version"]);
    assert_eq!(scene.ns.get("ds/rng"), before, "it is left alone");
    version("1");
    scene.ns.relabel(&scene.words()).done();
    scene.is_changed();
}

/// A lock of the DaemonSet and one of a Service, with that in them.
fn locked(scene: &Scene, locks: &[(&str, Value)]) {
    for (name, data) in locks {
        let metadata = json!({"name": name, "labels": {"kube-recast/journal": "x"}});
        scene.ns.create(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_broken_journal_is_said_and_left_alone() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let (first, other) = ("kube-recast.daemonset.rng", "kube-recast.service.rng");
    let gone = format!("hint: nothing was changed yet: kubectl delete secret {first} -n {}", scene.ns.name());
    for (locks, said) in [
        (vec![(first, json!({"journal": "nothing"}))], vec!["cannot use the journal secret/kube-recast.daemonset.rng"]),
        (
            vec![(first, json!({"of": other}))],
            vec!["secret/kube-recast.daemonset.rng belongs to secret/kube-recast.service.rng, which is gone", &gone],
        ),
        (
            vec![(first, json!({"of": other})), (other, json!({"of": first}))],
            vec!["secret/kube-recast.service.rng holds no journal"],
        ),
    ] {
        locked(&scene, &locks);
        for words in [scene.words().as_str(), "--abort ds/rng"] {
            scene.ns.relabel(words).refused().printed("").said(&said);
        }
        scene.ns.kubectl("delete secrets -l kube-recast/journal");
        scene.is_as_before();
    }
}
