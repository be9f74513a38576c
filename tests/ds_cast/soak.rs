//! There and back again, for a long time, with whatever can happen in between.

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::tool::Cast as _;
use super::undo::own;
use crate::harness::chance::Chance;
use crate::harness::manifests::{deployment, replica_set, service, stateful_set};
use crate::harness::{Endpoints, Namespace, eventually};

const ROUNDS: u32 = 25;

/// Runs it again and again, killing it at some moment, until a run ends by itself.
fn until_done(ns: &Namespace, words: &str, chance: &mut Chance) {
    for _ in 0..chance.below(4) {
        let running = ns.begin_cast(words);
        sleep(Duration::from_millis(chance.below(4000)));
        running.signal(if chance.below(2) == 0 { "KILL" } else { "INT" });
        let ended = running.ended();
        assert!(!ended.stderr.contains("panicked"), "{ended}");
    }
    let ended = ns.cast(words);
    // A run that was killed may have done all of it.
    assert!(ended.code() == Some(0) || ended.stderr.contains(" not found in namespace "), "{ended}");
}

/// The object once its status has settled, without it.
fn settled(ns: &Namespace, target: &str) -> Value {
    eventually(&format!("{target} has all its replicas"), || {
        let object = ns.get(target);
        (object["status"]["readyReplicas"] == object["spec"]["replicas"]).then(|| own(object))
    })
}

fn round(source: &Value, target: &str, chance: &mut Chance) {
    let ns = Namespace::new();
    ns.apply(source);
    ns.create(&service("rng"));
    let replicas = usize::try_from(source["spec"]["replicas"].as_u64().unwrap()).unwrap();
    let endpoints = Endpoints::of(&ns, "rng", replicas);
    let before = settled(&ns, target);
    let words = ["", "--every-node", "--name other"][usize::try_from(chance.below(3)).unwrap()];
    until_done(&ns, &format!("{target} --replace {words}"), chance);
    assert!(!ns.has(target));
    let name = ns.list("ds")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    until_done(&ns, &format!("--undo ds/{name}"), chance);
    assert_eq!(ns.list("ds").len(), 0);
    assert_eq!(settled(&ns, target), before);
    endpoints.reach(replicas);
    assert!(endpoints.fewest() >= replicas, "{} endpoints, {replicas} before", endpoints.fewest());
}

#[test]
#[ignore = "needs a cluster: make soak"]
fn soak_casts_and_undoes_that_are_killed_at_any_moment_lose_nothing() {
    let mut chance = Chance::from_seed();
    for number in 1..=ROUNDS {
        let replicas = u32::try_from(1 + chance.below(4)).unwrap();
        let (source, target) = match chance.below(3) {
            0 => (deployment("rng", replicas), "deploy/rng"),
            1 => (stateful_set("rng", replicas), "sts/rng"),
            _ => (replica_set("rng", replicas), "rs/rng"),
        };
        println!("round {number} of {ROUNDS}: {target}, {replicas} replicas");
        round(&source, target, &mut chance);
    }
}
