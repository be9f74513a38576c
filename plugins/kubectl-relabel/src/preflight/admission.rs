//! Whether the server changes what is sent to it: a template that is not the old one is rolled out.

use recast::difference::differences;
use recast::failure::Failure;
use recast::object::ObjectId;
use serde_json::Value;

/// A workload whose template the server would have otherwise than it was sent.
#[must_use]
pub fn changed_by_admission(id: &ObjectId, sent: &Value, answered: &Value) -> Option<Failure> {
    let template = |object: &Value| object.pointer("/spec/template").cloned().unwrap_or_default();
    let lines = differences("spec.template", &template(sent), &template(answered));
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
}
