//! Other people at the same time: told, nothing of theirs overwritten, nothing torn.

use serde_json::json;

use super::cases::{DAEMON_SET_ADD, DEPLOYMENT_CHANGE, STATEFUL_SET_ADD};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Caller, Ended};

/// Makes the change, and has this done before the first write whose line has these words in it.
fn meddled(scene: &Scene, words: &'static [&'static str], deed: impl FnOnce(&Caller) + Send + 'static) -> Ended {
    let caller: Caller = (*scene.ns).clone();
    let mut deed = Some(deed);
    let proxy = Proxy::watching(&scene.ns, move |request| {
        if request.write().is_none() || !request.has(words) {
            return Verdict::Pass;
        }
        let Some(deed) = deed.take() else { return Verdict::Pass };
        let caller = caller.clone();
        Verdict::Before(Box::new(move || deed(&caller)))
    });
    scene.ns.relabel(&format!("{} --server {}", scene.words(), proxy.address()))
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_owner_that_is_made_anew_in_the_gap_is_left_as_it_is_and_told() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let old = DAEMON_SET_ADD.workload().to_string();
    let ended = meddled(&scene, &["POST ", "/daemonsets?"], move |caller| {
        caller.try_kubectl("create --field-manager=argocd-controller -f -", &old).done();
    });
    ended.refused().said(&[
        "daemonset.apps/rng was made anew by argocd-controller, and is left as it is",
        "hint: kubectl relabel --abort ds/rng --server ",
    ]);
    let uid = scene.uid();
    scene.ns.relabel(&scene.words()).refused().said(&["was made anew by argocd-controller"]);
    assert_eq!(scene.uid(), uid, "nothing is overwritten");
    scene.ns.relabel("--abort ds/rng").done();
    assert_eq!(scene.uid(), uid, "nothing is overwritten");
    scene.is_left_clean();
    assert_eq!(scene.ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng"}));
    assert!(scene.ns.list("pods -l active1").is_empty(), "the pods are as they were");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_others_change_while_the_owner_is_held_is_carried_over() {
    let scene = Scene::of(DEPLOYMENT_CHANGE);
    meddled(&scene, &["PATCH ", "/pods/"], |caller| {
        caller.kubectl("annotate deploy/rng note=kept");
        caller.kubectl("scale deploy/rng --replicas=3");
    })
    .done();
    let deployment = scene.ns.get("deploy/rng");
    assert_eq!(deployment["metadata"]["annotations"]["note"], "kept");
    assert_eq!(deployment["spec"]["replicas"], 3);
    scene.ns.rolled_out("deploy/rng");
    scene.lost_nothing();
    assert_eq!(scene.ns.list("pods -l tier=1").len(), 3);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_scaled_owner_that_is_not_held_yet_is_scaled_afterwards() {
    let scene = Scene::of(STATEFUL_SET_ADD);
    meddled(&scene, &["PATCH ", "/statefulsets/rng"], |caller| {
        caller.kubectl("scale sts/rng --replicas=3");
    });
    scene.ns.relabel(&scene.words()).done();
    assert_eq!(scene.ns.get("sts/rng")["spec"]["replicas"], 3);
    scene.ns.rolled_out("sts/rng");
    scene.lost_nothing();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_owner_that_somebody_deletes_is_not_made_anew() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let ended = meddled(&scene, &["PATCH ", "/daemonsets/rng"], |caller| {
        caller.kubectl("delete ds/rng --cascade=orphan");
    });
    ended
        .refused()
        .said(&["daemonset.apps/rng was deleted by somebody else", "hint: kubectl relabel --abort ds/rng --server "]);
    assert!(!scene.ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_that_somebody_else_points_elsewhere_stays_there_and_is_told() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let ended = meddled(&scene, &["PATCH ", "/services/rng"], |caller| {
        caller.patch("svc/rng", &json!({"spec": {"selector": {"other": "yes"}}}));
    });
    ended.refused().said(&["service/rng"]);
    assert_eq!(scene.ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng", "other": "yes"}));
    scene.ns.relabel("--abort ds/rng");
    assert_eq!(scene.ns.get("svc/rng")["spec"]["selector"]["other"], "yes", "nothing of theirs is lost");
}
