//! Whether a DaemonSet that is there already is what the cast would make.

use recast::difference::differences;
use serde_json::{Value, json};

use crate::cast::effective_strategy;
use crate::remember::ANNOTATION;

/// Where it differs from the cast. The cast of a live source has every default filled in, but for the few fields that a
/// DaemonSet has and the source has not. More labels and annotations than the cast's are no difference, in its selector
/// and template neither: then it was relabelled since, to move a Service.
#[must_use]
pub fn deviations(existing: &Value, cast: &Value) -> Vec<String> {
    let (mut is, wanted) = (comparable(existing), comparable(cast));
    for place in ["/selector/matchLabels", "/template/metadata/labels"] {
        let known = wanted.pointer(place).cloned().unwrap_or_default();
        if let Some(labels) = is.pointer_mut(place).and_then(Value::as_object_mut) {
            labels.retain(|key, _| known.get(key).is_some());
        }
    }
    let mut lines = differences("spec", &is, &wanted);
    for map in ["labels", "annotations"] {
        let there = &existing["metadata"][map];
        let wanted = cast["metadata"][map].as_object().into_iter().flatten();
        for (key, value) in wanted.filter(|(key, value)| *key != ANNOTATION && there[key.as_str()] != **value) {
            lines.extend(differences(&format!("metadata.{map}.{key}"), &there[key.as_str()], value));
        }
    }
    lines
}

fn comparable(daemon_set: &Value) -> Value {
    let spec = &daemon_set["spec"];
    let or = |field: &str, default: i64| if spec[field].is_null() { json!(default) } else { spec[field].clone() };
    json!({
        "selector": spec["selector"],
        "template": spec["template"],
        "updateStrategy": effective_strategy(spec.get("updateStrategy")),
        "minReadySeconds": or("minReadySeconds", 0),
        "revisionHistoryLimit": or("revisionHistoryLimit", 10),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_fills_in_is_no_deviation() {
        let cast = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"selector": 1, "template": 2}});
        let existing = json!({
            "metadata": {"labels": {"a": "b", "more": "x"}, "annotations": {"deprecated.daemonset.template.generation": "1"}},
            "spec": {"selector": 1, "template": 2, "revisionHistoryLimit": 10,
                     "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}},
        });
        assert_eq!(deviations(&existing, &cast), Vec::<String>::new());
    }

    #[test]
    fn labels_that_were_added_to_selector_and_template_are_no_deviation() {
        let spec =
            |labels: Value| json!({"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}});
        let cast = json!({"spec": spec(json!({"app": "rng"}))});
        let relabelled = json!({"spec": spec(json!({"app": "rng", "isactive": "yes"}))});
        assert_eq!(deviations(&relabelled, &cast), Vec::<String>::new());
        assert!(!deviations(&json!({"spec": spec(json!({"isactive": "yes"}))}), &cast).is_empty(), "one is missing");
    }

    #[test]
    fn what_somebody_changed_is_one() {
        let cast = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"template": {"image": "x:1"}}});
        let existing = json!({"metadata": {}, "spec": {"template": {"image": "x:2"}, "minReadySeconds": 3}});
        assert_eq!(
            deviations(&existing, &cast),
            ["spec.minReadySeconds: 3 -> 0", "spec.template.image: x:2 -> x:1", "metadata.labels.a: (none) -> b"]
        );
    }
}
