//! What is refused: each with its reason and a hint, and nothing written.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, replica_set, service, stateful_set};
use crate::harness::{Namespace, eventually};

/// Casts the source, with and without `--replace`: it is refused for the reason, and the hint is given.
fn refuses(ns: &Namespace, target: &str, reason: &str, hint: &str) {
    for words in ["", "--replace", "--dry-run=client", "--dry-run=server", "--explain"] {
        let ended = ns.cast(&format!("{target} {words}")).refused().printed("");
        let ended = ended.said(&[&format!("error: {target} cannot be cast: {reason}")]);
        assert!(ended.stderr.contains(&format!("hint: {hint}")), "{ended}");
    }
    assert_eq!(ns.list("ds").len(), 0);
    assert!(ns.has(target));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_with_claims_of_its_own_is_refused() {
    let ns = Namespace::new();
    let mut source = stateful_set("db", 0);
    source["spec"]["volumeClaimTemplates"] = json!([{
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }]);
    ns.create(&source);
    refuses(&ns, "statefulset.apps/db", "it has volumeClaimTemplates", "use a hostPath or ephemeral volume");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_with_a_partition_is_refused() {
    let ns = Namespace::new();
    let mut source = stateful_set("db", 0);
    source["spec"]["updateStrategy"] = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    ns.create(&source);
    refuses(&ns, "statefulset.apps/db", "its updateStrategy has partition 2", "finish the rollout first");
}

/// Deployments, `ReplicaSets` and `StatefulSets` cannot have another restart policy on a live cluster, nor an empty
/// selector; what can be had there is a deadline, on a `ReplicaSet`'s template in some versions.
#[test]
#[ignore = "needs a cluster: make test"]
fn what_the_server_itself_refuses_needs_no_refusal_here() {
    let ns = Namespace::new();
    let broken: [(&str, Value); 3] = [
        ("/spec/template/spec/restartPolicy", json!("Never")),
        ("/spec/selector", json!({})),
        ("/spec/template/metadata/labels", json!({"app": "other"})),
    ];
    for (pointer, value) in broken {
        for mut source in [deployment("x", 0), replica_set("x", 0), stateful_set("x", 0)] {
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            source.pointer_mut(parent).unwrap()[field] = value.clone();
            let ended = ns.try_kubectl("create --dry-run=server -f -", &source.to_string());
            assert_eq!(ended.code(), Some(1), "{ended}");
        }
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_source_that_is_being_deleted_is_refused() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    source["metadata"]["finalizers"] = json!(["example.com/hold"]);
    ns.create(&source);
    ns.kubectl("delete deploy/rng --wait=false");
    for words in ["", "--replace", "--dry-run=client", "--explain"] {
        let ended = ns.cast(&format!("rng {words}")).refused().printed("");
        ended.said(&["error: deployment.apps/rng is being deleted", "hint: "]);
    }
    assert!(!ns.has("ds/rng"));
    ns.patch("deploy/rng", &json!({"metadata": {"finalizers": null}}));
}

/// A policy by which nobody deletes the namespace's Deployments: so it goes on being a namespace that is terminating.
fn keep_deployments(ns: &Namespace) {
    let metadata = json!({"name": ns.name(), "labels": {"test": ns.name()}});
    let api = "admissionregistration.k8s.io/v1";
    let rule =
        json!({"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["DELETE"], "resources": ["deployments"]});
    let selector = json!({"matchLabels": {"kubernetes.io/metadata.name": ns.name()}});
    ns.create(&json!({
        "apiVersion": api, "kind": "ValidatingAdmissionPolicy", "metadata": metadata,
        "spec": {
            "matchConstraints": {"resourceRules": [rule], "namespaceSelector": selector},
            "validations": [{"expression": "false", "message": "deployments are kept here"}],
        },
    }));
    ns.create(&json!({
        "apiVersion": api, "kind": "ValidatingAdmissionPolicyBinding", "metadata": metadata,
        "spec": {"policyName": ns.name(), "validationActions": ["Deny"]},
    }));
    eventually("the policy is in force", || {
        let ended = ns.try_kubectl("delete deploy/rng --dry-run=server", "");
        ended.stderr.contains("are kept here").then_some(())
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_namespace_that_is_terminating_is_said() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    keep_deployments(&ns);
    ns.kubectl(&format!("delete namespace {} --wait=false", ns.name()));
    for words in ["", "-q", "--replace", "--dry-run=server"] {
        let ended = ns.cast(&format!("rng {words}")).refused().printed("");
        ended.said(&["cannot create daemonset.apps/rng", "being terminated", "hint: ", "choose another with -n"]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_admission_refuses_is_known_before_the_first_write() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    keep_deployments(&ns);
    let ended = ns.cast("rng --replace").refused().printed("");
    ended.said(&["error: cannot delete deployment.apps/rng", "deployments are kept here"]);
    assert!(!ns.has("ds/rng"), "the daemon set is not begun");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_that_a_deployment_would_make_anew_is_not_replaced() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let set = eventually("there is a replica set", || {
        let sets = ns.list("rs");
        sets.first().map(|set| set["metadata"]["name"].as_str().unwrap().to_owned())
    });
    let ended = ns.cast(&format!("rs/{set} --replace")).refused().printed("");
    ended.said(&[
        "belongs to deployment.apps/rng, which would make it anew",
        "hint: kubectl ds-cast deploy/rng --replace",
    ]);
    assert!(!ns.has(&format!("ds/{set}")));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn two_sources_of_one_name_are_refused() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&replica_set("rng", 0));
    ns.cast("deploy/rng rs/rng").refused().printed("").said(&["would become daemonset.apps/rng", "--name"]);
    ns.create(&deployment("hasher", 0));
    ns.cast("rng hasher --name one").refused().printed("").said(&["would become daemonset.apps/one"]);
    assert_eq!(ns.list("ds").len(), 0);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_name_that_the_server_refuses_is_said_as_the_server_says_it() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("rng --name -x").refused();
    ns.cast("rng --name a_b").refused().said(&["a_b"]);
    ns.create(&service("rng"));
    assert_eq!(ns.list("ds").len(), 0);
}
