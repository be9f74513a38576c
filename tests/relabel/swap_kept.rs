//! `--keep-selector`: template and pods get the label, and the workload is the very same afterwards.

use serde_json::json;

use super::judge::{Judge, KINDS, workload};
use super::tool::Relabel as _;

fn every_edit(judge: &Judge) {
    let before = judge.now();
    judge.relabelled("svc/app isactive=yes --keep-selector");
    judge.has("isactive", Some("yes"));
    judge.relabelled("svc/app isactive=no --keep-selector --overwrite");
    judge.has("isactive", Some("no"));
    judge.relabelled("svc/app isactive- --keep-selector");
    judge.has("isactive", None);
    let now = judge.now();
    assert_eq!(now["metadata"]["uid"], before["metadata"]["uid"], "it was not made anew");
    assert_eq!(now["spec"], before["spec"], "and is back where it began");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn each_kind_keeps_its_selector_and_its_pods() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || {
                let judge = Judge::of(kind, &workload(kind));
                every_edit(&judge);
                if kind != "rs" {
                    judge.rolls_out_and_back();
                }
            });
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn so_does_one_that_surges_is_updated_by_hand_or_is_paused() {
    let surge = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
    let by_hand = json!({"type": "OnDelete", "rollingUpdate": null});
    let cases = [
        ("ds", "updateStrategy", surge),
        ("ds", "updateStrategy", by_hand.clone()),
        ("sts", "updateStrategy", by_hand),
        ("deploy", "paused", json!(true)),
    ];
    for (kind, field, value) in cases {
        let judge = Judge::of(kind, &workload(kind));
        judge.ns.patch(&format!("{kind}/rng"), &json!({"spec": {field: value}}));
        judge.settled();
        every_edit(&judge);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_label_of_the_selector_cannot_change_then() {
    for kind in KINDS {
        let judge = Judge::of(kind, &workload(kind));
        let before = judge.now();
        for edit in ["tier=front --overwrite", "tier-"] {
            judge.ns.relabel(&format!("{kind}/rng {edit} --keep-selector")).refused().printed("");
        }
        assert_eq!(judge.now(), before);
    }
}
