//! What is secret is not said: neither tokens nor the values of variables.

use serde_json::json;

use super::tool::Cast as _;
use crate::harness::manifests::deployment;
use crate::harness::{Namespace, may};

const SECRET: &str = "hunter2-secret";

#[test]
#[ignore = "needs a cluster: make test"]
fn the_value_of_a_variable_is_never_talked_about() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 1);
    source["spec"]["template"]["spec"]["containers"][0]["env"] = json!([{"name": "PASSWORD", "value": SECRET}]);
    ns.apply(&source);
    for words in ["rng -v=9", "rng --dry-run=server", "rng --replace -v=9"] {
        ns.cast(words).done().hides(&[SECRET]);
    }
    ns.apply(&source);
    ns.kubectl(&format!("set env ds/rng PASSWORD={SECRET}-changed MORE={SECRET}-more"));
    let ended = ns.cast("rng").refused().hides(&[SECRET]);
    ended.said(&["exists already and differs"]);
    ns.cast("--undo ds/rng").refused().hides(&[SECRET]);
    ns.kubectl("delete deploy/rng");
    ns.cast("--undo ds/rng").done().hides(&[SECRET]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_container_that_came_since_shows_no_variables() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.cast("rng --replace").done();
    let sidecar = json!([{"op": "add", "path": "/spec/template/spec/containers/-", "value": {
        "name": "sidecar", "image": "registry.k8s.io/pause:3.10", "env": [{"name": "PASSWORD", "value": SECRET}]}}]);
    ns.kubectl_with("patch ds/rng --type=json -p", &sidecar.to_string());
    ns.cast("--undo ds/rng").done().hides(&[SECRET]).said(&["containers"]);
    assert_eq!(ns.get("deploy/rng")["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 2);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_token_is_never_printed() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let token = ns.token("caster", &[may("*", "*")]);
    let nobody = ns.caller("nobody", "none");
    for words in ["-v=9", "--explain", "--replace --explain -v=9", "--dry-run=client -o yaml", "--replace -v=9"] {
        nobody.cast(&format!("rng {words} --token {token}")).done().hides(&[&token]);
    }
    let wrong = "eyJhbGciOiJSUzI1NiJ9.wrong.token";
    nobody.cast(&format!("rng -v=9 --token {wrong}")).refused().hides(&[wrong]);
}
