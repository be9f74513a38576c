//! Each kind, as it is, edited, and what comes out or why nothing does.

use json_patch::PatchOperation;
use serde_json::{Value, json};

use super::*;

fn edits(words: &str) -> LabelEdits {
    LabelEdits::parse(&words.split_whitespace().collect::<Vec<_>>()).unwrap()
}

#[allow(clippy::needless_pass_by_value, reason = "calls read better without an &")]
fn workload(selector: Value, labels: Value) -> Value {
    json!({"metadata": {"name": "rng", "labels": {"app": "rng"}},
           "spec": {"selector": selector, "template": {"metadata": {"labels": labels}, "spec": {}}}})
}

/// The result; its patch must lead there, test what it replaces, and leave nothing for a second time.
fn result(kind: Kind, object: &Value, words: &str, keep: bool) -> Result<Value, String> {
    let made = relabel(kind, object, &edits(words), keep).map_err(|error| error.to_string())?;
    let (patch, value) = made.finish();
    let mut applied = object.clone();
    json_patch::patch(&mut applied, &patch).unwrap();
    assert_eq!(applied, value, "{words}");
    assert_eq!(patch.0.is_empty(), *object == value, "{words}");
    for operation in &patch.0 {
        if let PatchOperation::Replace(_) | PatchOperation::Remove(_) = operation {
            let changed = operation.path().to_string();
            let tested = |other: &PatchOperation| {
                matches!(other, PatchOperation::Test(_)) && changed.starts_with(other.path().as_str())
            };
            assert!(patch.0.iter().any(tested), "{changed} is not tested");
        }
    }
    assert!(relabel(kind, &value, &edits(words), keep).unwrap().is_empty(), "{words}: twice is not once");
    Ok(value)
}

#[test]
fn a_workload_has_selector_and_template_edited_and_its_own_labels_left() {
    let (selector, labels) = (json!({"matchLabels": {"app": "rng"}}), json!({"app": "rng", "tier": "back"}));
    let before = workload(selector, labels);
    for kind in [Kind::DaemonSet, Kind::Deployment, Kind::ReplicaSet, Kind::StatefulSet] {
        for (words, selector, labels) in [
            ("on=yes", json!({"app": "rng", "on": "yes"}), json!({"app": "rng", "tier": "back", "on": "yes"})),
            ("app=other", json!({"app": "other"}), json!({"app": "other", "tier": "back"})),
            ("tier-", json!({"app": "rng"}), json!({"app": "rng"})),
            ("app- on=", json!({"on": ""}), json!({"tier": "back", "on": ""})),
            ("app=rng", json!({"app": "rng"}), json!({"app": "rng", "tier": "back"})),
            ("tier=back", json!({"app": "rng", "tier": "back"}), json!({"app": "rng", "tier": "back"})),
            ("none-", json!({"app": "rng"}), json!({"app": "rng", "tier": "back"})),
        ] {
            let after = workload(json!({"matchLabels": selector}), labels);
            assert_eq!(result(kind, &before, words, false), Ok(after), "{kind} {words}");
        }
    }
}

#[test]
fn the_patch_tests_the_whole_selector_and_each_value_that_is_replaced() {
    let before = workload(json!({"matchLabels": {"app": "rng", "on": "no"}}), json!({"app": "rng", "on": "no"}));
    let (patch, _) = relabel(Kind::DaemonSet, &before, &edits("on=yes"), false).unwrap().finish();
    assert_eq!(
        serde_json::to_value(patch).unwrap(),
        json!([
            {"op": "test", "path": "/spec/selector", "value": {"matchLabels": {"app": "rng", "on": "no"}}},
            {"op": "replace", "path": "/spec/selector/matchLabels/on", "value": "yes"},
            {"op": "test", "path": "/spec/template/metadata/labels/on", "value": "no"},
            {"op": "replace", "path": "/spec/template/metadata/labels/on", "value": "yes"},
        ])
    );
}

#[test]
fn expressions_on_the_key_stay_go_or_stand_against_it() {
    let expression = |operator: &str, values: &[&str]| {
        let mut expression = json!({"key": "on", "operator": operator});
        if !values.is_empty() {
            expression["values"] = json!(values);
        }
        expression
    };
    let other = json!({"key": "tier", "operator": "Exists"});
    let selector = |matching: Value, expressions: &[&Value]| {
        let mut selector = json!({});
        if !matching.as_object().unwrap().is_empty() {
            selector["matchLabels"] = matching;
        }
        if !expressions.is_empty() {
            selector["matchExpressions"] = json!(expressions);
        }
        selector
    };
    let (app, on) = (json!({"app": "rng"}), json!({"app": "rng", "on": "yes"}));
    for (operator, values, words, matching, kept) in [
        ("In", &["yes"][..], "on=yes", &app, true),
        ("In", &["yes", "no"], "on=yes", &on, true),
        ("In", &["no"], "on=yes", &on, false),
        ("In", &["no", "maybe"], "on=yes", &on, false),
        ("In", &["no"], "on-", &app, false),
        ("Exists", &[], "on=yes", &on, true),
        ("Exists", &[], "on-", &app, false),
        ("NotIn", &["never"], "on=yes", &on, true),
        ("NotIn", &["never"], "on-", &app, true),
        ("DoesNotExist", &[], "on-", &app, true),
    ] {
        let expression = expression(operator, values);
        // The PodDisruptionBudget has no template that it would have to match.
        let budget = |selector: Value| json!({"spec": {"selector": selector}});
        for beside in [&[][..], &[&other][..]] {
            let all: Vec<&Value> = beside.iter().copied().chain([&expression]).collect();
            let left: Vec<&Value> = if kept { all.clone() } else { beside.to_vec() };
            let after = budget(selector(matching.clone(), &left));
            let before = budget(selector(app.clone(), &all));
            let what = format!("{operator} {words}");
            assert_eq!(result(Kind::PodDisruptionBudget, &before, words, false), Ok(after), "{what}");
        }
    }
    for (operator, values, shown) in
        [("NotIn", &["yes", "no"][..], "on NotIn (yes, no)"), ("DoesNotExist", &[], "on DoesNotExist")]
    {
        let before = workload(selector(app.clone(), &[&expression(operator, values)]), app.clone());
        let said = format!("'on' contradicts the selector, which says {shown}");
        assert_eq!(result(Kind::DaemonSet, &before, "on=yes", false), Err(said));
    }
}

#[test]
fn expressions_of_a_workload_go_with_the_label_of_its_template() {
    let expressions = json!([{"key": "on", "operator": "In", "values": ["no"]}]);
    let before = workload(
        json!({"matchLabels": {"app": "rng"}, "matchExpressions": expressions}),
        json!({"app": "rng", "on": "no"}),
    );
    let set = workload(json!({"matchLabels": {"app": "rng", "on": "yes"}}), json!({"app": "rng", "on": "yes"}));
    let gone = workload(json!({"matchLabels": {"app": "rng"}}), json!({"app": "rng"}));
    assert_eq!(result(Kind::Deployment, &before, "on=yes", false), Ok(set));
    assert_eq!(result(Kind::Deployment, &before, "on-", false), Ok(gone));
}

#[test]
fn the_last_label_that_pods_must_have_is_not_taken_away() {
    let plain = json!({"spec": {"selector": {"app": "rng"}}});
    let matching = json!({"matchLabels": {"app": "rng"}});
    let only_not =
        json!({"matchLabels": {"app": "rng"}, "matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]});
    let exists = json!({"matchExpressions": [{"key": "app", "operator": "Exists"}]});
    for (kind, object) in [
        (Kind::Service, plain),
        (Kind::PodDisruptionBudget, json!({"spec": {"selector": matching}})),
        (Kind::NetworkPolicy, json!({"spec": {"podSelector": matching}})),
        (Kind::DaemonSet, workload(matching.clone(), json!({"app": "rng"}))),
        (Kind::DaemonSet, workload(only_not, json!({"app": "rng"}))),
        (Kind::DaemonSet, workload(exists, json!({"app": "rng"}))),
    ] {
        let error = relabel(kind, &object, &edits("x- app-"), false).unwrap_err();
        assert!(matches!(&error, LabelError::LastKey { .. }), "{kind}: {error}");
        assert!(error.hint().is_some());
        assert!(relabel(kind, &object, &edits("app- y=1"), false).is_ok(), "{kind}");
    }
}

#[test]
fn keep_selector_edits_the_template_alone() {
    let before = workload(json!({"matchLabels": {"app": "rng"}}), json!({"app": "rng"}));
    let after = workload(json!({"matchLabels": {"app": "rng"}}), json!({"app": "rng", "on": "yes"}));
    assert_eq!(result(Kind::DaemonSet, &before, "on=yes", true), Ok(after));
    for words in ["app=other", "app-", "on=yes app-"] {
        let error = relabel(Kind::DaemonSet, &before, &edits(words), true).unwrap_err();
        assert_eq!(error, LabelError::Kept { key: "app".into() }, "{words}");
        assert!(error.hint().is_some_and(|hint| hint.contains("--keep-selector")));
    }
}

#[test]
fn a_service_has_its_plain_selector_edited() {
    let service = |selector: Value| json!({"spec": {"type": "ClusterIP", "selector": selector}});
    let before = service(json!({"app": "rng", "on": null}));
    for (words, after) in [
        ("on=yes", json!({"app": "rng", "on": "yes"})),
        ("on=", json!({"app": "rng", "on": null})),
        ("on-", json!({"app": "rng"})),
        ("app- tier=x", json!({"on": null, "tier": "x"})),
    ] {
        assert_eq!(result(Kind::Service, &before, words, false), Ok(service(after)), "{words}");
    }
}

#[test]
fn what_selects_no_pod_by_itself_is_refused() {
    for (kind, spec, error) in [
        (Kind::Service, json!({"type": "ExternalName", "selector": {"a": "b"}}), LabelError::ExternalName),
        (Kind::Service, json!({}), LabelError::NoSelector(Kind::Service)),
        (Kind::Service, json!({"selector": null}), LabelError::NoSelector(Kind::Service)),
        (Kind::Service, json!({"selector": {}}), LabelError::NoSelector(Kind::Service)),
        (Kind::PodDisruptionBudget, json!({}), LabelError::SelectsNothing),
        (Kind::PodDisruptionBudget, json!({"selector": {}}), LabelError::SelectsEverything),
        (Kind::PodDisruptionBudget, json!({"selector": {"matchLabels": null}}), LabelError::SelectsEverything),
        (Kind::DaemonSet, json!({"template": {}}), LabelError::NoSelector(Kind::DaemonSet)),
        (Kind::DaemonSet, json!({"selector": {}, "template": {}}), LabelError::NoSelector(Kind::DaemonSet)),
        (Kind::Node, json!({}), LabelError::Kind(Kind::Node)),
        (Kind::EndpointSlice, json!({}), LabelError::Kind(Kind::EndpointSlice)),
    ] {
        assert_eq!(relabel(kind, &json!({"spec": spec}), &edits("a=1"), false).unwrap_err(), error);
    }
}

#[test]
fn a_pod_has_its_labels_edited() {
    for (labels, words, after) in [
        (json!({"app": "rng"}), "on=yes", json!({"app": "rng", "on": "yes"})),
        (json!({"app": "rng"}), "app=x", json!({"app": "x"})),
        (Value::Null, "on=yes", json!({"on": "yes"})),
    ] {
        let pod = |labels: Value| json!({"metadata": {"name": "p", "labels": labels}});
        assert_eq!(result(Kind::Pod, &pod(labels), words, true), Ok(pod(after)), "{words}");
    }
    let bare = json!({"metadata": {"name": "p"}});
    let labelled = json!({"metadata": {"name": "p", "labels": {"app": "rng"}}});
    assert_eq!(result(Kind::Pod, &bare, "app=rng", false), Ok(labelled.clone()));
    assert_eq!(result(Kind::Pod, &labelled, "app- x-", false), Ok(bare));
}

#[test]
fn a_policy_for_every_pod_can_be_narrowed() {
    let policy = |selector: Value| json!({"spec": {"podSelector": selector, "policyTypes": ["Ingress"]}});
    let narrowed = policy(json!({"matchLabels": {"on": "yes"}}));
    assert_eq!(result(Kind::NetworkPolicy, &policy(json!({})), "on=yes", false), Ok(narrowed.clone()));
    let absent = json!({"spec": {"policyTypes": ["Ingress"]}});
    assert_eq!(result(Kind::NetworkPolicy, &absent, "on=yes", false), Ok(narrowed));
    assert_eq!(result(Kind::NetworkPolicy, &policy(json!({})), "on-", false), Ok(policy(json!({}))));
    assert_eq!(result(Kind::NetworkPolicy, &absent, "on-", false), Ok(absent));
}

#[test]
fn what_the_server_would_refuse_is_refused() {
    let mismatch = workload(json!({"matchLabels": {"app": "rng"}}), json!({"app": "other"}));
    assert_eq!(relabel(Kind::Deployment, &mismatch, &edits("on=yes"), false).unwrap_err(), LabelError::Mismatch);
    let yes = json!({"app": "rng", "beside": true});
    for (kind, object, field) in [
        (Kind::Service, json!({"spec": {"selector": yes}}), "/spec/selector"),
        (Kind::DaemonSet, workload(json!({"matchLabels": yes}), yes.clone()), "/spec/selector/matchLabels"),
        (Kind::Pod, json!({"metadata": {"labels": yes}}), "/metadata/labels"),
    ] {
        let error = LabelError::NotAString { field: field.into(), key: "beside".into() };
        assert_eq!(relabel(kind, &object, &edits("on=yes"), false).unwrap_err(), error);
        // Whoever sets or removes that label puts it right.
        assert!(relabel(kind, &object, &edits("beside=true"), false).is_ok());
        assert!(relabel(kind, &object, &edits("beside-"), false).is_ok());
    }
    let selector = json!({"matchLabels": {"app": "rng"}, "matchExpressions": [{"key": "a", "operator": "Near"}]});
    let strange = workload(selector, json!({"app": "rng"}));
    assert!(matches!(relabel(Kind::DaemonSet, &strange, &edits("on=yes"), false), Err(LabelError::Selector(_))));
}

#[test]
fn values_that_would_be_lost_are_known() {
    let matching = workload(json!({"matchLabels": {"app": "rng"}}), json!({"app": "rng", "on": "no"}));
    let in_two = json!({"matchExpressions": [{"key": "on", "operator": "In", "values": ["no", "off"]}]});
    let budget = json!({"spec": {"selector": in_two}});
    let service = json!({"spec": {"selector": {"on": true, "tier": null}}});
    for (kind, object, words, keep, lost) in [
        (Kind::DaemonSet, &matching, "on=yes x=1 app=rng", false, &["on (no)"][..]),
        (Kind::DaemonSet, &matching, "app=x on-", false, &["app (rng)"]),
        (Kind::DaemonSet, &matching, "app=x on=yes", true, &["app (rng)", "on (no)"]),
        (Kind::DaemonSet, &workload(in_two.clone(), json!({"on": "off"})), "on=yes", false, &["on (off)"]),
        (Kind::PodDisruptionBudget, &budget, "on=yes", false, &["on (no, off)"]),
        (Kind::PodDisruptionBudget, &budget, "on=off", false, &[]),
        (Kind::Service, &service, "on=true tier=", false, &["on (true)"]),
        (Kind::Service, &service, "tier=x", false, &["tier ()"]),
    ] {
        let found = overwritten(kind, object, &edits(words), keep);
        let found: Vec<String> = found.iter().map(|lost| format!("{} ({})", lost.key, lost.value)).collect();
        assert_eq!(found, lost, "{kind} {words}");
    }
}

#[test]
fn labels_to_remove_that_are_nowhere_are_known() {
    let expressions = json!([{"key": "on", "operator": "Exists"}, {"key": "off", "operator": "DoesNotExist"}]);
    let before = workload(
        json!({"matchLabels": {"app": "rng"}, "matchExpressions": expressions}),
        json!({"app": "rng", "tier": "back", "on": ""}),
    );
    let edits = edits("app- tier- on- off- x- y=1");
    assert_eq!(absent(Kind::DaemonSet, &before, &edits, false), ["off", "x"]);
    assert_eq!(absent(Kind::DaemonSet, &before, &edits, true), ["off", "x"]);
}

#[test]
fn a_report_names_the_parts_that_differ() {
    let before = workload(json!({"matchLabels": {"app": "rng"}}), json!({"app": "rng", "on": "yes"}));
    for (words, keep, parts) in [
        ("on=yes", false, &["selector"][..]),
        ("x=1", false, &["selector", "template"]),
        ("x=1", true, &["template"]),
        ("app=rng", false, &[]),
    ] {
        let after = result(Kind::DaemonSet, &before, words, keep).unwrap();
        assert_eq!(changed_parts(Kind::DaemonSet, &before, &after), parts, "{words}");
    }
    assert_eq!(changed_parts(Kind::Pod, &json!({}), &json!({"metadata": {"labels": {"a": "b"}}})), ["labels"]);
}
