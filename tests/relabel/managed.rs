//! What somebody else manages, and what a workload keeps when it is made anew.

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment};
use crate::harness::{Caller, Ended, Namespace, Pods, eventually};

fn marker(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
}

/// A reference to an owner.
fn reference(object: &Value, controller: bool) -> Value {
    json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"], "controller": controller,
        "name": object["metadata"]["name"], "uid": object["metadata"]["uid"],
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_has_a_finalizer_of_others_is_not_deleted() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.patch("ds/rng", &json!({"metadata": {"finalizers": ["example.com/held"]}}));
    ns.rolled_out("ds/rng");
    let before = ns.kubectl("get ds,pods,secrets -o json");
    ns.relabel("ds/rng on=yes").refused().printed("").said(&[
        "error: daemonset.apps/rng has finalizers of others: example.com/held\n",
        "hint: kubectl relabel ds/rng on=yes --keep-selector makes nothing anew\n",
    ]);
    assert_eq!(ns.kubectl("get ds,pods,secrets -o json"), before);
    let pods = Pods::watched(&ns);
    ns.relabel("ds/rng on=yes --keep-selector").done();
    pods.are_untouched();
    assert_eq!(ns.get("ds/rng")["metadata"]["finalizers"], json!(["example.com/held"]));
    ns.patch("ds/rng", &json!({"metadata": {"finalizers": null}}));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_heals_itself_is_recreated_only_if_somebody_insists() {
    let ns = Namespace::new();
    let owner = ns.create(&marker("operator"));
    for (name, metadata, manager) in [
        (
            "argo",
            json!({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/DaemonSet:web/argo"}}),
            "Argo CD application shop",
        ),
        (
            "flux",
            json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux"}}),
            "Flux kustomize apps",
        ),
        ("owned", json!({"ownerReferences": [reference(&owner, true)]}), "ConfigMap operator"),
    ] {
        let mut set = daemon_set(name);
        set["metadata"].as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
        ns.create(&set);
        ns.rolled_out(&format!("ds/{name}"));
        let uid = ns.get(&format!("ds/{name}"))["metadata"]["uid"].clone();
        let text =
            format!("error: daemonset.apps/{name} is managed by {manager}, which would make the old one again\n");
        let ended = ns.relabel(&format!("ds/{name} on=yes")).refused().printed("").said(&[&text]);
        let hint = match name {
            "owned" => {
                "hint: set the label where ConfigMap operator takes it from, or insist with --allow-managed\n".into()
            }
            _ => format!("hint: kubectl relabel -f FILE ds/{name} on=yes, or insist with --allow-managed\n"),
        };
        ended.said(&[&hint]);
        assert_eq!(ns.get(&format!("ds/{name}"))["metadata"]["uid"], uid, "it stays");
        ns.relabel(&format!("ds/{name} on=yes --allow-managed")).done().said(&[manager]);
        let after = ns.get(&format!("ds/{name}"));
        assert_ne!(after["metadata"]["uid"], uid);
        for (field, value) in metadata.as_object().unwrap() {
            match value {
                Value::Array(_) => assert_eq!(after["metadata"][field], *value),
                _ => value.as_object().unwrap().iter().for_each(|(key, value)| {
                    assert_eq!(after["metadata"][field][key], *value, "{name} {key}");
                }),
            }
        }
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_helm_release_is_named_and_goes_on() {
    let ns = Namespace::new();
    let mut set = daemon_set("rng");
    set["metadata"]["annotations"] =
        json!({"meta.helm.sh/release-name": "coins", "meta.helm.sh/release-namespace": "web"});
    set["metadata"]["labels"]["app.kubernetes.io/managed-by"] = json!("Helm");
    ns.create(&set);
    ns.rolled_out("ds/rng");
    ns.relabel("ds/rng on=yes").done().said(&[
        "daemonset.apps/rng is managed by Helm release coins, whose next change is refused until its manifest says the same: \
         kubectl relabel -f FILE ds/rng on=yes\n",
    ]);
    let after = ns.get("ds/rng");
    assert_eq!(after["metadata"]["annotations"]["meta.helm.sh/release-name"], "coins");
    assert_eq!(after["metadata"]["labels"], set["metadata"]["labels"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_a_workload_is_known_by_and_what_belongs_to_it_stays() {
    for (target, mut workload) in [("ds/rng", daemon_set("rng")), ("deploy/rng", deployment("rng", 2))] {
        let ns = Namespace::new();
        let above = ns.create(&marker("above"));
        workload["metadata"]["labels"] = json!({"app": "rng", "team": "a"});
        workload["metadata"]["annotations"] = json!({"note": "keep me", "empty": ""});
        workload["metadata"]["ownerReferences"] = json!([reference(&above, false)]);
        let before = ns.create(&workload);
        ns.rolled_out(target);
        let mut below = marker("below");
        below["metadata"]["ownerReferences"] = json!([reference(&before, false), reference(&above, false)]);
        ns.create(&below);
        let pods = Pods::watched(&ns);
        ns.relabel(&format!("{target} on=yes")).done();
        let after = ns.get(target);
        assert_ne!(after["metadata"]["uid"], before["metadata"]["uid"]);
        for field in ["labels", "ownerReferences", "finalizers"] {
            assert_eq!(after["metadata"][field], before["metadata"][field], "{target} {field}");
        }
        for key in ["note", "empty"] {
            assert_eq!(after["metadata"]["annotations"][key], workload["metadata"]["annotations"][key], "{target}");
        }
        let references = ns.get("cm/below")["metadata"]["ownerReferences"].clone();
        let uids: Vec<&Value> = references.as_array().unwrap().iter().map(|reference| &reference["uid"]).collect();
        assert_eq!(uids.len(), 2, "{references}");
        assert!(uids.contains(&&after["metadata"]["uid"]), "{target}: {references}");
        pods.are_untouched();
    }
}

fn server_side(ns: &Caller, manager: &str, object: &Value) -> Ended {
    ns.try_kubectl(&format!("apply --server-side --field-manager={manager} -f -"), &object.to_string())
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_applied_the_fields_applies_them_again_without_conflict() {
    for (target, workload) in [("ds/rng", daemon_set("rng")), ("deploy/rng", deployment("rng", 2))] {
        let ns = Namespace::new();
        server_side(&ns, "team", &workload).done();
        ns.rolled_out(target);
        let pods = Pods::watched(&ns);
        ns.relabel(&format!("{target} on=yes")).done().said(&["team (server-side apply)"]);
        let mut labelled = workload.clone();
        labelled["spec"]["selector"]["matchLabels"]["on"] = json!("yes");
        labelled["spec"]["template"]["metadata"]["labels"]["on"] = json!("yes");
        server_side(&ns, "team", &labelled).done();
        let refused = server_side(&ns, "team", &workload);
        assert_ne!(refused.code(), Some(0), "the old manifest cannot be right any more: {refused}");
        refused.said(&["immutable"]);
        pods.are_untouched();
        ns.rolled_out(target);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_applies_on_the_client_goes_on_with_the_new_manifest() {
    let ns = Namespace::new();
    let set = daemon_set("rng");
    ns.apply(&set);
    ns.rolled_out("ds/rng");
    let pods = Pods::watched(&ns);
    ns.relabel("ds/rng on=yes").done();
    assert_eq!(ns.apply(&set), "daemonset.apps/rng unchanged\n", "the old manifest does not know the label");
    let mut labelled = set.clone();
    labelled["spec"]["selector"]["matchLabels"]["on"] = json!("yes");
    labelled["spec"]["template"]["metadata"]["labels"]["on"] = json!("yes");
    ns.apply(&labelled);
    assert_eq!(ns.apply(&labelled), "daemonset.apps/rng unchanged\n");
    let refused = ns.try_kubectl("apply -f -", &set.to_string());
    assert_ne!(refused.code(), Some(0), "{refused}");
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_rollout_in_progress_is_refused_or_waited_for() {
    for (target, mut workload) in [("deploy/rng", deployment("rng", 2)), ("ds/rng", daemon_set("rng"))] {
        let ns = Namespace::new();
        ns.create(&workload);
        ns.rolled_out(target);
        workload["spec"]["template"]["metadata"]["annotations"] = json!({"test.recast/ready-after": "3s"});
        ns.patch(target, &json!({"spec": {"template": workload["spec"]["template"]}}));
        eventually("it is seen", || {
            let object = ns.get(target);
            (object["status"]["observedGeneration"] == object["metadata"]["generation"]).then_some(())
        });
        let name = ns.get(target)["kind"].as_str().unwrap().to_lowercase();
        ns.relabel(&format!("{target} on=yes")).refused().printed("").said(&[
            &format!("error: {name}.apps/rng is being rolled out: "),
            &format!("hint: kubectl relabel {target} on=yes --wait-rollout waits for that\n"),
        ]);
        let ended = ns.relabel(&format!("{target} on=yes --wait-rollout")).done();
        ended.said(&[&format!("waiting for the rollout of {name}.apps/rng to end: ")]);
        let pods = Pods::watched(&ns);
        assert!(ns.list("pods").iter().all(|pod| pod["metadata"]["labels"]["on"] == "yes"));
        ns.rolled_out(target);
        pods.are_untouched();
    }
}
