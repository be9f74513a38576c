//! Controllers in trouble, and how they come out of it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::manifests::{deployment, service};
use crate::harness::{Controllers, Endpoints, Namespace, Pods};

/// Something that controllers have to do with.
fn rng() -> Namespace {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    ns
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_are_restarted_go_on_where_they_were() {
    let ns = rng();
    let (endpoints, pods) = (Endpoints::of(&ns, "rng", 2), Pods::watched(&ns));
    let controllers = Controllers::of_the_cluster();
    controllers.restart();
    ns.kubectl("scale deploy/rng --replicas=3");
    endpoints.reach(3);
    drop(controllers);
    ns.kubectl("scale deploy/rng --replicas=4");
    endpoints.reach(4);
    endpoints.never_were_fewer();
    assert_eq!((pods.created().len(), pods.lost().len()), (2, 0));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_pods_late_see_all_else_at_once() {
    let ns = rng();
    let late = Duration::from_secs(2);
    let controllers = Controllers::of_the_cluster();
    controllers.see_pods_late(late);
    let endpoints = Endpoints::of(&ns, "rng", 2);
    ns.kubectl("scale deploy/rng --replicas=3");
    endpoints.reach(3);
    for round in 0..3 {
        ns.kubectl(&format!("label pods --all round={round} --overwrite"));
        let begun = Instant::now();
        ns.patch("service/rng", &json!({"metadata": {"labels": {"round": round.to_string()}}, "spec": {"selector": {"round": round.to_string()}}}));
        endpoints.reach(0);
        assert!(begun.elapsed() < late, "the Service was seen late: {:?}", begun.elapsed());
        endpoints.reach(3);
        let seen = begun.elapsed();
        assert!(seen > late.mul_f32(0.5) && seen < late * 3, "the pods were seen after {seen:?}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_of_which_the_leader_dies_follow_each_other() {
    let ns = rng();
    let controllers = Controllers::of_the_cluster();
    controllers.pair();
    let (endpoints, pods) = (Endpoints::of(&ns, "rng", 2), Pods::watched(&ns));
    controllers.fail_over();
    ns.kubectl("scale deploy/rng --replicas=3");
    endpoints.reach(3);
    assert_eq!((pods.created().len(), pods.lost().len()), (1, 0));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_are_the_usual_ones_after_a_test_that_fails() {
    let failed = std::panic::catch_unwind(|| {
        let controllers = Controllers::of_the_cluster();
        controllers.see_pods_late(Duration::from_mins(1));
        panic!("as a test does that fails");
    });
    assert!(failed.is_err());
    let ns = rng();
    ns.kubectl("scale deploy/rng --replicas=3");
    Endpoints::of(&ns, "rng", 3);
    // It refuses to begin with any but the usual ones.
    Controllers::of_the_cluster();
}
