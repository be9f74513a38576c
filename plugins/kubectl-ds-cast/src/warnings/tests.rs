#![allow(clippy::needless_pass_by_value, reason = "json!() literals read best by value")]

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::snapshot::Snapshot;
use serde_json::{Value, json};

use super::*;

fn source(metadata: Value) -> Object {
    let mut value = json!({
        "metadata": {"name": "rng", "uid": "s", "labels": {"app": "rng"}},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "rng"}},
            "template": {"metadata": {"labels": {"app": "rng"}}, "spec": {"containers": [{"name": "rng"}]}},
        },
    });
    value["metadata"].as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
    Object::new(value).unwrap()
}

/// The warnings about a source among other objects, on two nodes.
fn about(object: &Object, others: &[(Kind, Value)]) -> Vec<String> {
    let mut snapshot = Snapshot::default();
    for (kind, value) in others {
        snapshot.observe(*kind, Object::new(value.clone()).unwrap());
    }
    let placement = Placement { on: vec!["node-1".into(), "node-2".into()], off: vec![] };
    let subject = Subject {
        source: &ObjectId::new(Kind::Deployment, "web", "rng"),
        object,
        daemon_set: object.value(),
        placement: Some(&placement),
        replaced: false,
    };
    warnings(&subject, &snapshot)
}

fn one(lines: &[String], part: &str) {
    assert!(lines.len() == 1 && lines[0].contains(part), "{lines:?} should say {part}");
}

#[test]
fn a_plain_source_is_not_warned_about() {
    assert_eq!(about(&source(json!({})), &[]), Vec::<String>::new());
}

#[test]
fn who_manages_the_source_is_named() {
    let managed = |metadata: Value| about(&source(metadata), &[]);
    one(&managed(json!({"annotations": {"meta.helm.sh/release-name": "coins"}})), "Helm release coins");
    one(&managed(json!({"annotations": {"argocd.argoproj.io/tracking-id": "app:apps/x"}})), "Argo CD application app");
    one(&managed(json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}})), "Flux kustomize apps");
    let owner = |controller: bool| {
        managed(json!({"ownerReferences": [
            {"apiVersion": "x/v1", "kind": "Operated", "name": "o", "uid": "o", "controller": controller}
        ]}))
    };
    one(&owner(true), "Operated o");
    assert_eq!(owner(false), Vec::<String>::new());
}

#[test]
fn the_instance_label_counts_only_where_argo_cd_is_at_work() {
    let labelled = |manager: &str| {
        about(
            &source(json!({"labels": {"app.kubernetes.io/instance": "i"}, "managedFields": [{"manager": manager}]})),
            &[],
        )
    };
    assert_eq!(labelled("argocd-controller").len(), 2);
    assert_eq!(labelled("kubectl"), Vec::<String>::new());
}

#[test]
fn a_scaler_of_the_source_is_named() {
    let scaler = |kind: &str| {
        let target = json!({"metadata": {"name": "h"}, "spec": {"scaleTargetRef": {"kind": kind, "name": "rng"}}});
        about(&source(json!({})), &[(Kind::HorizontalPodAutoscaler, target)])
    };
    one(&scaler("Deployment"), "horizontalpodautoscaler/h");
    assert_eq!(scaler("StatefulSet"), Vec::<String>::new());
}

#[test]
fn a_budget_that_needs_a_scale_is_named() {
    let budget = |field: &str, value: Value, app: &str| {
        let mut spec = json!({"selector": {"matchLabels": {"app": app}}});
        spec[field] = value;
        about(&source(json!({})), &[(Kind::PodDisruptionBudget, json!({"metadata": {"name": "b"}, "spec": spec}))])
    };
    one(&budget("maxUnavailable", json!(1), "rng"), "poddisruptionbudget/b");
    one(&budget("minAvailable", json!("50%"), "rng"), "poddisruptionbudget/b");
    assert_eq!(budget("minAvailable", json!(1), "rng"), Vec::<String>::new());
    assert_eq!(budget("maxUnavailable", json!(1), "other"), Vec::<String>::new());
}

#[test]
fn orphans_that_it_would_adopt_are_named() {
    let pod = |metadata: Value| {
        let mut value = json!({"metadata": {"name": "p", "labels": {"app": "rng"}}});
        value["metadata"].as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
        let mut snapshot = Snapshot::default();
        snapshot.observe(Kind::Pod, Object::new(value).unwrap());
        orphans(&ObjectId::new(Kind::DaemonSet, "web", "rng"), source(json!({})).value(), &snapshot)
    };
    assert_eq!(pod(json!({})).unwrap(), "daemonset.apps/rng will adopt pods that have no owner: p");
    let owner = json!([{"apiVersion": "v1", "kind": "Job", "name": "j", "uid": "j", "controller": true}]);
    assert_eq!(pod(json!({"ownerReferences": owner})), None);
    assert_eq!(pod(json!({"labels": {"app": "other"}})), None);
}

#[test]
fn requests_that_grow_or_fit_no_node_are_said() {
    let mut value = source(json!({})).into_value();
    value["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "500m"}});
    let requesting = |value: &Value, cpu: &str| {
        let node = |name: &str| json!({"metadata": {"name": name}, "status": {"allocatable": {"cpu": cpu}}});
        let nodes = [(Kind::Node, node("node-1")), (Kind::Node, node("node-2"))];
        about(&Object::new(value.clone()).unwrap(), &nodes)
    };
    one(&requesting(&value, "4"), "requests grow from cpu 500m (pods: 1) to cpu 1");
    assert_eq!(requesting(&value, "250m").len(), 2);
    value["spec"]["replicas"] = json!(2);
    assert_eq!(requesting(&value, "4"), Vec::<String>::new());
}

#[test]
fn claims_ports_and_crowding_are_said() {
    let with = |pod: Value, others: &[(Kind, Value)]| {
        let mut value = source(json!({})).into_value();
        value["spec"]["template"]["spec"].as_object_mut().unwrap().extend(pod.as_object().unwrap().clone());
        about(&Object::new(value).unwrap(), others)
    };
    let claim = |mode: &str| {
        [(Kind::PersistentVolumeClaim, json!({"metadata": {"name": "c"}, "spec": {"accessModes": [mode]}}))]
    };
    let volumes = json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]});
    one(&with(volumes.clone(), &claim("ReadWriteOnce")), "persistentvolumeclaim/c");
    assert_eq!(with(volumes, &claim("ReadWriteMany")), Vec::<String>::new());
    let port = json!({"containers": [{"name": "rng", "ports": [{"containerPort": 1, "hostPort": 8080}]}]});
    one(&with(port, &[]), "host port 8080");
    let selector = json!({"matchLabels": {"app": "rng"}});
    let anti = json!([{"topologyKey": "host", "labelSelector": selector}]);
    let anti = json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": anti}}});
    one(&with(anti, &[]), "anti-affinity over host");
    let spread = |when: &str| {
        json!({"topologySpreadConstraints": [
            {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": when, "labelSelector": selector}
        ]})
    };
    one(&with(spread("DoNotSchedule"), &[]), "topology spread over zone");
    assert_eq!(with(spread("ScheduleAnyway"), &[]), Vec::<String>::new());
}
