//! `--explain`: whoever types the commands, one after the other, comes to the same end.

use std::time::Duration;

use serde_json::json;

use super::judge::{Judge, KINDS, left_nothing, workload};
use super::tool::Relabel as _;
use crate::harness::{Running, eventually};

/// Types a step until the server takes it, and looks a while where it says that something is waited for.
fn typed(judge: &Judge, step: &str) {
    eventually(step, || {
        let mut shell = judge.ns.command("sh");
        shell.args(["-e", "-s"]);
        (Running::start(shell, step).ended().code() == Some(0)).then_some(())
    });
    if step.contains(". wait: ") {
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_come_to_the_same_end_and_tell_no_secret() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || {
                let mut object = workload(kind);
                object["spec"]["template"]["spec"]["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
                let judge = Judge::of(kind, &object);
                let words = format!("{kind}/rng svc/tier tier=front --overwrite --explain");
                let script = judge.ns.relabel(&words).done().stdout;
                // What is compressed and in base64 begins so.
                assert!(!script.contains("H4sI"), "the journal has every variable in it: {script}");
                let steps = || script.split("\n\n").filter(|step| !step.is_empty());
                judge.undisturbed(|| steps().for_each(|step| typed(&judge, step)));
                left_nothing(&judge.ns, &format!("{kind}/rng"));
                judge.is_as_asked("tier=front");
                assert_eq!(judge.ns.get("svc/tier")["spec"]["selector"]["tier"], "front");
            });
        }
    });
}
