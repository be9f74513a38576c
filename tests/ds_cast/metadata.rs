//! What of the source's metadata the result has.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::deployment;

/// A Deployment with every mark that a manager leaves.
fn managed() -> Value {
    let mut source = deployment("rng", 0);
    source["metadata"]["labels"] = json!({
        "app": "rng",
        "app.kubernetes.io/instance": "web",
        "app.kubernetes.io/managed-by": "Helm",
        "applyset.kubernetes.io/part-of": "applyset-1",
        "kustomize.toolkit.fluxcd.io/name": "apps",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    });
    source["metadata"]["annotations"] = json!({
        "team": "rng@example.com",
        "meta.helm.sh/release-name": "web",
        "meta.helm.sh/release-namespace": "web",
        "argocd.argoproj.io/tracking-id": "web:apps/Deployment:web/rng",
        "deployment.kubernetes.io/revision": "7",
    });
    source["metadata"]["finalizers"] = json!(["example.com/hold"]);
    source
}

fn keys(map: &Value) -> Vec<&str> {
    map.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn marks_by_which_managers_track_the_source_are_dropped_and_said() {
    let ns = Namespace::new();
    ns.apply(&managed());
    let ended = ns.cast("rng").done();
    let cast = ns.get("ds/rng");
    assert_eq!(cast["metadata"]["labels"], json!({"app": "rng", "app.kubernetes.io/instance": "web"}));
    let annotations = &cast["metadata"]["annotations"];
    assert_eq!(keys(annotations), ["deprecated.daemonset.template.generation", "kube-recast/undo", "team"]);
    assert_eq!(annotations["deprecated.daemonset.template.generation"], "1");
    assert!(cast["metadata"]["finalizers"].is_null() && cast["metadata"]["ownerReferences"].is_null(), "{cast}");
    ended
        .said(&["annotation meta.helm.sh/release-name", "annotation argocd.argoproj.io/tracking-id"])
        .said(&["label kustomize.toolkit.fluxcd.io/name", "label applyset.kubernetes.io/part-of"])
        .said(&["label app.kubernetes.io/managed-by"]);
    ns.patch("deploy/rng", &json!({"metadata": {"finalizers": null}}));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn managed_by_something_else_than_helm_stays() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    source["metadata"]["labels"]["app.kubernetes.io/managed-by"] = json!("people");
    ns.create(&source);
    ns.cast("rng").done();
    assert_eq!(ns.get("ds/rng")["metadata"]["labels"]["app.kubernetes.io/managed-by"], "people");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_fields_belong_to_the_field_manager() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("rng").done();
    ns.cast("rng --name other --field-manager somebody").done();
    for (name, manager) in [("rng", "recast"), ("other", "somebody")] {
        let text = ns.kubectl(&format!("get ds/{name} -o json --show-managed-fields"));
        let object: Value = serde_json::from_str(&text).unwrap();
        let fields = object["metadata"]["managedFields"].as_array().unwrap();
        let of_spec = fields.iter().filter(|entry| entry["subresource"].is_null());
        let managers: Vec<_> = of_spec.map(|entry| entry["manager"].as_str().unwrap()).collect();
        assert_eq!(managers, [manager], "{text}");
    }
}
