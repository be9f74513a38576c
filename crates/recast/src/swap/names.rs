//! What a change leaves on objects while it is under way, and takes off again.

/// Keeps an owner that is deleted until its pods are ready for the next one.
pub const HOLD: &str = "kube-recast/hold";

/// On an owner that was created, or changed in place, and is not finished: `ID-forward`. A label, since controllers copy
/// annotations from a Deployment to its `ReplicaSet`s, and labels nowhere.
pub const MARK: &str = "kube-recast/swap";

/// On pods, where no label of the change itself can tell the controllers' caches before from after.
pub const TOKEN: &str = "kube-recast/fence";

/// On a Service, copied to its `EndpointSlice`s in the sync that makes its selector effective.
pub const MARKER: &str = "kube-recast/marker";

/// On everything that a change creates for itself, with the change's id.
pub const JOURNAL: &str = "kube-recast/journal";

/// The label that keeps a pod behind a Service while the labels that the Service selects change.
#[must_use]
pub fn bridge(service: &str) -> String {
    format!("bridge.kube-recast/{service}")
}

/// The name of the shadow of a Service, or of the change itself.
#[must_use]
pub fn shadow(id: &str, what: &str) -> String {
    format!("kube-recast-{id}-{what}")
}
