//! What others change on an owner while it is held: the next one has it, and a run that is killed loses nothing of it.

use serde_json::{Value, json};

use super::cases::{Case, DAEMON_SET_ADD, DEPLOYMENT_CHANGE, STATEFUL_SET_ADD};
use super::judge::MOMENTS;
use super::others::meddled;
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Caller, eventually};

/// What somebody changes on each kind: how it rolls out, and how many pods it has.
const EDITS: [(Case, fn() -> Value); 3] = [
    (DAEMON_SET_ADD, || json!({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 3}}}})),
    (STATEFUL_SET_ADD, || json!({"spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}}})),
    (DEPLOYMENT_CHANGE, || json!({"spec": {"replicas": 3, "paused": true}})),
];

/// Everything of the patch is so on the cluster.
fn has(now: &Value, patch: &Value) {
    let mut merged = now.clone();
    json_patch::merge(&mut merged, patch);
    assert_eq!(*now, merged);
}

/// Changes the owner when it is held, and kills the program before it makes the next one.
fn changed_and_killed(scene: &Scene, patch: &Value) {
    let (caller, target, patch): (Caller, _, _) = ((*scene.ns).clone(), scene.target(), patch.clone());
    let mut deed = Some(move || caller.patch(&target, &patch));
    let proxy = Proxy::watching(&scene.ns, move |request| {
        if request.write().is_none() {
            return Verdict::Pass;
        }
        if request.has(&["PATCH ", "/pods/"])
            && let Some(deed) = deed.take()
        {
            return Verdict::Before(Box::new(deed));
        }
        if MOMENTS[0](request) { Verdict::StopBefore } else { Verdict::Pass }
    });
    let mut running = scene.ns.begin_relabel(&format!("{} --server {}", scene.words(), proxy.address()));
    assert!(!running.ends_before(|| proxy.has_stopped()), "there is such a write");
    running.signal("KILL");
    drop(proxy);
    running.ended();
}

fn is_finished(scene: &Scene, patch: &Value) {
    let target = scene.target();
    has(&scene.ns.get(&target), patch);
    eventually("the pods are there that somebody has asked for", || {
        let wanted = patch["spec"]["replicas"].as_u64().unwrap_or(2);
        (scene.ns.list("pods").len() as u64 == wanted).then_some(())
    });
    scene.lost_nothing();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn how_it_rolls_out_and_how_many_it_has_is_as_somebody_has_changed_it() {
    std::thread::scope(|scope| {
        for (case, patch) in EDITS {
            scope.spawn(move || {
                let scene = Scene::of(case);
                let target = scene.target();
                let ended = meddled(&scene, &["PATCH ", "/pods/"], move |caller| caller.patch(&target, &patch()));
                ended.done();
                is_finished(&scene, &patch());
            });
        }
    });
}

/// The moment at which nothing but a Secret knows of it any more.
#[test]
#[ignore = "needs a cluster: make test"]
fn what_somebody_has_changed_survives_a_kill_between_the_old_owner_and_the_next_one() {
    std::thread::scope(|scope| {
        for ((case, patch), back) in EDITS.into_iter().flat_map(|edit| [(edit, false), (edit, true)]) {
            scope.spawn(move || {
                let scene = Scene::of(case);
                changed_and_killed(&scene, &patch());
                if back {
                    scene.ns.relabel(&format!("--abort {}", scene.target())).done();
                } else {
                    scene.ns.relabel(&scene.words()).done().said(&["goes on with what "]);
                }
                is_finished(&scene, &patch());
            });
        }
    });
}

/// Killed again when the next one is there, and put back: what somebody has changed on the one is on the other, too.
#[test]
#[ignore = "needs a cluster: make test"]
fn what_somebody_has_changed_is_there_when_all_is_put_back_from_the_next_owner() {
    std::thread::scope(|scope| {
        for (case, patch) in EDITS {
            scope.spawn(move || {
                let scene = Scene::of(case);
                changed_and_killed(&scene, &patch());
                let proxy = Proxy::watching(&scene.ns, move |request| {
                    let stops = request.write().is_some() && MOMENTS[0](request);
                    if stops { Verdict::StopAfter } else { Verdict::Pass }
                });
                let line = format!("{} --server {}", scene.words(), proxy.address());
                let mut running = scene.ns.begin_relabel(&line);
                assert!(!running.ends_before(|| proxy.has_stopped()), "it makes the next one");
                running.signal("KILL");
                drop(proxy);
                running.ended();
                scene.ns.relabel(&format!("--abort {}", scene.target())).done();
                is_finished(&scene, &patch());
                let secrets = scene.ns.list("secrets");
                assert!(secrets.is_empty(), "{secrets:?}");
            });
        }
    });
}
