//! Whoever manages the source is named: it would bring it back, or take the daemon set for its own.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::deployment;

fn warned(change: impl FnOnce(&Namespace, &mut Value), words: &str) -> String {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    change(&ns, &mut source);
    ns.create(&source);
    let ended = ns.cast(&format!("rng --dry-run=client {words}")).done();
    ended.stderr.lines().filter(|line| line.starts_with("  warn ")).collect()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn helm_is_named() {
    let helm = |_: &Namespace, source: &mut Value| {
        source["metadata"]["annotations"] = json!({"meta.helm.sh/release-name": "web"});
    };
    assert!(warned(helm, "").contains("deployment.apps/rng is managed by Helm release web, which does not know"));
    assert!(warned(helm, "--replace").contains("managed by Helm release web, which will bring it back"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn argo_cd_is_named() {
    let tracked = |_: &Namespace, source: &mut Value| {
        source["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:web/rng"});
    };
    assert!(warned(tracked, "").contains("managed by Argo CD application shop"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn argo_cd_that_tracks_by_label_is_named_where_it_is_at_work() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    source["metadata"]["labels"]["app.kubernetes.io/instance"] = json!("shop");
    let text = source.to_string();
    ns.try_kubectl("apply --server-side --field-manager=argocd-controller -f -", &text).done();
    source["metadata"]["name"] = json!("hasher");
    ns.create(&source);
    let pruned = "Argo CD tracks by the label app.kubernetes.io/instance";
    ns.cast("rng --dry-run=client").done().said(&[pruned, "managed by Argo CD"]);
    ns.cast("hasher --dry-run=client").done().not_said(&["Argo CD"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn flux_is_named() {
    let flux = |_: &Namespace, source: &mut Value| {
        source["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/name"] = json!("apps");
        source["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/namespace"] = json!("flux-system");
    };
    assert!(warned(flux, "").contains("managed by Flux kustomize apps"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_owner_is_named() {
    let owned = |ns: &Namespace, source: &mut Value| {
        let uid = ns.get("serviceaccount/default")["metadata"]["uid"].clone();
        source["metadata"]["ownerReferences"] = json!([{
            "apiVersion": "v1", "kind": "ServiceAccount", "name": "default", "uid": uid, "controller": true,
        }]);
    };
    assert!(warned(owned, "--replace").contains("managed by ServiceAccount default, which will bring it back"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn nobody_is_named_where_nobody_manages() {
    let labelled = |_: &Namespace, source: &mut Value| {
        source["metadata"]["labels"]["app.kubernetes.io/instance"] = json!("shop");
    };
    assert_eq!(warned(labelled, "--replace"), "");
}
