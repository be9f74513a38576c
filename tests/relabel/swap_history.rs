//! What came before the change is still known, and can be gone back to.

use serde_json::{Value, json};

use super::judge::{EDITS, Judge, workload};

/// An environment that JSON writers like to write differently.
const AWKWARD: &str = "WHERE=a<b>&c";

/// A workload with three revisions.
fn with_a_history(kind: &str) -> Judge {
    let judge = Judge::of(kind, &workload(kind));
    for env in [AWKWARD, "THIRD=yes"] {
        judge.ns.kubectl_with(&format!("set env {kind}/rng"), env);
        judge.ns.rolled_out(&format!("{kind}/rng"));
    }
    judge.settled();
    judge
}

fn revisions(judge: &Judge, kind: &str) -> Vec<String> {
    let text = judge.ns.kubectl(&format!("rollout history {kind}/rng"));
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    words.filter(|word| word.parse::<u32>().is_ok()).map(str::to_owned).collect()
}

/// Goes back to a revision, and says what environment the template has then.
fn undone_to(judge: &Judge, revision: &str) -> Value {
    let (before, target) = (judge.uids(), format!("{}/rng", judge.kind()));
    judge.ns.kubectl(&format!("rollout undo {target} --to-revision={revision}"));
    judge.ns.rolled_out(&target);
    assert!(judge.uids().is_disjoint(&before), "{target} {revision}");
    judge.now()["spec"]["template"]["spec"]["containers"][0]["env"].clone()
}

/// After each of the edits, apart.
fn kept(kind: &str) {
    std::thread::scope(|scope| {
        for edit in EDITS {
            scope.spawn(move || kept_across(kind, edit));
        }
    });
}

fn kept_across(kind: &str, edit: &str) {
    let judge = with_a_history(kind);
    assert_eq!(revisions(&judge, kind), ["1", "2", "3"]);
    judge.relabelled(edit);
    let after = revisions(&judge, kind);
    let [first, second, _, ..] = after.as_slice() else { panic!("{kind} {edit}: {after:?}") };
    judge.rolls_out_and_back();
    judge.is_as_asked(edit);
    assert_eq!(undone_to(&judge, first), json!(null), "{kind} {edit}");
    assert_eq!(undone_to(&judge, second), json!([{"name": "WHERE", "value": "a<b>&c"}]), "{kind} {edit}");
    if kind != "deploy" && edit.ends_with('-') {
        // The next selector finds these revisions as they are, and so they stay.
        return judge.has("tier", Some("back"));
    }
    judge.is_as_asked(edit);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn of_a_deployment() {
    kept("deploy");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn of_a_daemon_set() {
    kept("ds");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn of_a_stateful_set() {
    kept("sts");
}
