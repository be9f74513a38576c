//! `--explain`: the commands that it prints, typed in a shell, do what the tool does.

use serde_json::{Value, json};

use super::tool::Cast as _;
use super::undo::own;
use crate::harness::manifests::{daemon_set, deployment, replica_set, service, stateful_set};
use crate::harness::{Namespace, Running};

/// All workloads of a namespace, as their manifests would say.
fn workloads(ns: &Namespace) -> Vec<Value> {
    let all = ns.list("deployments,statefulsets,daemonsets,replicasets").into_iter().map(own);
    // What a Deployment makes has a name that nobody can foresee.
    let made = |object: &Value| object["metadata"]["ownerReferences"].is_array();
    let named = all.filter(|object| !made(object)).map(|mut object| {
        object["metadata"].as_object_mut().unwrap().remove("namespace");
        object
    });
    named.collect()
}

fn prepared(objects: &[Value], first: &str) -> Namespace {
    let ns = Namespace::new();
    for object in objects {
        ns.create(object);
    }
    for object in objects.iter().filter(|object| object["kind"] != "Service" && object["kind"] != "ReplicaSet") {
        let kind = object["kind"].as_str().unwrap().to_lowercase();
        if object["spec"]["updateStrategy"]["type"] != "OnDelete" && object["spec"]["paused"] != true {
            ns.rolled_out(&format!("{kind}/{}", object["metadata"]["name"].as_str().unwrap()));
        }
    }
    if !first.is_empty() {
        ns.cast(first).done();
    }
    ns
}

/// Types in one namespace what is explained there, lets the tool do it in another, and compares.
fn does_the_same(objects: &[Value], first: &str, words: &str) {
    let (typed, done) = (prepared(objects, first), prepared(objects, first));
    let explained = typed.cast(&format!("{words} --explain")).done();
    let mut shell = typed.command("sh");
    shell.args(["-e", "-s"]);
    Running::start(shell, &explained.stdout).ended().done();
    done.cast(words).done();
    assert_eq!(workloads(&typed), workloads(&done), "{words}\n{explained}");
    if words.contains("--replace") || words.contains("--undo") {
        assert!(explained.stdout.contains("kubectl delete "), "{explained}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_a_cast_do_the_same() {
    let mut source = deployment("rng", 1);
    source["spec"]["template"]["spec"]["containers"][0]["args"] =
        json!(["it's", "$HOME", "`id`", "a\nEOF\nb", "y", "0400", "\"q\""]);
    does_the_same(&[source, service("rng")], "", "rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_a_cast_with_every_flag_do_the_same() {
    let words = "rng --name other --every-node --node-selector kubernetes.io/os=linux --field-manager me";
    does_the_same(&[deployment("rng", 1)], "", words);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_a_replacement_do_the_same() {
    does_the_same(&[deployment("rng", 2), service("rng")], "", "rng --replace");
    does_the_same(&[deployment("rng", 2)], "rng", "rng --replace");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_the_replacement_of_other_kinds_do_the_same() {
    does_the_same(&[stateful_set("cache", 1)], "", "sts/cache --replace");
    does_the_same(&[replica_set("set", 2)], "", "rs/set --replace");
    let mut on_delete = stateful_set("cache", 1);
    on_delete["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    does_the_same(&[on_delete], "", "sts/cache --replace");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_the_replacement_of_a_paused_deployment_do_the_same() {
    let mut paused = deployment("rng", 1);
    paused["spec"]["paused"] = json!(true);
    does_the_same(&[paused], "", "rng --replace");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_an_undo_do_the_same() {
    does_the_same(&[deployment("rng", 2)], "rng --replace", "--undo ds/rng");
    does_the_same(&[deployment("rng", 1)], "rng", "--undo ds/rng");
    does_the_same(&[daemon_set("rng")], "", "--undo ds/rng --replicas 2");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_of_an_undo_to_other_kinds_do_the_same() {
    does_the_same(&[replica_set("set", 1)], "rs/set --replace", "--undo ds/set");
    does_the_same(&[stateful_set("cache", 1)], "sts/cache --replace", "--undo ds/cache");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn each_step_says_why() {
    let ns = prepared(&[deployment("rng", 1)], "");
    let explained = ns.cast("rng --replace --explain").done().stdout;
    let steps: Vec<&str> = explained.lines().filter(|line| line.starts_with("# ")).collect();
    assert_eq!(steps.len(), 3, "{explained}");
    assert!(steps[0].starts_with("# 1. create daemonset.apps/rng: "), "{explained}");
    assert!(steps[1].starts_with("# 2. wait: for daemonset.apps/rng to be ready on every node"), "{explained}");
    assert!(steps[2].starts_with("# 3. delete deployment.apps/rng: "), "{explained}");
    ns.cast("rng").done();
    assert!(ns.cast("rng --explain").done().stdout.starts_with("# nothing to do"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_commands_reach_the_cluster_that_the_flags_named() {
    let ns = prepared(&[deployment("rng", 1)], "");
    let flags = format!("-n {} --kubeconfig {}", ns.name(), ns.kubeconfig().display());
    let explained = ns.cast(&format!("rng --replace --explain {flags}")).done().stdout;
    let mut shell = ns.command("sh");
    shell.args(["-e", "-s"]).env("KUBECONFIG", "/dev/null").env("HOME", ns.folder());
    Running::start(shell, &explained).ended().done();
    assert!(ns.has("ds/rng") && !ns.has("deploy/rng"));
}
