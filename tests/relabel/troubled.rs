//! Changes while the controllers are in trouble: they see pods late, are restarted, or follow each other.

use std::sync::{Arc, Once};
use std::time::Duration;

use super::judge::{EDITS, Judge, MOMENTS, at_once};
use super::tool::Relabel as _;
use crate::harness::{Controllers, Endpoints, Pods};

/// Whatever comes later goes on as usual.
fn roll_out(judges: &[Judge]) {
    at_once(judges, |judge| {
        if judge.kind() != "rs" {
            judge.rolls_out_and_back();
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_pods_late_start_none_beside_those_that_change() {
    let judges = Judge::of_each_kind();
    let controllers = Controllers::of_the_cluster();
    for (edit, late) in EDITS.into_iter().zip([3, 1, 2]) {
        controllers.see_pods_late(Duration::from_secs(late));
        at_once(&judges, |judge| {
            judge.relabelled(edit);
            judge.is_as_asked(edit);
        });
    }
    drop(controllers);
    roll_out(&judges);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_pods_late_take_no_label_of_a_change_put_back_for_one_of_the_next() {
    let judges = Judge::of_each_kind();
    let controllers = Controllers::of_the_cluster();
    controllers.see_pods_late(Duration::from_secs(3));
    let [add, ..] = EDITS;
    at_once(&judges, |judge| {
        judge.undisturbed(|| {
            judge.killed_before(add, MOMENTS[0]);
            judge.ns.relabel(&format!("--abort {}/rng", judge.kind())).done();
            judge.ns.relabel(&format!("{}/rng {add}", judge.kind())).done();
        });
        judge.is_as_asked(add);
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_pods_late_keep_a_service_on_one_bridge_after_the_other() {
    let judges = Judge::of_each_kind();
    // Without tier the Service would select these, too: its pods need a label for the bridge.
    at_once(&judges, |judge| drop(judge.ns.kubectl("run other --image=none --labels=app=rng,tier=other")));
    let controllers = Controllers::of_the_cluster();
    controllers.see_pods_late(Duration::from_secs(3));
    at_once(&judges, |judge| {
        let count = judge.uids().len() - 1;
        let (pods, endpoints) = (Pods::watched(&judge.ns), Endpoints::of(&judge.ns, "tier", count));
        for value in ["front", "side"] {
            let words = format!("{}/rng svc/tier tier={value} --overwrite", judge.kind());
            judge.ns.relabel(&words).done();
            endpoints.never_were_fewer();
            assert_eq!(judge.ns.list(&format!("pods -l tier={value}")).len(), count, "{words}");
        }
        pods.are_untouched();
        assert_eq!(endpoints.fewest(), count);
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_see_services_late_keep_the_endpoints_of_each() {
    let judges = Judge::of_each_kind();
    let controllers = Controllers::of_the_cluster();
    controllers.see_services_late(Duration::from_secs(2));
    for edit in EDITS {
        at_once(&judges, |judge| {
            judge.relabelled(edit);
            judge.is_as_asked(edit);
        });
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_are_restarted_in_the_middle_go_on_with_the_same_pods() {
    let judges = Judge::of_each_kind();
    let controllers = Arc::new(Controllers::of_the_cluster());
    for (edit, moment) in EDITS.into_iter().zip(MOMENTS) {
        at_once(&judges, |judge| {
            // The way to the cluster outlives the test.
            let those = Arc::downgrade(&controllers);
            judge.undisturbed(|| {
                judge.relabelled_while(edit, moment, move || those.upgrade().iter().for_each(|those| those.restart()));
            });
        });
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_follow_each_other_in_the_middle_go_on_with_the_same_pods() {
    let judges = Judge::of_each_kind();
    let controllers = Arc::new(Controllers::of_the_cluster());
    for (edit, moment) in EDITS.into_iter().zip(MOMENTS) {
        controllers.pair();
        let first = Arc::new(Once::new());
        at_once(&judges, |judge| {
            let (those, first) = (Arc::downgrade(&controllers), Arc::clone(&first));
            let follow = move || those.upgrade().iter().for_each(|those| first.call_once(|| those.fail_over()));
            judge.undisturbed(|| judge.relabelled_while(edit, moment, follow));
        });
    }
}
