//! Workloads that are set up otherwise, relabelled with no pod touched, and set up so afterwards.

use serde_json::{Value, json};

use super::judge::{Judge, workload};
use crate::harness::{Namespace, eventually};

/// What a person set in a workload.
fn settings(object: &Value) -> Value {
    let mut spec = object["spec"].clone();
    let fields = spec.as_object_mut().unwrap();
    fields.remove("selector");
    fields["template"]["metadata"].as_object_mut().unwrap().remove("labels");
    spec
}

/// Adds a label, changes one that a Service selects, and removes it, one after the other.
fn every_edit(judge: &Judge) {
    let before = settings(&judge.now());
    judge.relabelled("svc/app isactive=yes");
    judge.selects("isactive", Some("yes"));
    judge.relabelled("svc/tier tier=front --overwrite");
    judge.selects("tier", Some("front"));
    judge.relabelled("svc/tier tier-");
    judge.selects("tier", None);
    for (key, value) in [("isactive", Some("yes")), ("tier", None), ("app", Some("rng"))] {
        judge.has(key, value);
    }
    assert_eq!(settings(&judge.now()), before);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_surges() {
    let mut object = workload("ds");
    let surge = json!({"maxSurge": 1, "maxUnavailable": 0});
    object["spec"]["updateStrategy"] = json!({"type": "RollingUpdate", "rollingUpdate": surge});
    let judge = Judge::of("ds", &object);
    every_edit(&judge);
    judge.rolls_out_and_back();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn workloads_that_are_updated_by_hand() {
    for kind in ["ds", "sts"] {
        let mut object = workload(kind);
        object["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
        let judge = Judge::of(kind, &object);
        every_edit(&judge);
        let before = judge.uids();
        judge.ns.kubectl(&format!("set env {kind}/rng LATER=yes"));
        judge.settled();
        assert_eq!(judge.uids(), before, "they wait for a deletion");
        judge.ns.kubectl("delete pods --all");
        judge.settled();
        let pods = judge.ns.list("pods");
        assert!(pods.iter().all(|pod| pod.to_string().contains("LATER")), "{kind}");
        judge.has("isactive", Some("yes"));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_deployment_that_is_paused() {
    let judge = Judge::of("deploy", &workload("deploy"));
    judge.ns.kubectl("rollout pause deploy/rng");
    every_edit(&judge);
    let before = judge.uids();
    judge.ns.kubectl("set env deploy/rng LATER=yes");
    judge.settled();
    assert_eq!(judge.uids(), before, "it is still paused");
    judge.ns.kubectl("rollout resume deploy/rng");
    judge.ns.rolled_out("deploy/rng");
    assert!(judge.uids().is_disjoint(&before));
    judge.has("isactive", Some("yes"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_deployment_that_recreates_and_one_pod_only() {
    let mut object = workload("deploy");
    object["spec"]["strategy"] = json!({"type": "Recreate"});
    object["spec"]["replicas"] = json!(1);
    let judge = Judge::of("deploy", &object);
    every_edit(&judge);
    judge.rolls_out_and_back();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_whose_pods_start_at_once_from_another_ordinal_and_roll_out_in_part() {
    let mut object = workload("sts");
    object["spec"]["podManagementPolicy"] = json!("Parallel");
    object["spec"]["ordinals"] = json!({"start": 5});
    let partition = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    object["spec"]["updateStrategy"] = partition;
    let judge = Judge::of("sts", &object);
    every_edit(&judge);
    let before = judge.uids();
    judge.ns.kubectl("set env sts/rng LATER=yes");
    judge.ns.rolled_out("sts/rng");
    judge.settled();
    assert_eq!(judge.uids().intersection(&before).count(), 2, "one of three is a new one");
    assert!(judge.ns.get("pod/rng-7").to_string().contains("LATER"));
    judge.ns.kubectl("rollout undo sts/rng");
    // Two pods are of that revision anyway, which is enough for a rollout in part to be over.
    let is_back = || !judge.ns.get("pod/rng-7").to_string().contains("LATER");
    eventually("the pod is as it was", || (judge.ns.has("pod/rng-7") && is_back()).then_some(()));
    judge.settled();
    assert_eq!(judge.uids().intersection(&before).count(), 2, "and so it is again");
    judge.has("isactive", Some("yes"));
}

/// A volume for each claim.
fn with_volumes(ns: &Namespace) {
    for ordinal in 0..3 {
        let claim = format!("data-rng-{ordinal}");
        let name = format!("{}-{claim}", ns.name());
        ns.create(&json!({
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": {"name": name, "labels": {"test": ns.name()}},
            "spec": {
                "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "storageClassName": "",
                "hostPath": {"path": "/none"}, "claimRef": {"namespace": ns.name(), "name": claim},
            },
        }));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_keeps_its_claims() {
    let mut object = workload("sts");
    let request = json!({"requests": {"storage": "1Gi"}});
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": request, "storageClassName": ""});
    object["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}, "spec": spec}]);
    object["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({"whenDeleted": "Delete", "whenScaled": "Delete"});
    let ns = Namespace::new();
    with_volumes(&ns);
    let judge = Judge::inside(ns, "sts", &object);
    let uids = |judge: &Judge| -> Vec<Value> {
        judge.ns.list("pvc").iter().map(|claim| claim["metadata"]["uid"].clone()).collect()
    };
    let before = uids(&judge);
    assert_eq!(before.len(), 3);
    every_edit(&judge);
    assert_eq!(uids(&judge), before);
    let owner = judge.now()["metadata"]["uid"].clone();
    for claim in judge.ns.list("pvc") {
        assert_eq!(claim["metadata"]["ownerReferences"][0]["uid"], owner, "{claim}");
        assert_eq!(claim["metadata"]["ownerReferences"].as_array().unwrap().len(), 1, "{claim}");
    }
    judge.rolls_out_and_back();
    assert_eq!(uids(&judge), before);
}
