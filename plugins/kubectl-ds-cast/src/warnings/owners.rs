//! Who manages the source and would bring it back, or take the DaemonSet for its own.

use recast::owners::{is_tracked_by_instance, managers};

use super::Subject;

/// The warnings about owners.
pub fn warnings(subject: &Subject<'_>) -> Vec<String> {
    let object = subject.object.value();
    let consequence = if subject.replaced { "will bring it back" } else { "does not know the daemon set" };
    let mut lines: Vec<String> = managers(object)
        .into_iter()
        .map(|manager| {
            format!("{} is managed by {manager}, which {consequence}: change its manifest too", subject.source)
        })
        .collect();
    if is_tracked_by_instance(object) {
        lines.push(
            "Argo CD tracks by the label app.kubernetes.io/instance, which the daemon set keeps: it may prune it"
                .into(),
        );
    }
    lines
}
