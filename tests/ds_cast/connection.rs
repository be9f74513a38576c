//! Which cluster, as whom, and how: the flags that kubectl has.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::tool::{Cast as _, PROGRAM};
use crate::harness::manifests::deployment;
use crate::harness::{Caller, Ended, Namespace, Running, may, settings};

fn rng() -> Namespace {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns
}

/// Runs it where nothing but the words says which cluster is meant.
fn bare(ns: &Namespace, words: &str) -> Ended {
    let mut command = ns.command(PROGRAM);
    command.args(words.split_whitespace()).env_remove("KUBECONFIG").env("HOME", ns.folder());
    Running::start(command, "").ended()
}

/// A caller with a changed kubeconfig.
fn changed(ns: &Namespace, change: impl FnOnce(&mut Value)) -> Caller {
    let mut kubeconfig: Value = serde_json::from_str(&std::fs::read_to_string(ns.kubeconfig()).unwrap()).unwrap();
    change(&mut kubeconfig);
    Caller::with(&kubeconfig, ns.folder().join("changed"))
}

fn server() -> &'static str {
    settings::kubeconfig()["clusters"][0]["cluster"]["server"].as_str().unwrap()
}

const SHOW: &str = "rng --dry-run=client -o name";

#[test]
#[ignore = "needs a cluster: make test"]
fn a_kubeconfig_can_be_named() {
    let ns = rng();
    let done = bare(&ns, &format!("{SHOW} --kubeconfig {}", ns.kubeconfig().display()));
    done.done().printed("daemonset.apps/rng\n");
    bare(&ns, SHOW).refused().said(&["no cluster is configured", "hint: "]);
    bare(&ns, &format!("{SHOW} --kubeconfig /no/such/file")).refused().said(&["/no/such/file"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_context_a_cluster_and_a_user_can_be_chosen() {
    let ns = rng();
    let caller = changed(&ns, |kubeconfig| {
        kubeconfig["contexts"][0]["name"] = json!("right");
        kubeconfig["contexts"].as_array_mut().unwrap().push(json!({
            "name": "wrong", "context": {"cluster": "wrong", "user": "wrong", "namespace": ns.name()},
        }));
        let unreachable = json!({"name": "wrong", "cluster": {"server": "https://127.0.0.1:1"}});
        kubeconfig["clusters"].as_array_mut().unwrap().push(unreachable);
        kubeconfig["users"].as_array_mut().unwrap().push(json!({"name": "wrong", "user": {"token": "wrong"}}));
        kubeconfig["current-context"] = json!("wrong");
    });
    caller.cast(SHOW).refused();
    caller.cast(&format!("{SHOW} --context right")).done().printed("daemonset.apps/rng\n");
    let names = ["clusters", "users"].map(|list| settings::kubeconfig()[list][0]["name"].as_str().unwrap());
    caller.cast(&format!("{SHOW} --cluster {} --user {}", names[0], names[1])).done();
    caller.cast(&format!("{SHOW} --context right --user wrong")).refused();
    for flag in ["context", "cluster", "user"] {
        let ended = caller.cast(&format!("{SHOW} --{flag} none")).refused();
        ended.said(&[&format!("the kubeconfig has no {flag} \"none\""), "hint: "]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_namespace_can_be_chosen() {
    let ns = rng();
    let elsewhere = changed(&ns, |kubeconfig| kubeconfig["contexts"][0]["context"]["namespace"] = json!("default"));
    elsewhere.cast(SHOW).refused().said(&["not found in namespace default"]);
    elsewhere.cast(&format!("{SHOW} -n {}", ns.name())).done();
    elsewhere.cast(&format!("{SHOW} --namespace={}", ns.name())).done();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn somebody_can_be_impersonated() {
    let ns = rng();
    ns.account("reader", &[may("get", "deployments daemonsets")]);
    let reader = ns.user("reader");
    ns.cast(&format!("{SHOW} -q --as {reader}")).done();
    ns.cast(&format!("rng -q --as {reader}")).refused().said(&[&format!("User \"{reader}\" cannot create")]);
    ns.cast(&format!("rng -q --as {reader} --as-group system:masters --as-uid 7")).done();
    ns.cast("rng --as nobody").refused().said(&["User \"nobody\" cannot get"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_server_and_a_token_are_enough() {
    let ns = rng();
    let token = ns.token("caster", &[may("*", "*")]);
    let flags = format!("--server {} --token {token} -n {}", server(), ns.name());
    let ended = bare(&ns, &format!("{SHOW} {flags}")).refused();
    assert!(ended.stderr.to_lowercase().contains("certificate"), "{ended}");
    bare(&ns, &format!("{SHOW} {flags} --insecure-skip-tls-verify")).done().printed("daemonset.apps/rng\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn certificates_can_be_named() {
    let ns = rng();
    let file = |list: &str, part: &str, field: &str| {
        let data = settings::kubeconfig()[list][0][part][format!("{field}-data")].as_str()?;
        let path = ns.folder().join(field);
        let mut command = std::process::Command::new("base64");
        command.arg("-d");
        std::fs::write(&path, Running::start(command, data).ended().done().stdout).unwrap();
        Some(format!(" --{field} {}", path.display()))
    };
    let flags = [
        ("clusters", "cluster", "certificate-authority"),
        ("users", "user", "client-certificate"),
        ("users", "user", "client-key"),
    ];
    let flags: Option<String> = flags.into_iter().map(|(list, part, field)| file(list, part, field)).collect();
    // Another cluster may know its users by other means.
    let Some(flags) = flags else { return };
    let flags = format!("--server {} -n {}{flags}", server(), ns.name());
    bare(&ns, &format!("{SHOW} {flags}")).done().printed("daemonset.apps/rng\n");
    bare(&ns, &format!("{SHOW} {flags} --tls-server-name other.example")).refused().said(&["other.example"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_server_that_never_answers_is_given_up_on() {
    let ns = rng();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for scheme in ["http", "https"] {
        let address = format!("{scheme}://{}", silent.local_addr().unwrap());
        for words in ["rng", "rng --replace", "--undo ds/rng", "--all"] {
            let ended = ns.cast(&format!("{words} --server {address} --request-timeout 1s")).refused();
            ended.said(&["no answer within", "--request-timeout", "hint: "]);
        }
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_server_that_is_not_there_is_said() {
    let ns = rng();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [format!("https://{gone}"), "https://no-such-host.invalid".to_owned()] {
        let ended = ns.cast(&format!("rng --server {address}")).refused().printed("");
        ended.said(&["error: cannot get deployment.apps/rng", "caused by: ", "hint: is the cluster up"]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_wrong_token_is_said() {
    let ns = rng();
    let ended = ns.caller("nobody", "wrong").cast("rng").refused().printed("");
    ended.said(&["error: cannot get deployment.apps/rng", "Unauthorized", "hint: kubectl auth whoami"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn requests_are_named_from_level_six_on() {
    let ns = rng();
    let path = format!("{}/apis/apps/v1/namespaces/{}", server(), ns.name());
    for level in ["-v=6", "-v 6", "--v=8"] {
        let ended = ns.cast(&format!("rng --dry-run=server {level}")).done();
        ended.said(&[&format!("GET {path}/deployments/rng 200 "), &format!("POST {path}/daemonsets?"), " 201 "]);
    }
    ns.cast("rng --dry-run=server -v=5").done().not_said(&["GET "]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_the_server_warns_of_is_passed_on() {
    let ns = rng();
    ns.kubectl(&format!("label namespace {} pod-security.kubernetes.io/warn=restricted", ns.name()));
    ns.cast("rng").done().said(&["Warning: would violate PodSecurity \"restricted:latest\""]);
}
