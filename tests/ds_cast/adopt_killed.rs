//! Killed after any of its writes: the same command finishes it, the opposite one puts back what was.

use super::handed::{Scene, crowded};
use super::tool::Cast as _;
use crate::harness::{Ended, Moment, killed};

/// The pods of the source, all on one node: two of them are too many for a daemon set.
const PODS: usize = 3;

/// The pods of the daemon set: one is too many for the source.
const NODES: usize = 4;

/// Runs a command that is killed after a write. How it ended, if there was no such write.
fn run(scene: &Scene, words: &str, number: usize) -> Option<Ended> {
    let ended = killed(&scene.ns, Moment::After(number), |server| scene.ns.begin_cast(&format!("{words} {server}")));
    if ended.is_none() {
        println!("{words}: killed after write {number}");
    }
    assert!(ended.is_none() || number > 12, "it has written more than that");
    ended
}

fn is_under_way(scene: &Scene) -> bool {
    scene.ns.has("secrets -l kube-recast/journal")
}

fn never_were_fewer(scene: &Scene) {
    assert!(scene.endpoints.fewest() >= PODS, "{} endpoints", scene.endpoints.fewest());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn both_ways_are_finished_by_the_same_command() {
    let mut scene = Scene::of(&crowded(3));
    for number in 1.. {
        let there = run(&scene, "rng --adopt", number).is_some();
        if is_under_way(&scene) {
            scene.ns.cast("rng --adopt").done();
        }
        scene.is_adopted();
        never_were_fewer(&scene);
        scene = scene.anew(NODES);
        let back = run(&scene, "--undo ds/rng", number).is_some();
        if is_under_way(&scene) {
            scene.ns.cast("--undo ds/rng").done();
        }
        scene.is_returned(PODS);
        never_were_fewer(&scene);
        if there && back {
            return;
        }
        scene = scene.crowded_again(PODS);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_adoption_is_put_back_by_undo() {
    let mut scene = Scene::of(&crowded(3));
    for number in 1.. {
        if run(&scene, "rng --adopt", number).is_some() {
            return scene.is_adopted();
        }
        let left = scene.kept();
        scene.ns.cast("--undo ds/rng").done();
        assert_eq!(scene.kept().len(), left.len().min(PODS), "what had not gone by then stays");
        scene.stands_again(PODS);
        never_were_fewer(&scene);
        scene = scene.crowded_again(PODS);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_way_back_is_put_back_by_adopting() {
    let mut scene = Scene::of(&crowded(3));
    scene.ns.cast("rng --adopt").done();
    for number in 1.. {
        scene = scene.anew(NODES);
        if run(&scene, "--undo ds/rng", number).is_some() {
            return scene.is_returned(PODS);
        }
        let left = scene.kept();
        scene.ns.cast("rng --adopt").done();
        assert_eq!(scene.kept(), left, "what had not gone by then stays");
        scene.ns.rolled_out("ds/rng");
        scene.no_traces();
        never_were_fewer(&scene);
    }
}
