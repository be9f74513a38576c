//! Other people at the same time: told, nothing of theirs overwritten, nothing torn.

use serde_json::json;

use super::cases::{DAEMON_SET_ADD, DEPLOYMENT_CHANGE, PODS, STATEFUL_SET_ADD};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Caller, Ended, eventually};

/// Makes the change, and has this done before the first write whose line has these words in it.
pub fn meddled(scene: &Scene, words: &'static [&'static str], deed: impl FnOnce(&Caller) + Send + 'static) -> Ended {
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

/// When whoever made it anew is stopped, and what they made is out of the way, the same command goes on.
#[test]
#[ignore = "needs a cluster: make test"]
fn what_somebody_made_anew_in_the_gap_is_gone_on_with_when_it_is_out_of_the_way() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let old = DAEMON_SET_ADD.workload().to_string();
    let ended = meddled(&scene, &["POST ", "/daemonsets?"], move |caller| {
        caller.try_kubectl("create --field-manager=argocd-controller -f -", &old).done();
    });
    ended.refused().said(&["was made anew by argocd-controller"]);
    scene.ns.kubectl("delete ds/rng --cascade=orphan");
    scene.ns.relabel(&scene.words()).done().said(&["goes on with what "]);
    scene.is_changed();
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
    // Nor is it by the next one, which has not seen it go; and what is put back is put back without it.
    let ended = scene.ns.relabel(&scene.words()).refused();
    ended.said(&["goes on with what ", "daemonset.apps/rng was deleted by somebody else"]);
    assert!(!scene.ns.has("ds/rng"));
    let ended = scene.ns.relabel("--abort ds/rng").done().printed("service/rng put back\n");
    ended.said(&["note     daemonset.apps/rng is left as somebody else has made it"]);
    assert!(!scene.ns.has("ds/rng"));
    scene.is_left_clean();
    assert_eq!(scene.ns.list("pods").len(), PODS);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_owner_that_somebody_deletes_with_its_pods_is_not_made_anew() {
    for case in [DAEMON_SET_ADD, DEPLOYMENT_CHANGE] {
        let scene = Scene::of(case);
        let target = scene.target();
        let line = format!("delete {target}");
        let ended = meddled(&scene, &["PATCH ", "/apis/apps/"], move |caller| drop(caller.kubectl(&line)));
        ended.refused().said(&["was deleted by somebody else"]);
        eventually("its pods are gone", || scene.ns.list("pods,rs").is_empty().then_some(()));
        scene.ns.relabel(&scene.words()).refused().said(&["was deleted by somebody else"]);
        scene.ns.relabel(&format!("--abort {target}")).done();
        assert!(!scene.ns.has(&target));
        scene.is_left_clean();
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_that_somebody_else_points_elsewhere_stays_there_and_is_told() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let ended = meddled(&scene, &["PATCH ", "/services/rng"], |caller| {
        caller.patch("svc/rng", &json!({"spec": {"selector": {"other": "yes"}}}));
    });
    ended.refused().said(&["the selector of service/rng was changed by somebody else, and is left as it is"]);
    assert_eq!(scene.ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng", "other": "yes"}));
    let ended = scene.ns.relabel("--abort ds/rng").done().printed("daemonset.apps/rng put back\n");
    ended.said(&["note     service/rng is left as somebody else has made it"]);
    assert_eq!(scene.ns.get("svc/rng")["spec"]["selector"]["other"], "yes", "nothing of theirs is lost");
    scene.is_left_clean();
}

/// A person takes a pod out of its workload, to look into it. It is nobody's from then on.
#[test]
#[ignore = "needs a cluster: make test"]
fn a_pod_that_somebody_takes_out_of_the_workload_in_the_middle_is_replaced_and_let_be() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let pod = scene.ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let line = format!("label pod/{pod} app=debug --overwrite");
    meddled(&scene, &["POST ", "/daemonsets?"], move |caller| drop(caller.kubectl(&line))).done();
    scene.ns.rolled_out("ds/rng");
    let taken = scene.ns.get(&format!("pod/{pod}"));
    assert!(taken["metadata"]["ownerReferences"].is_null() && taken["metadata"]["deletionTimestamp"].is_null());
    assert_eq!(scene.ns.list("pods -l app=rng").len(), PODS);
    scene.is_left_clean();
}

/// A Service may have slices that nobody makes by its selector: they have no marker, and are not waited for.
#[test]
#[ignore = "needs a cluster: make test"]
fn a_slice_that_somebody_has_added_to_the_service_is_no_obstacle() {
    for case in [DAEMON_SET_ADD, DEPLOYMENT_CHANGE] {
        let scene = Scene::of(case);
        scene.ns.create(&json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": "by-hand", "labels": {"kubernetes.io/service-name": "rng"}},
            "endpoints": [{"addresses": ["192.0.2.1"]}],
        }));
        let before = scene.ns.get("endpointslice/by-hand");
        scene.ns.relabel(&format!("{} --timeout 60s", scene.words())).done();
        scene.ns.relabel("svc/rng app=rng").done();
        scene.is_changed();
        assert_eq!(scene.ns.get("endpointslice/by-hand"), before);
    }
}
