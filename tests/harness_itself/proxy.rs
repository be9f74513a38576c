//! Moments in the middle of a command.

use std::sync::{Arc, Mutex};

use crate::harness::manifests::deployment;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Ended, Moment, Namespace, Running, killed, settings};

/// Two writes, a dry run and a question about rights before them.
const SCRIPT: &str = r#"
"$0" auth can-i create secrets "$@" >/dev/null
"$0" create configmap none --dry-run=server "$@" >/dev/null
"$0" create configmap one "$@" && "$0" create configmap two "$@""#;

fn script(ns: &Namespace, server: &str) -> Running {
    let mut command = ns.command("sh");
    command.args(["-c", SCRIPT]).arg(settings::kubectl()).args(server.split_whitespace());
    Running::start(command, "")
}

/// What there is of both, when the script was killed at this moment.
fn left_by(moment: Moment) -> (Option<Ended>, Vec<bool>) {
    let ns = Namespace::new();
    let ended = killed(&ns, moment, |server| script(&ns, server));
    (ended, ["one", "two"].map(|name| ns.has(&format!("configmap/{name}"))).to_vec())
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_program_is_killed_by_any_of_its_writes() {
    for (moment, left) in [
        (Moment::Before(1), [false, false]),
        (Moment::After(1), [true, false]),
        (Moment::Before(2), [true, false]),
        (Moment::After(2), [true, true]),
    ] {
        let (ended, there) = left_by(moment);
        assert!(ended.is_none(), "{moment:?}: {}", ended.unwrap());
        assert_eq!(there, left, "{moment:?}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn neither_a_dry_run_nor_a_question_is_a_write() {
    let (ended, there) = left_by(Moment::Before(3));
    ended.expect("there is no third write").done();
    assert_eq!(there, [true, true]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn somebody_else_does_something_in_the_middle() {
    let ns = Arc::new(Namespace::new());
    ns.create(&deployment("rng", 1));
    let (theirs, seen) = (Arc::clone(&ns), Arc::new(Mutex::new(Vec::new())));
    let wrote = Arc::clone(&seen);
    let proxy = Proxy::watching(&ns, move |request| {
        let (ns, wrote, body) = (Arc::clone(&theirs), Arc::clone(&wrote), request.body());
        match request.write() {
            Some(1) => {
                Verdict::Before(Box::new(move || ns.patch("deploy/rng", &serde_json::json!({"spec": {"replicas": 4}}))))
            }
            Some(2) => Verdict::After(Box::new(move || {
                wrote.lock().unwrap().push((body, ns.get("deploy/rng")["metadata"]["labels"].clone()));
            })),
            _ => Verdict::Pass,
        }
    });
    let server = format!("--server {}", proxy.address());
    let refused = ns.try_kubectl(&format!("scale deploy/rng --current-replicas=1 --replicas=2 {server}"), "");
    assert!(!refused.stderr.is_empty() && ns.get("deploy/rng")["spec"]["replicas"] == 4, "{refused}");
    ns.kubectl(&format!("label deploy/rng tier=back {server}"));
    let seen = seen.lock().unwrap();
    assert!(seen[0].0.contains("tier") && seen[0].1["tier"] == "back", "{seen:?}");
}
