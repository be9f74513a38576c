//! `--undo` of what was adopted: the pods are handed back.

use super::handed::{Scene, crowded};
use super::tool::Cast as _;
use super::undo::own;
use crate::harness::manifests::{deployment, replica_set};

#[test]
#[ignore = "needs a cluster: make test"]
fn the_pods_go_back_and_those_too_many_go() {
    let scene = Scene::of(&deployment("rng", 3));
    let before = own(scene.ns.get("deploy/rng"));
    scene.ns.cast("rng --adopt").done();
    scene.is_adopted();
    let scene = scene.anew(4);
    scene
        .ns
        .cast("--undo ds/rng")
        .done()
        .printed("deployment.apps/rng created\ndaemonset.apps/rng deleted\n")
        .said(&["pods     3 kept, none restarted; 1 pod too many, deleted at the end"]);
    scene.is_returned(3);
    assert!(scene.endpoints.fewest() >= 3);
    assert_eq!(own(scene.ns.get("deploy/rng")), before);
    scene.ns.kubectl("set env deploy/rng COLOUR=blue");
    scene.ns.rolled_out("deploy/rng");
    scene.ns.kubectl("rollout undo deploy/rng");
    scene.ns.rolled_out("deploy/rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_are_too_few_are_all_kept() {
    let scene = Scene::of(&crowded(3));
    scene.ns.cast("rng --adopt").done();
    scene.is_adopted();
    let scene = scene.anew(4);
    scene.ns.cast("--undo ds/rng --replicas=6").done();
    scene.is_returned(6);
    scene.endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_change_since_is_carried_back_with_the_pods_that_have_it() {
    let scene = Scene::of(&deployment("rng", 2));
    scene.ns.cast("rng --adopt").done();
    scene.is_adopted();
    scene.ns.kubectl("set env ds/rng COLOUR=blue");
    scene.ns.rolled_out("ds/rng");
    let scene = scene.anew(4);
    scene.ns.cast("--undo ds/rng").done().said(&["carried  spec.template", "(changed since the cast)"]);
    scene.is_returned(2);
    assert!(scene.endpoints.fewest() >= 2);
    let value = scene.ns.get("deploy/rng")["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"].clone();
    assert_eq!(value, "blue");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn another_template_comes_back_with_pods_of_its_own() {
    let scene = Scene::of(&deployment("rng", 2));
    scene.ns.cast("rng --adopt").done();
    scene.is_adopted();
    scene.ns.kubectl("set env ds/rng COLOUR=blue");
    scene.ns.rolled_out("ds/rng");
    scene.ns.cast("--undo ds/rng --as-remembered").done().said(&[
        "its pods are not handed back: the template that comes back is another than that of daemonset.apps/rng",
    ]);
    assert!(!scene.ns.has("ds/rng"));
    scene.no_traces();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_gets_its_pods_back() {
    let scene = Scene::of(&replica_set("rng", 2));
    scene.ns.cast("rs/rng --adopt").done();
    scene.is_adopted();
    let pods = crate::harness::Pods::watched(&scene.ns);
    scene.ns.cast("--undo ds/rng").done().printed("replicaset.apps/rng created\ndaemonset.apps/rng deleted\n");
    assert_eq!((pods.created().len(), pods.lost().len(), pods.restarts()), (0, 2, 0));
    scene.no_traces();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_was_not_adopted_hands_its_pods_over_if_that_is_asked() {
    let scene = Scene::of(&deployment("rng", 2));
    scene.ns.cast("rng --replace").done();
    let scene = scene.anew(4);
    scene.ns.cast("--undo ds/rng --adopt").done();
    scene.is_returned(2);
    assert!(scene.endpoints.fewest() >= 2);
}
