//! Where `--keep-selector` is enough: it makes nothing anew.

use recast::kind::Kind;
use recast::label::relabel;

use crate::change::{Change, Target};

/// A hint, if workloads are made anew only so that Services find their pods.
#[must_use]
pub fn gentler(change: &Change<'_>) -> Option<String> {
    let recreated: Vec<&Target> = change.recreated().collect();
    let services = change.of(Kind::Service).count();
    let enough = services > 0 && recreated.iter().all(|target| is_enough(change, target));
    (enough && !recreated.is_empty()).then(|| {
        let names: Vec<String> = recreated.iter().map(|target| target.id.to_string()).collect();
        let moved = if services == 1 { "the service" } else { "the services" };
        format!("--keep-selector moves {moved} as well, without recreating {}", names.join(", "))
    })
}

/// Whether the workload can get the labels without another selector.
#[must_use]
pub fn is_enough(change: &Change<'_>, target: &Target) -> bool {
    relabel(target.id.kind, target.before.value(), change.edits, true).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, daemon_set, deployment, service};

    #[test]
    fn where_only_a_service_wants_the_label_the_selector_can_stay() {
        let objects = [
            daemon_set("rng", "app=rng,tier=a"),
            deployment("web", "app=web"),
            service("rng", "app=rng"),
            service("all", "tier=a"),
        ];
        for (line, hint) in [
            ("ds/rng svc/rng on=yes", Some("moves the service as well, without recreating daemonset.apps/rng")),
            (
                "ds/rng deploy/web svc/rng svc/all on=yes",
                Some("moves the services as well, without recreating daemonset.apps/rng, deployment.apps/web"),
            ),
            ("ds/rng svc/rng on=yes --keep-selector", None),
            ("ds/rng on=yes", None),
            ("svc/rng on=yes", None),
            ("ds/rng svc/all tier=b", None),
        ] {
            let scene = Scene::new(&objects, line);
            assert_eq!(gentler(&scene.change()), hint.map(|hint| format!("--keep-selector {hint}")), "{line}");
        }
    }
}
