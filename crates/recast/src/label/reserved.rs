//! Labels that controllers keep: whoever edits them makes a controller lose its pods, or number them wrongly.

/// Who keeps the label, if it is not for people to edit.
pub fn keeper(key: &str) -> Option<&'static str> {
    Some(match key {
        "pod-template-hash" => "the deployment controller",
        "controller-revision-hash" => "the daemon set or stateful set controller",
        "pod-template-generation" => "the daemon set controller",
        "apps.kubernetes.io/pod-index" => "the stateful set controller",
        _ if key.starts_with("statefulset.kubernetes.io/") => "the stateful set controller",
        _ if key.starts_with("kube-recast/") => "this program",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::keeper;

    #[test]
    fn the_labels_of_controllers_are_theirs() {
        for key in [
            "controller-revision-hash",
            "pod-template-hash",
            "pod-template-generation",
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
            "kube-recast/bridge",
        ] {
            assert!(keeper(key).is_some(), "{key}");
        }
        for key in ["app", "app.kubernetes.io/name", "example.com/pod-template-hash", "statefulset.kubernetes.io"] {
            assert_eq!(keeper(key), None, "{key}");
        }
    }
}
