//! Who manages an object, and would undo what is done to it or bring it back.

use std::fmt;

use serde_json::Value;

/// Who manages an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    /// What it is.
    pub kind: ManagerKind,
    /// Its name, as far as it has left one.
    pub name: String,
}

/// What manages objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManagerKind {
    /// A Helm release.
    Helm,
    /// An application of Argo CD.
    ArgoCd,
    /// An object of Flux: `kustomize`, `helm`.
    Flux(String),
    /// The owner that controls it, and its kind.
    Controller(String),
    /// Whoever has applied fields of it, server-side.
    Applier,
}

impl Manager {
    /// Whether it brings back by itself what was there: nobody has to type anything.
    #[must_use]
    pub const fn heals(&self) -> bool {
        match self.kind {
            ManagerKind::ArgoCd | ManagerKind::Flux(_) | ManagerKind::Controller(_) => true,
            ManagerKind::Helm | ManagerKind::Applier => false,
        }
    }

    fn new(kind: ManagerKind, name: &str) -> Self {
        Self { kind, name: name.to_owned() }
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.kind {
            ManagerKind::Helm => write!(f, "Helm release {name}"),
            ManagerKind::ArgoCd if name.is_empty() => f.write_str("Argo CD"),
            ManagerKind::ArgoCd => write!(f, "Argo CD application {name}"),
            ManagerKind::Flux(kind) => write!(f, "Flux {kind} {name}"),
            ManagerKind::Controller(kind) => write!(f, "{kind} {name}"),
            ManagerKind::Applier => write!(f, "{name} (server-side apply)"),
        }
    }
}

/// Who manages the object, as its metadata says.
#[must_use]
pub fn managers(object: &Value) -> Vec<Manager> {
    let metadata = &object["metadata"];
    let annotation = |key: &str| metadata["annotations"][key].as_str();
    let mut managers = Vec::new();
    if let Some(release) = annotation("meta.helm.sh/release-name") {
        managers.push(Manager::new(ManagerKind::Helm, release));
    }
    if let Some(id) = annotation("argocd.argoproj.io/tracking-id") {
        managers.push(Manager::new(ManagerKind::ArgoCd, id.split(':').next().unwrap_or(id)));
    } else if is_tracked_by_instance(object) {
        managers.push(Manager::new(ManagerKind::ArgoCd, ""));
    }
    let labels = metadata["labels"].as_object().into_iter().flatten();
    for (key, value) in labels.filter(|(key, _)| key.ends_with(".toolkit.fluxcd.io/name")) {
        let kind = key.split('.').next().unwrap_or_default().to_owned();
        managers.push(Manager::new(ManagerKind::Flux(kind), value.as_str().unwrap_or_default()));
    }
    let owners = metadata["ownerReferences"].as_array().into_iter().flatten();
    for owner in owners.filter(|owner| owner["controller"] == true) {
        let text = |field: &str| owner[field].as_str().unwrap_or_default();
        managers.push(Manager::new(ManagerKind::Controller(text("kind").to_owned()), text("name")));
    }
    managers
}

/// Argo CD tracks by label unless it has left its tracking id; that it is at work shows in the field managers.
#[must_use]
pub fn is_tracked_by_instance(object: &Value) -> bool {
    let metadata = &object["metadata"];
    let fields = metadata["managedFields"].as_array().into_iter().flatten();
    let mut managers = fields.filter_map(|entry| entry["manager"].as_str());
    metadata["labels"]["app.kubernetes.io/instance"].is_string()
        && metadata["annotations"]["argocd.argoproj.io/tracking-id"].is_null()
        && managers.any(|manager| manager.starts_with("argocd"))
}

/// Who has applied, server-side, what differs between the object as it is and as it is to be: their next apply puts it
/// back, or is refused.
#[must_use]
pub fn appliers(before: &Value, after: &Value) -> Vec<Manager> {
    let changes = json_patch::diff(before, after);
    let paths: Vec<String> = changes.0.iter().map(|operation| operation.path().to_string()).collect();
    let entries = before["metadata"]["managedFields"].as_array().into_iter().flatten();
    let applied = entries.filter(|entry| entry["operation"] == "Apply");
    let concerned = applied.filter(|entry| paths.iter().any(|path| owns(&entry["fieldsV1"], path)));
    concerned.map(|entry| Manager::new(ManagerKind::Applier, entry["manager"].as_str().unwrap_or_default())).collect()
}

/// Whether a set of fields holds what stands at a JSON pointer, or the whole around it.
fn owns(fields: &Value, path: &str) -> bool {
    let mut at = fields;
    for token in path.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        match at.get(format!("f:{token}")) {
            Some(inner) => at = inner,
            None => return false,
        }
        if at.as_object().is_some_and(serde_json::Map::is_empty) {
            return true;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_manages_an_object_is_told_by_its_metadata() {
        let owner = |controller: bool| json!({"ownerReferences": [{"kind": "Operated", "name": "o", "uid": "o", "controller": controller}]});
        let instance = |manager: &str| json!({"labels": {"app.kubernetes.io/instance": "i"}, "managedFields": [{"manager": manager}]});
        for (metadata, expected) in [
            (json!({"annotations": {"meta.helm.sh/release-name": "coins"}}), Some(("Helm release coins", false))),
            (
                json!({"annotations": {"argocd.argoproj.io/tracking-id": "app:apps/x"}}),
                Some(("Argo CD application app", true)),
            ),
            (json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}), Some(("Flux kustomize apps", true))),
            (owner(true), Some(("Operated o", true))),
            (owner(false), None),
            (instance("argocd-controller"), Some(("Argo CD", true))),
            (instance("kubectl"), None),
            (json!({"annotations": {"example.com/release-name": "coins"}}), None),
        ] {
            let found = managers(&json!({"metadata": metadata}));
            let found: Vec<(String, bool)> = found.iter().map(|found| (found.to_string(), found.heals())).collect();
            let expected: Vec<_> = expected.into_iter().map(|(name, heals)| (name.to_owned(), heals)).collect();
            assert_eq!(found, expected, "{metadata}");
        }
    }

    #[test]
    fn whoever_has_applied_what_changes_is_named() {
        let label = |key: &str| json!({"f:spec": {"f:template": {"f:metadata": {"f:labels": {key: {}}}}}});
        for (operation, fields, named) in [
            ("Apply", json!({"f:spec": {"f:selector": {}}}), true),
            ("Apply", label("f:example.com/on"), true),
            ("Apply", label("f:app"), false),
            ("Apply", json!({"f:spec": {"f:replicas": {}}}), false),
            ("Update", json!({"f:spec": {"f:selector": {}}}), false),
        ] {
            let object = |value: &str| {
                json!({
                    "metadata": {"managedFields": [
                        {"manager": "flux", "operation": operation, "fieldsV1": fields}
                    ]},
                    "spec": {
                        "selector": {"matchLabels": {"app": "rng", "example.com/on": value}},
                        "template": {"metadata": {"labels": {"app": "rng", "example.com/on": value}}},
                    },
                })
            };
            let found: Vec<String> = appliers(&object("no"), &object("yes")).iter().map(ToString::to_string).collect();
            let expected: Vec<&str> = named.then_some("flux (server-side apply)").into_iter().collect();
            assert_eq!(found, expected, "{operation} {fields}");
            assert_eq!(appliers(&object("no"), &object("no")), [], "nothing changes");
        }
    }
}
