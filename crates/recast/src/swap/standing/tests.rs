//! How far an owner has come, and what would be in danger if it were left so.

use serde_json::json;

use crate::engine::Goal as _;
use crate::kind::Kind;
use crate::object::Object;
use crate::swap::scene::{Scene, id, pod};
use crate::swap::{Direction, GENERATION};

fn danger(scene: &Scene) -> Option<String> {
    scene.swap.exposed(&scene.snapshot)
}

#[test]
fn only_what_is_held_or_absent_is_in_danger() {
    assert_eq!(danger(&Scene::new()), None);
    let run_on = "its pods run on, but none is replaced until it is back";
    assert_eq!(danger(&Scene::held()), Some(format!("daemonset.apps/rng is held: {run_on}")));
    assert_eq!(danger(&Scene::absent(true)), Some(format!("daemonset.apps/rng is absent: {run_on}")));
    assert_eq!(danger(&Scene::created(&json!({}), &[])), None);
}

#[test]
fn an_owner_that_is_gone_before_the_fence_was_there_is_not_made_anew() {
    assert_eq!(Scene::absent(true).writes(), ["patch pod/rng-a", "patch pod/rng-b"]);
    let mut scene = Scene::absent(false);
    assert_eq!(
        scene.swap.next(&scene.snapshot).unwrap_err().message(),
        "daemonset.apps/rng was deleted by somebody else"
    );
    scene.swap.direction = Direction::Back;
    assert_eq!(scene.swap.theirs(&scene.snapshot), [&id()]);
    assert_eq!(scene.writes(), ["delete secret/kube-recast.daemonset.rng"], "the rest is put back");
}

#[test]
fn a_strategy_that_somebody_has_changed_before_the_hold_ends_it() {
    let mut scene = Scene::new();
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"], "it is held");
    let mut value = scene.snapshot.get(&id()).unwrap().value().clone();
    value["metadata"]["resourceVersion"] = json!("6");
    value["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    scene.snapshot.observe(Kind::DaemonSet, Object::new(value).unwrap());
    let failure = scene.swap.next(&scene.snapshot).unwrap_err();
    assert_eq!(failure.message(), "daemonset.apps/rng was changed since it was read");
}

/// The controller may have made one in the last moment that the watch has yet to tell of.
#[test]
fn the_hold_stays_until_the_watch_has_told_of_all_that_was_written() {
    let mut scene = Scene::held();
    for node in ["a", "b"] {
        let labels = json!({"app": "rng", "on": "yes", GENERATION: "3"});
        scene.changed(pod(&format!("rng-{node}"), node, &labels, None));
    }
    scene.fence();
    let slice = json!({
        "metadata": {
            "name": "x", "namespace": "web", "uid": "slice",
            "labels": {
                "kube-recast/marker": "run", "kubernetes.io/service-name": "kube-recast-1-forward",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            },
        },
        "endpoints": [{"targetRef": {"uid": "rng-a"}}, {"targetRef": {"uid": "rng-b"}}],
    });
    scene.snapshot.observe(Kind::EndpointSlice, Object::new(slice).unwrap());
    scene.snapshot.tell(Kind::Pod, 6);
    assert_eq!(scene.waits(), "news of all pods: what is watched does not show yet what was written");
    scene.snapshot.tell(Kind::Pod, 7);
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"], "the hold is lifted");
}

#[test]
fn whoever_finds_the_journal_gone_lets_go_and_ends() {
    let mut scene = Scene::new();
    let lock = scene.swap.journal.locks().remove(0);
    scene.snapshot.forget(&lock, "");
    let told = "this change was put back meanwhile, or done, by another run of it";
    assert_eq!(scene.swap.next(&scene.snapshot).unwrap_err().message(), told);
    let mut value = scene.snapshot.get(&id()).unwrap().value().clone();
    value["metadata"]["resourceVersion"] = json!("6");
    value["metadata"]["finalizers"] = json!(["kube-recast/hold"]);
    scene.snapshot.observe(Kind::DaemonSet, Object::new(value).unwrap());
    assert_eq!(scene.writes(), ["patch daemonset.apps/rng"], "a hold that came too late");
    let mut scene = Scene::held();
    scene.snapshot.forget(&lock, "");
    assert_eq!(scene.waits(), "what another run of this change has done to show: its journal is gone");
}
