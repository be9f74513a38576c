//! What `-o` prints.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, replica_set, stateful_set};
use crate::harness::{Namespace, Running, eventually};

/// Sources that differ in what the cast does to them.
fn sources() -> Vec<(&'static str, Value)> {
    let mut paused = deployment("paused", 1);
    paused["spec"]["paused"] = json!(true);
    let mut surge = deployment("surge", 1);
    surge["spec"]["strategy"] = json!({"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}});
    let mut helm = deployment("helm", 0);
    helm["metadata"]["annotations"] = json!({"meta.helm.sh/release-name": "x~y", "a/b": "c"});
    let mut recreate = deployment("recreate", 0);
    recreate["spec"]["strategy"] = json!({"type": "Recreate"});
    let mut on_delete = stateful_set("on-delete", 0);
    on_delete["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    let mut labelled = deployment("labelled", 0);
    labelled["spec"]["template"]["metadata"]["labels"]["example.com/tier"] = json!("back");
    vec![
        ("deploy/rng", deployment("rng", 1)),
        ("deploy/paused", paused),
        ("deploy/surge", surge),
        ("deploy/helm", helm),
        ("deploy/recreate", recreate),
        ("rs/set", replica_set("set", 1)),
        ("sts/cache", stateful_set("cache", 1)),
        ("sts/on-delete", on_delete),
        ("deploy/labelled", labelled),
    ]
}

/// The source, the patch and the result, all of one state of the source: its controller may be at work yet.
fn seen_at_rest(ns: &Namespace, target: &str, words: &str) -> (Value, Value, Value) {
    eventually(&format!("{target} is at rest"), || {
        let source = || ns.get(&format!("{target} --show-managed-fields"));
        let run = |output: &str| ns.cast(&format!("{target} {words} --dry-run=client -o {output}")).done().json();
        let (before, patch, result, after) = (source(), run("patch"), run("json"), source());
        (before == after).then_some((after, patch, result))
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_patch_turns_every_source_into_the_result() {
    let ns = Namespace::new();
    for (target, source) in sources() {
        ns.apply(&source);
        for words in ["", "--name other", "--every-node --node-selector a=b"] {
            let (source, patch, result) = seen_at_rest(&ns, target, words);
            let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
            let mut patched = source;
            json_patch::patch(&mut patched, &patch).unwrap_or_else(|error| panic!("{target}: {error}\n{patch}"));
            assert_eq!(patched, result, "{target} {words}");
        }
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_formats_show_the_same_object() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let yaml = ns.cast("rng --dry-run=client -o yaml").done().stdout;
    let json = ns.cast("rng --dry-run=client -o json").done().json();
    let of_yaml = ns.try_kubectl("create --dry-run=client --validate=false -o json -f -", &yaml).done().json();
    let of_json = ns.try_kubectl("create --dry-run=client --validate=false -o json -f -", &json.to_string()).done();
    assert_eq!(of_yaml, of_json.json());
    assert_eq!(json["kind"], "DaemonSet");
    assert_eq!(json["apiVersion"], "apps/v1");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_was_created_is_printed_as_the_server_has_it() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&deployment("hasher", 0));
    let created = ns.cast("rng -o json -q").done().json();
    assert_eq!(created["metadata"]["uid"], ns.get("ds/rng")["metadata"]["uid"]);
    ns.cast("hasher -o name").done().printed("daemonset.apps/hasher\n");
    let list = ns.cast("rng hasher -o json").done().json();
    assert_eq!(list["kind"], "List");
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let yaml = ns.cast("rng hasher -o yaml").done().stdout;
    assert!(yaml.contains("kind: List"), "{yaml}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let mut command = ns.command("bash");
    let script = format!("set -o pipefail; {} rng --dry-run=client -o yaml | head -n 1", super::tool::PROGRAM);
    command.args(["-c", &script]);
    let ended = Running::start(command, "").ended().done();
    assert_eq!(ended.stdout.lines().count(), 1, "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn colour_is_for_terminals_and_for_those_who_want_it() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = ns.command(super::tool::PROGRAM);
        command.args(["rng", "hasher"]).envs(variables.iter().copied());
        let ended = Running::start(command, "").ended();
        assert_eq!(ended.code(), Some(1), "{ended}");
        ended.stderr.contains('\u{1b}')
    };
    assert!(!coloured(&[]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("NO_COLOR", "1")]));
}
