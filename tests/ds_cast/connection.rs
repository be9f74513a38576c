//! Which cluster, as whom, and how: the flags that kubectl has.

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
    let flags = format!("--server {} --token {token} -n {}", settings::server(), ns.name());
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
    let flags = format!("--server {} -n {}{flags}", settings::server(), ns.name());
    bare(&ns, &format!("{SHOW} {flags}")).done().printed("daemonset.apps/rng\n");
    bare(&ns, &format!("{SHOW} {flags} --tls-server-name other.example")).refused().said(&["other.example"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_program_can_provide_the_credentials() {
    let ns = rng();
    let token = ns.token("caster", &[may("*", "*")]);
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token},
    });
    let caller = changed(&ns, |kubeconfig| {
        kubeconfig["users"][0]["user"] = json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
            "command": "echo", "args": [credential.to_string()],
        }});
    });
    caller.cast("rng -q").done().printed("daemonset.apps/rng created\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_kubeconfig_can_be_spread_over_files() {
    let ns = rng();
    let users = ns.folder().join("users");
    let rest = changed(&ns, |kubeconfig| {
        let only = json!({"apiVersion": "v1", "kind": "Config", "users": kubeconfig["users"].take()});
        std::fs::write(&users, only.to_string()).unwrap();
        kubeconfig.as_object_mut().unwrap().remove("users");
    });
    let files = [rest.kubeconfig(), "/no/such/file".as_ref(), &users];
    let mut command = ns.command(PROGRAM);
    command.args(SHOW.split(' ')).env("KUBECONFIG", std::env::join_paths(files).unwrap());
    Running::start(command, "").ended().done().printed("daemonset.apps/rng\n");
}
