//! Who manages the targets, and would bring back what was.

use recast::commands::Commands;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::owners::{Manager, ManagerKind, appliers, managers};

use crate::allowance::Allowance;
use crate::change::{Change, Target};

/// Workloads that somebody would make as they were while they are made anew.
pub fn refusals(change: &Change<'_>, allowed: Allowance) -> Vec<Failure> {
    if allowed.managed {
        return Vec::new();
    }
    let healed = change.recreated().filter_map(|target| {
        let healer = managers_of(target).into_iter().find(Manager::heals)?;
        let failure = Failure::new(format!("{} is managed by {healer}, which would make the old one again", target.id));
        Some(failure.hint(format!("{}, or insist with --allow-managed", first(change, target, &healer))))
    });
    healed.collect()
}

/// Everybody else whose manifest says something else from now on.
pub fn warnings(change: &Change<'_>) -> Vec<String> {
    let line = |target: &Target, manager: &Manager| {
        format!(
            "{} is managed by {manager}, {}: {}",
            target.id,
            consequence(target, manager),
            first(change, target, manager)
        )
    };
    let lines = change.targets.iter().flat_map(|target| {
        let mut managers = managers_of(target);
        if !managers.iter().any(Manager::heals) {
            managers.extend(appliers(target.before.value(), &target.after));
        }
        managers.iter().map(|manager| line(target, manager)).collect::<Vec<_>>()
    });
    lines.collect()
}

/// A pod's or ReplicaSet's owner does not look after its labels, or is named elsewhere.
fn managers_of(target: &Target) -> Vec<Manager> {
    let is_part = |manager: &Manager| match &manager.kind {
        ManagerKind::Controller(kind) => {
            target.id.kind == Kind::Pod || (target.id.kind == Kind::ReplicaSet && kind == Kind::Deployment.name())
        }
        _ => false,
    };
    managers(target.before.value()).into_iter().filter(|manager| !is_part(manager)).collect()
}

fn consequence(target: &Target, manager: &Manager) -> &'static str {
    match manager.heals() {
        true if target.is_recreated() => "which may make the old one again",
        true => "which may put back what was",
        false if target.is_recreated() => "whose next change is refused until its manifest says the same",
        false => "whose next change puts back what was",
    }
}

/// What to change first.
fn first(change: &Change<'_>, target: &Target, manager: &Manager) -> String {
    if let ManagerKind::Controller(_) = manager.kind {
        return format!("set the label where {manager} takes it from");
    }
    let edits: Vec<String> = change.edits.iter().map(ToString::to_string).collect();
    let target = target.id.short();
    let words = ["relabel", "-f", "FILE", &target].into_iter().chain(edits.iter().map(String::as_str));
    // No cluster is asked, so that nothing need say which one.
    Commands::default().kubectl(&words.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, pod, replica_set, service, shown, with};
    use serde_json::{Value, json};

    fn managed(thing: &Thing, place: &str, value: Value) -> [Thing; 1] {
        [with(thing, &format!("/metadata/{place}"), value)]
    }

    fn both(objects: &[Thing], line: &str, allowed: bool) -> (String, String) {
        let scene = Scene::new(objects, line);
        let allowed = Allowance { managed: allowed, ..Allowance::default() };
        (shown(&refusals(&scene.change(), allowed)), warnings(&scene.change()).join("\n"))
    }

    fn argo() -> Value {
        json!({"argocd.argoproj.io/tracking-id": "shop:apps/x"})
    }

    #[test]
    fn what_would_be_made_again_is_refused() {
        let objects = managed(&daemon_set("rng", "app=rng"), "annotations", argo());
        let text = "error: daemonset.apps/rng is managed by Argo CD application shop, which would make the old one again\n\
                    hint: kubectl relabel -f FILE ds/rng on=yes, or insist with --allow-managed\n";
        assert_eq!(both(&objects, "ds/rng on=yes", false).0, text);
        assert_eq!(both(&objects, "ds/rng on=yes", true).0, "");
        assert_eq!(both(&objects, "ds/rng on=yes --keep-selector", false).0, "", "nothing is made anew");
        assert_eq!(both(&[daemon_set("rng", "app=rng")], "ds/rng on=yes", false), (String::new(), String::new()));
    }

    #[test]
    fn what_an_operator_owns_is_refused() {
        let owner = json!([{"apiVersion": "x/v1", "kind": "Operated", "name": "o", "uid": "o", "controller": true}]);
        let objects = managed(&daemon_set("rng", "app=rng"), "ownerReferences", owner);
        let (refused, _) = both(&objects, "ds/rng on=yes", false);
        assert!(refused.contains("hint: set the label where Operated o takes it from, or insist with"), "{refused}");
    }

    #[test]
    fn others_are_named() {
        let helm = json!({"meta.helm.sh/release-name": "coins"});
        let applied = json!([{"manager": "tf", "operation": "Apply", "fieldsV1": {"f:spec": {"f:selector": {}}}}]);
        for (objects, line, said) in [
            (
                managed(&daemon_set("rng", "app=rng"), "annotations", helm),
                "ds/rng on=yes",
                "daemonset.apps/rng is managed by Helm release coins, whose next change is refused until its manifest says \
                 the same: kubectl relabel -f FILE ds/rng on=yes",
            ),
            (
                managed(&service("rng", "app=rng"), "annotations", argo()),
                "svc/rng on=yes",
                "service/rng is managed by Argo CD application shop, which may put back what was: kubectl relabel -f FILE \
                 svc/rng on=yes",
            ),
            (
                managed(&service("rng", "app=rng"), "managedFields", applied),
                "svc/rng on=yes",
                "service/rng is managed by tf (server-side apply), whose next change puts back what was: kubectl relabel \
                 -f FILE svc/rng on=yes",
            ),
        ] {
            assert_eq!(both(&objects, line, false), (String::new(), said.to_owned()));
        }
    }

    #[test]
    fn the_owner_of_a_pod_is_no_manager_of_its_labels() {
        let nothing = (String::new(), String::new());
        assert_eq!(both(&[pod("p", "app=rng", Some("ds/rng"))], "pod/p on=yes", false), nothing);
        let set = [replica_set("web-1", "app=web", Some("deploy/web"))];
        assert_eq!(both(&set, "rs/web-1 on=yes", false), nothing, "it is refused by its owner's name");
    }
}
