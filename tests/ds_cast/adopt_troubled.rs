//! Pods that are handed over while the controllers see them late.

use std::time::Duration;

use super::handed::{Scene, crowded};
use super::tool::Cast as _;
use crate::harness::Controllers;
use crate::harness::manifests::deployment;

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_pods_late_start_none_beside_those_that_are_kept() {
    for (source, pods) in [(deployment("rng", 4), 4), (crowded(3), 3)] {
        let scene = Scene::of(&source);
        let controllers = Controllers::of_the_cluster();
        controllers.see_pods_late(Duration::from_secs(3));
        scene.ns.cast("rng --adopt").done();
        scene.is_adopted();
        assert!(scene.endpoints.fewest() >= pods);
        let scene = scene.anew(4);
        scene.ns.cast("--undo ds/rng").done();
        scene.is_returned(pods);
        assert!(scene.endpoints.fewest() >= pods);
    }
}
