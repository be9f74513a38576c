//! What the server answers, or does not.

use std::net::TcpListener;

use super::tool::Cast as _;
use crate::harness::manifests::deployment;
use crate::harness::{Namespace, settings};

fn rng() -> Namespace {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns
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
    let path = format!("{}/apis/apps/v1/namespaces/{}", settings::server(), ns.name());
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
