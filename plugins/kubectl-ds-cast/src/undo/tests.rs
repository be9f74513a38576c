use recast::kind::Kind;
use recast::object::ObjectId;
use serde_json::{Value, json};

use super::*;
use crate::cast::{Origin, Wishes, cast};

fn source() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "rng", "namespace": "web", "uid": "u", "generation": 3,
            "labels": {"app": "rng", "app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "r", "deployment.kubernetes.io/revision": "2", "mine": "x"},
            "finalizers": ["a/b"],
        },
        "spec": {
            "replicas": 3, "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": "rng"}},
            "template": {
                "metadata": {"labels": {"app": "rng"}},
                "spec": {"containers": [{"name": "rng", "image": "rng:1"}], "tolerations": [{"key": "a", "operator": "Exists"}]},
            },
        },
        "status": {"replicas": 3},
    })
}

fn wishes() -> Wishes {
    Wishes {
        name: Some("other".into()),
        node_selector: vec![("disktype".into(), "ssd".into())],
        tolerations: vec!["gpu".parse().unwrap(), "ssd".parse().unwrap()],
        remember: true,
        ..Wishes::default()
    }
}

/// The cast as the server reads it back.
fn live(source: &Value) -> Value {
    let mut value = cast(Kind::Deployment, source, Origin::Cluster, &wishes()).unwrap().daemon_set;
    value["metadata"]["uid"] = json!("v");
    value["metadata"]["namespace"] = json!("web");
    value["metadata"]["annotations"]["deprecated.daemonset.template.generation"] = json!("1");
    value["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"] = json!(0);
    value["status"] = json!({"desiredNumberScheduled": 4});
    value
}

fn restored(daemon_set: &Value, as_remembered: bool) -> Restored {
    let id = ObjectId::new(Kind::DaemonSet, "web", "other");
    restore(&id, daemon_set, UndoWishes { as_remembered, replicas: None }).unwrap()
}

fn expected() -> Value {
    let mut value = source();
    for path in [vec!["metadata", "namespace"], vec!["metadata", "uid"], vec!["metadata", "generation"], vec!["status"]]
    {
        without(&mut value, &path);
    }
    without(&mut value, &["metadata", "annotations", "deployment.kubernetes.io/revision"]);
    value
}

#[test]
fn the_source_comes_back_field_by_field() {
    let back = restored(&live(&source()), false);
    assert_eq!(back.kind, Kind::Deployment);
    assert_eq!(back.object, expected());
    assert_eq!((back.carried_back.len(), back.left_behind.len()), (0, 0));
    let mut applied = live(&source());
    json_patch::patch(&mut applied, &back.patch).unwrap();
    assert_eq!(applied, expected(), "-o patch leads from the daemon set to the source");
}

#[test]
fn a_change_made_since_is_carried_back_and_listed() {
    let mut changed = live(&source());
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = json!("rng:2");
    changed["metadata"]["annotations"]["later"] = json!("y");
    let back = restored(&changed, false);
    assert_eq!(back.carried_back, ["spec.template.spec.containers[0].image: rng:1 -> rng:2"]);
    assert_eq!(back.object["spec"]["template"]["spec"]["containers"][0]["image"], "rng:2");
    assert_eq!(back.object["metadata"]["annotations"]["later"], "y");
    assert!(back.object["spec"]["template"]["spec"].get("nodeSelector").is_none());
    let old = restored(&changed, true);
    assert_eq!(old.object["spec"]["template"], source()["spec"]["template"]);
    assert_eq!(old.left_behind.len(), 1);
}

#[test]
fn a_choice_of_nodes_that_was_extended_since_keeps_the_extension() {
    let mut changed = live(&source());
    let pod = &mut changed["spec"]["template"]["spec"];
    pod["nodeSelector"]["zone"] = json!("a");
    pod["tolerations"].as_array_mut().unwrap().push(json!({"key": "late", "operator": "Exists"}));
    changed["spec"]["minReadySeconds"] = json!(5);
    let back = restored(&changed, false);
    let pod = &back.object["spec"]["template"]["spec"];
    assert_eq!(pod["nodeSelector"], json!({"zone": "a"}));
    let tolerations = json!([{"key": "a", "operator": "Exists"}, {"key": "late", "operator": "Exists"}]);
    assert_eq!(pod["tolerations"], tolerations);
    assert!(back.carried_back.contains(&"spec.minReadySeconds: (none) -> 5".to_owned()), "{:?}", back.carried_back);
}

#[test]
fn a_change_that_the_memory_does_not_fit_is_refused_with_a_way_out() {
    let mut changed = live(&source());
    changed["spec"]["template"]["spec"]["tolerations"] = json!([]);
    let id = ObjectId::new(Kind::DaemonSet, "web", "other");
    let failure = restore(&id, &changed, UndoWishes::default()).unwrap_err();
    assert!(failure.to_string().contains("does not fit"), "{failure}");
    assert_eq!(restored(&changed, true).object, expected());
}

#[test]
fn a_daemon_set_that_was_never_cast_becomes_a_deployment() {
    let mut plain = live(&source());
    without(&mut plain, &["metadata", "annotations", ANNOTATION]);
    let back = restored(&plain, false);
    assert!(!back.remembered);
    assert_eq!(back.object["kind"], "Deployment");
    assert_eq!(back.object["spec"]["replicas"], 4);
    assert_eq!(
        back.object["spec"]["strategy"],
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "100%"}})
    );
    assert!(back.object["spec"].get("updateStrategy").is_none());
    let id = ObjectId::new(Kind::DaemonSet, "web", "other");
    let wanted = UndoWishes { replicas: Some(2), ..UndoWishes::default() };
    assert_eq!(restore(&id, &plain, wanted).unwrap().object["spec"]["replicas"], 2);
    let impossible = UndoWishes { as_remembered: true, ..UndoWishes::default() };
    assert!(restore(&id, &plain, impossible).is_err());
}

#[test]
fn what_is_too_large_for_annotations_is_not_remembered() {
    let mut large = source();
    large["metadata"]["annotations"]["mine"] = json!("x".repeat(200 * 1024));
    large["spec"]["template"]["metadata"]["annotations"] = json!({"big": "y".repeat(100 * 1024)});
    let cast = cast(Kind::Deployment, &large, Origin::Cluster, &wishes()).unwrap();
    assert!(cast.daemon_set["metadata"]["annotations"].get(ANNOTATION).is_none());
    assert!(cast.account.notes.iter().any(|note| note.contains("too large")));
}

#[test]
fn the_strategy_of_a_stateful_set_comes_back_whatever_was_made_of_it_since() {
    let mut source = source();
    source["kind"] = json!("StatefulSet");
    source["spec"] = json!({
        "replicas": 2, "serviceName": "rng", "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 1}},
        "selector": source["spec"]["selector"], "template": source["spec"]["template"],
    });
    let wishes = Wishes { remember: true, ..Wishes::default() };
    let mut value = cast(Kind::StatefulSet, &source, Origin::Cluster, &wishes).unwrap().daemon_set;
    value["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"] = json!(0);
    for changed in
        [json!({"type": "OnDelete"}), json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}})]
    {
        value["spec"]["updateStrategy"] = changed;
        let back = restored(&value, false);
        assert_eq!(back.kind, Kind::StatefulSet);
        assert_eq!(back.object["spec"], source["spec"]);
        assert!(!back.left_behind.is_empty());
    }
}

#[test]
fn a_memory_that_somebody_edited_is_refused() {
    let id = ObjectId::new(Kind::DaemonSet, "web", "other");
    for memory in [
        json!([{"op": "replace", "path": "/kind", "value": "Node"}]),
        json!([{"op": "replace", "path": "/kind", "value": "Deployment"}, {"op": "replace", "path": "/spec", "value": "x"}]),
    ] {
        let mut edited = live(&source());
        edited["metadata"]["annotations"][ANNOTATION] = json!(memory.to_string());
        let wishes = UndoWishes { replicas: Some(2), ..UndoWishes::default() };
        assert!(restore(&id, &edited, wishes).unwrap_err().to_string().contains("no workload"));
    }
}

#[test]
fn marks_of_tools_that_prune_do_not_pass_to_a_new_deployment() {
    let mut plain = live(&source());
    without(&mut plain, &["metadata", "annotations", ANNOTATION]);
    plain["metadata"]["labels"]["app.kubernetes.io/managed-by"] = json!("Helm");
    plain["metadata"]["annotations"]["meta.helm.sh/release-name"] = json!("r");
    let back = restored(&plain, false);
    assert_eq!(back.object["metadata"]["labels"], json!({"app": "rng"}));
    assert_eq!(back.object["metadata"]["annotations"], json!({"mine": "x"}));
}
