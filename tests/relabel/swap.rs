//! Another selector for a running workload of each kind: no pod starts, ends or restarts, and no endpoint is lost.

use super::judge::{Judge, KINDS, workload};
use super::tool::Relabel as _;

/// Each kind on its own; the tests run side by side.
fn each_kind(test: fn(&str)) {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || test(kind));
        }
    });
}

fn rolls(kind: &str) -> bool {
    kind != "rs"
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_label_is_added() {
    each_kind(|kind| {
        let judge = Judge::of(kind, &workload(kind));
        let before = judge.now();
        judge.relabelled("svc/app isactive=yes");
        judge.has("isactive", Some("yes"));
        judge.selects("isactive", Some("yes"));
        let now = judge.now();
        for part in ["updateStrategy", "strategy", "paused", "replicas", "revisionHistoryLimit"] {
            assert_eq!(now["spec"][part], before["spec"][part], "{kind} {part}");
        }
        assert_ne!(now["metadata"]["uid"], before["metadata"]["uid"], "a selector does not change in place");
        assert_eq!(judge.ns.get("svc/app")["spec"]["selector"]["isactive"], "yes");
        if rolls(kind) {
            judge.rolls_out_and_back();
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_value_of_a_label_that_a_service_selects_changes() {
    each_kind(|kind| {
        let judge = Judge::of(kind, &workload(kind));
        judge.relabelled("svc/tier tier=front --overwrite");
        judge.has("tier", Some("front"));
        judge.selects("tier", Some("front"));
        assert_eq!(judge.ns.get("svc/tier")["spec"]["selector"]["tier"], "front");
        if rolls(kind) {
            judge.rolls_out_and_back();
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_label_that_a_service_selects_is_removed() {
    each_kind(|kind| {
        let judge = Judge::of(kind, &workload(kind));
        judge.relabelled("svc/tier tier-");
        judge.has("tier", None);
        judge.selects("tier", None);
        assert!(judge.ns.get("svc/tier")["spec"]["selector"]["tier"].is_null());
        if rolls(kind) {
            judge.rolls_out_and_back();
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn all_of_it_in_one_command() {
    each_kind(|kind| {
        let judge = Judge::of(kind, &workload(kind));
        judge.relabelled("svc/app svc/tier app=random tier- isactive=yes --overwrite");
        for (key, value) in [("app", Some("random")), ("tier", None), ("isactive", Some("yes"))] {
            judge.has(key, value);
            judge.selects(key, value);
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_as_asked_is_left_alone() {
    each_kind(|kind| {
        let judge = Judge::of(kind, &workload(kind));
        judge.relabelled("isactive=yes");
        let before = judge.now();
        let ended = judge.ns.relabel(&format!("{kind}/rng isactive=yes")).done();
        assert!(ended.stdout.contains("not labeled"), "{ended}");
        assert_eq!(judge.now(), before);
    });
}
