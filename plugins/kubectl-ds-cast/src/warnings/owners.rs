//! Who manages the source and would bring it back, or take the DaemonSet for its own.

use serde_json::Value;

use super::Subject;

/// The warnings about owners.
pub fn warnings(subject: &Subject<'_>) -> Vec<String> {
    let metadata = subject.object.at("/metadata").unwrap_or(&Value::Null);
    let consequence = if subject.replaced { "will bring it back" } else { "does not know the daemon set" };
    let mut lines: Vec<String> = managers(metadata)
        .into_iter()
        .map(|manager| {
            format!("{} is managed by {manager}, which {consequence}: change its manifest too", subject.source)
        })
        .collect();
    if is_tracked_by_instance(metadata) {
        lines.push(
            "Argo CD tracks by the label app.kubernetes.io/instance, which the daemon set keeps: it may prune it"
                .into(),
        );
    }
    lines
}

fn managers(metadata: &Value) -> Vec<String> {
    let annotation = |key: &str| metadata["annotations"][key].as_str();
    let mut managers = Vec::new();
    if let Some(release) = annotation("meta.helm.sh/release-name") {
        managers.push(format!("Helm release {release}"));
    }
    if let Some(id) = annotation("argocd.argoproj.io/tracking-id") {
        managers.push(format!("Argo CD application {}", id.split(':').next().unwrap_or(id)));
    } else if is_tracked_by_instance(metadata) {
        managers.push("Argo CD".into());
    }
    let labels = metadata["labels"].as_object().into_iter().flatten();
    for (key, value) in labels.filter(|(key, _)| key.ends_with(".toolkit.fluxcd.io/name")) {
        let kind = key.split('.').next().unwrap_or_default();
        managers.push(format!("Flux {kind} {}", value.as_str().unwrap_or_default()));
    }
    let owners = metadata["ownerReferences"].as_array().into_iter().flatten();
    for owner in owners.filter(|owner| owner["controller"] == true) {
        let text = |field: &str| owner[field].as_str().unwrap_or_default();
        managers.push(format!("{} {}", text("kind"), text("name")));
    }
    managers
}

/// Argo CD tracks by label unless it has left its tracking id; that it is at work shows in the field managers.
fn is_tracked_by_instance(metadata: &Value) -> bool {
    let fields = metadata["managedFields"].as_array().into_iter().flatten();
    let mut managers = fields.filter_map(|entry| entry["manager"].as_str());
    metadata["labels"]["app.kubernetes.io/instance"].is_string()
        && metadata["annotations"]["argocd.argoproj.io/tracking-id"].is_null()
        && managers.any(|manager| manager.starts_with("argocd"))
}
