//! Whether the server changes what is sent to it: a template that is not the old one is rolled out, and a label that it
//! takes off again is waited for in vain.

use recast::difference::differences;
use recast::failure::Failure;
use recast::object::ObjectId;
use serde_json::Value;

/// An object whose template or labels the server would have otherwise than they were sent.
#[must_use]
pub fn changed_by_admission(id: &ObjectId, sent: &Value, answered: &Value) -> Option<Failure> {
    let at = |object: &Value, path: &str| object.pointer(path).cloned().unwrap_or_default();
    let (wanted, mut labels) = (at(sent, "/metadata/labels"), at(answered, "/metadata/labels"));
    if let Some(labels) = labels.as_object_mut() {
        // One that it adds is no obstacle.
        labels.retain(|key, _| wanted.get(key).is_some());
    }
    let lines = if wanted.is_object() { differences("metadata.labels", &wanted, &labels) } else { Vec::new() };
    if !lines.is_empty() {
        let failure =
            Failure::new(format!("the server changes the labels of {id} when they are written")).details(lines);
        return Some(failure.hint("an admission webhook or policy does that; it must let this label be"));
    }
    let lines = differences("spec.template", &at(sent, "/spec/template"), &at(answered, "/spec/template"));
    (!lines.is_empty()).then(|| {
        Failure::new(format!(
            "the server changes the template of {id} when it is written, so that its pods would restart"
        ))
        .details(lines)
        .hint("an admission webhook or policy does that; a rollout first brings the template to what it wants")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::shown;
    use recast::kind::Kind;
    use serde_json::json;

    #[test]
    fn a_template_that_the_server_changes_is_refused() {
        let object = |image: &str| json!({"spec": {"template": {"spec": {"containers": [{"image": image}]}}}, "status": {"image": image}});
        let id = ObjectId::new(Kind::DaemonSet, "web", "rng");
        assert_eq!(changed_by_admission(&id, &object("a"), &object("a")), None);
        let text = shown(&[changed_by_admission(&id, &object("a"), &object("mirror/a")).unwrap()]);
        assert!(text.contains("\n  spec.template.spec.containers[0].image: a -> mirror/a\n"), "{text}");
        let other = json!({"spec": {"template": {"spec": {"containers": [{"image": "a"}]}}}, "status": {"image": "b"}});
        assert_eq!(changed_by_admission(&id, &object("a"), &other), None, "its status is not sent");
    }

    #[test]
    fn a_label_that_the_server_takes_off_again_is_refused() {
        let pod = |labels: Value| json!({"metadata": {"labels": labels}});
        let id = ObjectId::new(Kind::Pod, "web", "rng-x");
        let sent = pod(json!({"app": "rng", "on": "yes"}));
        assert_eq!(changed_by_admission(&id, &sent, &pod(json!({"app": "rng", "on": "yes", "more": "a"}))), None);
        for answered in [json!({"app": "rng"}), json!({"app": "rng", "on": "no"})] {
            let text = shown(&[changed_by_admission(&id, &sent, &pod(answered)).unwrap()]);
            assert!(
                text.starts_with("error: the server changes the labels of pod/rng-x when they are written\n"),
                "{text}"
            );
            assert!(text.contains("  metadata.labels.on"), "{text}");
        }
    }
}
