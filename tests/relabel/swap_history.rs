//! What came before the change is still known, and can be gone back to.

use serde_json::json;

use super::judge::{Judge, workload};

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
fn undone_to(judge: &Judge, kind: &str, revision: &str) -> String {
    let before = judge.uids();
    judge.ns.kubectl(&format!("rollout undo {kind}/rng --to-revision={revision}"));
    judge.ns.rolled_out(&format!("{kind}/rng"));
    assert!(judge.uids().is_disjoint(&before), "{kind} {revision}");
    let now = judge.now();
    assert_eq!(now["spec"]["template"]["metadata"]["labels"]["isactive"], "yes", "{kind} {revision}");
    now["spec"]["template"]["spec"]["containers"][0]["env"].to_string()
}

fn kept(kind: &str) {
    let judge = with_a_history(kind);
    let before = revisions(&judge, kind);
    assert_eq!(before, ["1", "2", "3"]);
    judge.relabelled("svc/app isactive=yes");
    let after = revisions(&judge, kind);
    assert!(after.len() >= 3, "{kind}: {after:?}");
    let [first, second, ..] = after.as_slice() else { panic!("{after:?}") };
    assert_eq!(undone_to(&judge, kind, first), "null", "{kind}");
    let env = undone_to(&judge, kind, second);
    assert_eq!(env, json!([{"name": "WHERE", "value": "a<b>&c"}]).to_string(), "{kind}");
    judge.rolls_out_and_back();
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
