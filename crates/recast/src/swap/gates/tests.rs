//! What a new owner is waited for, and what does not hold it up.

use serde_json::json;

use crate::object::Object;
use crate::swap::GENERATION;
use crate::swap::scene::{Scene, pod};

const BOTH: [&str; 2] = ["rng-a", "rng-b"];

fn of_the_next(name: &str, node: &str) -> Object {
    pod(name, node, &json!({"app": "rng", "on": "yes"}), Some("new"))
}

#[test]
fn its_controller_must_have_seen_it_and_have_taken_all_pods_and_started_none_beside_them() {
    let seen = json!({"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 1});
    let scene = Scene::created(&json!({}), &[]);
    assert_eq!(scene.waits(), "daemonset.apps/rng to be seen by its controller: not yet");
    let scene = Scene::created(&seen, &["rng-a"]);
    assert_eq!(scene.waits(), "daemonset.apps/rng to take its pods: 1 of 2");
    let mut scene = Scene::created(&seen, &BOTH);
    assert_eq!(scene.waits(), "daemonset.apps/rng to take its pods for up to date: 1 of 2");
    scene.changed(of_the_next("rng-more", "c"));
    assert_eq!(scene.waits(), "daemonset.apps/rng to take its pods for up to date: 1 of 2", "a node has joined");
    scene.changed(of_the_next("rng-beside", "a"));
    assert_eq!(scene.waits(), "daemonset.apps/rng to have no pod too many: 1 too many");
    let scene = Scene::created(
        &json!({"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2}),
        &BOTH,
    );
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"], "its strategy comes back");
}

/// It keeps a pod there that it would not start, and counts it no more.
#[test]
fn a_pod_on_a_node_that_got_a_taint_is_not_waited_for() {
    let status = json!({"observedGeneration": 1, "desiredNumberScheduled": 1, "updatedNumberScheduled": 0});
    assert_eq!(Scene::created(&status, &BOTH).waits(), "daemonset.apps/rng to take its pods for up to date: 0 of 1");
    let mut scene = Scene::created(
        &json!({
            "observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 1, "numberMisscheduled": 1,
        }),
        &BOTH,
    );
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"]);
    scene.changed(pod("rng-b", "b", &json!({"app": "rng", "on": "yes", GENERATION: "3"}), Some("new")));
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"]);
}

#[test]
fn a_pod_that_somebody_has_taken_out_by_other_labels_is_not_waited_for() {
    let status = json!({"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2});
    let mut scene = Scene::created(&status, &["rng-a"]);
    assert_eq!(scene.waits(), "daemonset.apps/rng to take its pods: 1 of 2");
    scene.changed(pod("rng-b", "b", &json!({"app": "debug", "on": "yes"}), None));
    scene.changed(of_the_next("rng-instead", "b"));
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"]);
}
