#![allow(clippy::needless_pass_by_value, reason = "json!() literals read best by value")]

use recast::kind::Kind;
use serde_json::{Value, json};

use super::*;

fn deployment(spec: Value) -> Value {
    let mut value = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "rng", "labels": {"app": "rng"}},
        "spec": {
            "selector": {"matchLabels": {"app": "rng"}},
            "template": {"metadata": {"labels": {"app": "rng"}}, "spec": {"containers": [{"name": "rng", "image": "rng:1"}]}},
        },
    });
    for (key, field) in spec.as_object().into_iter().flatten() {
        value["spec"][key] = field.clone();
    }
    value
}

fn of_kind(kind: Kind, spec: Value) -> Value {
    let mut value = deployment(spec);
    value["kind"] = json!(kind.name());
    value
}

fn casts(kind: Kind, source: &Value, origin: Origin) -> Result<Cast, Refusal> {
    let cast = cast(kind, source, origin, &Wishes::default())?;
    let mut applied = source.clone();
    json_patch::patch(&mut applied, &cast.patch).unwrap();
    assert_eq!(applied, cast.daemon_set, "the patch leads to the result");
    Ok(cast)
}

fn strategy_of(spec: Value) -> Value {
    casts(Kind::Deployment, &deployment(spec), Origin::File).unwrap().daemon_set["spec"]["updateStrategy"].clone()
}

#[test]
fn a_deployments_strategy_means_the_same() {
    let rolling = |parameters: Value| json!({"type": "RollingUpdate", "rollingUpdate": parameters});
    let unavailable = |value: Value| rolling(json!({"maxUnavailable": value}));
    let surge = |value: Value| rolling(json!({"maxSurge": value, "maxUnavailable": 0}));
    for (strategy, expected) in [
        (json!(null), unavailable(json!("25%"))),
        (json!({}), unavailable(json!("25%"))),
        (json!({"type": "RollingUpdate"}), unavailable(json!("25%"))),
        (json!({"type": "RollingUpdate", "rollingUpdate": null}), unavailable(json!("25%"))),
        (rolling(json!({"maxSurge": 3})), unavailable(json!("25%"))),
        (rolling(json!({"maxUnavailable": 2})), unavailable(json!(2))),
        (rolling(json!({"maxUnavailable": 2, "maxSurge": 1})), unavailable(json!(2))),
        (rolling(json!({"maxUnavailable": 0})), surge(json!("25%"))),
        (rolling(json!({"maxUnavailable": "0%", "maxSurge": 1})), surge(json!(1))),
        (rolling(json!({"maxUnavailable": 0, "maxSurge": "150%"})), surge(json!("100%"))),
        (json!({"rollingUpdate": {"maxSurge": 0}}), unavailable(json!("25%"))),
        (json!({"type": "Recreate"}), unavailable(json!("100%"))),
        (json!({"type": ""}), unavailable(json!("25%"))),
    ] {
        assert_eq!(strategy_of(json!({"strategy": strategy})), expected, "{strategy}");
    }
    assert_eq!(strategy_of(json!({})), unavailable(json!("25%")));
}

#[test]
fn a_paused_deployment_replaces_no_pod_by_itself() {
    let paused = strategy_of(json!({"paused": true, "strategy": {"type": "Recreate"}}));
    assert_eq!(paused, json!({"type": "OnDelete", "rollingUpdate": {"maxUnavailable": "100%"}}));
    assert_eq!(strategy_of(json!({"paused": false}))["type"], "RollingUpdate");
}

#[test]
fn a_stateful_sets_strategy_is_carried_without_its_partition() {
    for (strategy, expected) in [
        (json!(null), None),
        (json!({"type": "RollingUpdate"}), Some(json!({"type": "RollingUpdate"}))),
        (json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}), Some(json!({"type": "RollingUpdate"}))),
        (json!({"rollingUpdate": {"partition": 0}}), None),
        (
            json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 2}}),
            Some(json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}})),
        ),
        (json!({"type": "OnDelete"}), Some(json!({"type": "OnDelete"}))),
    ] {
        let source = of_kind(Kind::StatefulSet, json!({"updateStrategy": strategy, "serviceName": "x"}));
        let cast = casts(Kind::StatefulSet, &source, Origin::File).unwrap();
        assert_eq!(cast.daemon_set["spec"].get("updateStrategy").filter(|value| !value.is_null()), expected.as_ref());
    }
}

#[test]
fn what_a_daemon_set_has_no_place_for_is_dropped_and_said() {
    let source = deployment(
        json!({"replicas": 3, "progressDeadlineSeconds": 9, "minReadySeconds": 5, "revisionHistoryLimit": 2}),
    );
    let cast = casts(Kind::Deployment, &source, Origin::File).unwrap();
    let keys: Vec<&String> = cast.daemon_set["spec"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["minReadySeconds", "revisionHistoryLimit", "selector", "template", "updateStrategy"]);
    assert_eq!(cast.account.dropped, ["replicas 3", "progressDeadlineSeconds 9"]);
    assert_eq!(cast.account.carried, ["template", "selector", "1 label", "minReadySeconds", "revisionHistoryLimit"]);
    let fields = json!({
        "replicas": 1, "serviceName": "x", "podManagementPolicy": "Parallel", "ordinals": {"start": 5},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain"}, "volumeClaimTemplates": [],
    });
    let cast = casts(Kind::StatefulSet, &of_kind(Kind::StatefulSet, fields), Origin::File).unwrap();
    let keys: Vec<&String> = cast.daemon_set["spec"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["selector", "template"]);
    assert_eq!(cast.account.dropped.len(), 5);
}

#[test]
fn a_replica_set_loses_the_hash_of_its_deployment() {
    let mut source = of_kind(Kind::ReplicaSet, json!({"replicas": 2}));
    for map in ["/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        source.pointer_mut(map).unwrap()["pod-template-hash"] = json!("5b69");
    }
    let cast = casts(Kind::ReplicaSet, &source, Origin::Cluster).unwrap();
    assert!(!cast.daemon_set.to_string().contains("pod-template-hash"), "{}", cast.daemon_set);
    assert_eq!(cast.daemon_set["spec"]["selector"], json!({"matchLabels": {"app": "rng"}}));
}

#[test]
fn metadata_of_one_object_is_stripped_and_the_rest_carried() {
    let mut source = deployment(json!({}));
    source["status"] = json!({"replicas": 1});
    source["metadata"] = json!({
        "name": "rng", "namespace": "web", "uid": "u", "resourceVersion": "1", "generation": 2, "managedFields": [],
        "creationTimestamp": null, "selfLink": "x", "ownerReferences": [{}], "finalizers": ["a/b"], "novel": {"kept": true},
        "labels": {"app": "rng", "app.kubernetes.io/instance": "i"},
        "annotations": {
            "deployment.kubernetes.io/revision": "3", "kubectl.kubernetes.io/last-applied-configuration": "{}",
            "deprecated.daemonset.template.generation": "7", "mine": "kept",
        },
    });
    let cast = casts(Kind::Deployment, &source, Origin::File).unwrap();
    let expected = json!({
        "name": "rng", "namespace": "web", "novel": {"kept": true}, "annotations": {"mine": "kept"},
        "labels": {"app": "rng", "app.kubernetes.io/instance": "i"},
    });
    assert_eq!(cast.daemon_set["metadata"], expected);
    assert!(cast.daemon_set.get("status").is_none());
}

#[test]
fn marks_by_which_tools_prune_are_dropped_from_live_objects_only() {
    let mut source = deployment(json!({}));
    source["metadata"]["labels"] = json!({
        "app": "rng", "app.kubernetes.io/managed-by": "Helm", "kustomize.toolkit.fluxcd.io/name": "apps",
        "applyset.kubernetes.io/part-of": "x", "app.kubernetes.io/instance": "i",
    });
    source["metadata"]["annotations"] =
        json!({"meta.helm.sh/release-name": "r", "argocd.argoproj.io/tracking-id": "a:b"});
    let live = casts(Kind::Deployment, &source, Origin::Cluster).unwrap();
    assert_eq!(live.daemon_set["metadata"]["labels"], json!({"app": "rng", "app.kubernetes.io/instance": "i"}));
    assert!(live.daemon_set["metadata"].get("annotations").is_none());
    assert_eq!(live.account.dropped.len(), 5);
    let file = casts(Kind::Deployment, &source, Origin::File).unwrap();
    assert_eq!(file.daemon_set["metadata"]["labels"], source["metadata"]["labels"]);
    source["metadata"]["labels"] = json!({"app": "rng", "app.kubernetes.io/managed-by": "me"});
    let other = casts(Kind::Deployment, &source, Origin::Cluster).unwrap();
    assert_eq!(other.daemon_set["metadata"]["labels"], source["metadata"]["labels"]);
}

#[test]
fn a_field_that_nobody_knows_is_carried_in_the_template_and_refused_beside_it() {
    let mut source = deployment(json!({}));
    source["spec"]["template"]["spec"]["novel"] = json!([1]);
    let cast = casts(Kind::Deployment, &source, Origin::File).unwrap();
    assert_eq!(cast.daemon_set["spec"]["template"], source["spec"]["template"]);
    for (spec, field) in [
        (json!({"novel": 1}), "spec.novel"),
        (json!({"strategy": {"novel": 1}}), "spec.strategy.novel"),
        (json!({"strategy": {"rollingUpdate": {"novel": 1}}}), "spec.strategy.rollingUpdate.novel"),
    ] {
        let refusal = casts(Kind::Deployment, &deployment(spec), Origin::File).unwrap_err();
        assert_eq!(refusal, Refusal::UnknownField(field.to_owned()));
    }
}

#[test]
fn what_cannot_be_cast_is_refused_with_the_reason() {
    let with = |pointer: &str, value: Value| {
        let mut source = deployment(json!({}));
        *source.pointer_mut(pointer).unwrap() = value;
        casts(Kind::Deployment, &source, Origin::File).unwrap_err().to_string()
    };
    let template = "/spec/template/spec";
    for (text, reason) in [
        (with(template, json!({"restartPolicy": "Never"})), "restartPolicy is \"Never\""),
        (with(template, json!({"activeDeadlineSeconds": 5})), "activeDeadlineSeconds"),
        (with("/spec/selector", json!({})), "selector is empty"),
        (with("/spec/selector", json!({"matchLabels": {}})), "selector is empty"),
        (with("/spec/selector", json!(null)), "no selector"),
        (with("/spec/selector", json!({"matchLabels": {"app": "x"}})), "does not match"),
        (with("/spec/template", json!(null)), "no template"),
        (with("/spec", json!(null)), "no spec"),
        (with("/metadata/name", json!("Rng")), "not a valid name"),
        (with("/metadata", json!({})), "no name"),
        (with("/metadata/labels", json!({"a b": "c"})), "not a valid key"),
        (with("/metadata/labels", json!({"a": "c d"})), "not a valid label value"),
        (with("/metadata/labels", json!({"a": true})), "not a string"),
    ] {
        assert!(text.contains(reason), "{text} should say {reason}");
    }
    let refused = |spec: Value| casts(Kind::StatefulSet, &of_kind(Kind::StatefulSet, spec), Origin::File).unwrap_err();
    assert_eq!(refused(json!({"volumeClaimTemplates": [{}]})), Refusal::VolumeClaimTemplates);
    assert_eq!(refused(json!({"updateStrategy": {"rollingUpdate": {"partition": 1}}})), Refusal::Partition(json!(1)));
    for (spec, reason) in [
        (json!({"strategy": {"type": "OnDelete"}}), "spec.strategy.type \"OnDelete\" is unknown"),
        (json!({"paused": "true"}), "neither true nor false"),
        (json!({"strategy": {"rollingUpdate": {"maxUnavailable": "1"}}}), "maxUnavailable is \"1\""),
        (json!({"strategy": {"rollingUpdate": {"maxUnavailable": "150%"}}}), "maxUnavailable is \"150%\""),
        (json!({"strategy": {"rollingUpdate": {"maxSurge": -1, "maxUnavailable": 0}}}), "maxSurge is -1"),
    ] {
        let text = casts(Kind::Deployment, &deployment(spec), Origin::File).unwrap_err().to_string();
        assert!(text.contains(reason), "{text} should say {reason}");
    }
    let stuck = deployment(json!({"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}}}));
    assert_eq!(casts(Kind::Deployment, &stuck, Origin::File).unwrap_err(), Refusal::NoProgress);
}

#[test]
fn what_the_server_reads_as_absent_is_no_reason_to_refuse() {
    let mut source = deployment(json!({}));
    source["metadata"]["labels"]["empty"] = json!(null);
    source["spec"]["template"]["metadata"]["labels"]["empty"] = json!(null);
    source["spec"]["selector"]["matchLabels"]["empty"] = json!(null);
    source["spec"]["template"]["spec"]["restartPolicy"] = json!("");
    assert!(casts(Kind::Deployment, &source, Origin::File).is_ok());
}

#[test]
fn wishes_go_into_the_template() {
    let wishes = Wishes {
        name: Some("other".into()),
        node_selector: vec![("disktype".into(), "ssd".into())],
        tolerations: vec!["gpu:NoSchedule".parse().unwrap(), "gpu:NoSchedule".parse().unwrap()],
        ..Wishes::default()
    };
    let cast = cast(Kind::Deployment, &deployment(json!({})), Origin::File, &wishes).unwrap();
    let pod = &cast.daemon_set["spec"]["template"]["spec"];
    assert_eq!(cast.daemon_set["metadata"]["name"], "other");
    assert_eq!(pod["nodeSelector"], json!({"disktype": "ssd"}));
    assert_eq!(pod["tolerations"], json!([{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}]));
}
