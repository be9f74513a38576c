//! Whether the targets are where, and what, they must be: neither going away, nor a part of something else, nor held by
//! somebody else.

use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::{label_selector, labels, matches};
use recast::swap::HOLD;

use super::gentler;
use crate::change::{Change, Target};

/// What stands against the targets themselves.
pub fn refusals(change: &Change<'_>) -> Vec<Failure> {
    change.targets.iter().filter_map(|target| refusal(change, target)).collect()
}

fn refusal(change: &Change<'_>, target: &Target) -> Option<Failure> {
    deleting(change, target).or_else(|| part(change, target)).or_else(|| held(change, target))
}

fn deleting(change: &Change<'_>, target: &Target) -> Option<Failure> {
    target.before.is_deleting().then(|| {
        Failure::new(format!("{} is being deleted", target.id)).hint(change.commands.kubectl(&[
            "wait",
            "--for=delete",
            &target.id.to_string(),
        ]))
    })
}

/// A ReplicaSet of a Deployment.
fn part(change: &Change<'_>, target: &Target) -> Option<Failure> {
    let owner = target.before.controller().filter(|owner| owner.kind == Kind::Deployment.name())?;
    let deployment = target.id.beside(Kind::Deployment, &owner.name);
    (target.id.kind == Kind::ReplicaSet).then(|| {
        let others = change.ids().filter(|id| **id != target.id && **id != deployment);
        let targets: Vec<&ObjectId> = std::iter::once(&deployment).chain(others).collect();
        Failure::new(format!("{} belongs to {deployment}, which makes its replica sets itself", target.id))
            .hint(change.command(targets, &[]))
    })
}

/// What is made anew is deleted first, and that sets to work whoever has put a finalizer on it.
fn held(change: &Change<'_>, target: &Target) -> Option<Failure> {
    if !target.is_recreated() {
        return None;
    }
    let sets = replica_sets(change, target).map(|set| (target.id.beside(Kind::ReplicaSet, set.name()), set));
    let mut all = std::iter::once((target.id.clone(), &target.before)).chain(sets);
    let (id, finalizers) = all.find_map(|(id, object)| {
        let finalizers = object.metadata().finalizers.iter().flatten();
        let foreign: Vec<&str> = finalizers.map(String::as_str).filter(|finalizer| *finalizer != HOLD).collect();
        (!foreign.is_empty()).then(|| (id, foreign.join(", ")))
    })?;
    let failure = Failure::new(format!("{id} has finalizers of others: {finalizers}"))
        .detail("it has to be deleted to get another selector, and whoever put them there would clean up after it");
    Some(failure.hint(if gentler::is_enough(change, target) {
        format!("{} makes nothing anew", change.command(change.ids(), &["--keep-selector"]))
    } else {
        "ask who put them there whether they can go for a moment".to_owned()
    }))
}

/// The `ReplicaSet`s of a Deployment whose selector does not fit any more when their template has the labels.
pub fn replica_sets<'a>(change: &'a Change<'_>, target: &'a Target) -> impl Iterator<Item = &'a Object> {
    let owned = |set: &&Object| set.is_controlled_by(target.before.uid());
    let sets = change.snapshot.of(Kind::ReplicaSet).filter(|_| target.id.kind == Kind::Deployment);
    sets.filter(owned).filter(|set| !fits(change, set))
}

fn fits(change: &Change<'_>, set: &Object) -> bool {
    let template = change.edits.apply(&labels(set.at("/spec/template/metadata/labels")));
    let selector = set.at("/spec/selector").and_then(|selector| label_selector(selector).ok());
    selector.is_some_and(|selector| matches(&selector, &template))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Scene, Thing, daemon_set, deployment, replica_set, service, shown, with};
    use serde_json::json;

    fn said(objects: &[Thing], line: &str) -> String {
        shown(&refusals(&Scene::new(objects, line).change()))
    }

    #[test]
    fn what_is_going_away_is_refused() {
        for thing in [daemon_set("rng", "app=rng"), service("rng", "app=rng")] {
            let line = format!("{}/rng on=yes", thing.0.singular());
            let going = with(&thing, "/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z"));
            let text =
                format!("error: {}/rng is being deleted\nhint: kubectl wait --for=delete {}/rng\n", thing.0, thing.0);
            assert_eq!(said(&[going], &line), text);
            assert_eq!(said(&[thing], &line), "");
        }
    }

    #[test]
    fn a_part_of_a_deployment_is_refused_with_the_deployments_name() {
        let objects = |owner| [replica_set("web-1", "app=web", owner), service("web", "app=web")];
        let text = "error: replicaset.apps/web-1 belongs to deployment.apps/web, which makes its replica sets itself\n\
                    hint: kubectl relabel deploy/web svc/web on=yes --overwrite\n";
        assert_eq!(said(&objects(Some("deploy/web")), "rs/web-1 svc/web on=yes"), text);
        assert_eq!(said(&objects(None), "rs/web-1 svc/web on=yes"), "");
    }

    #[test]
    fn finalizers_of_others_are_listed() {
        let objects =
            |finalizers: &[&str]| [with(&daemon_set("rng", "app=rng"), "/metadata/finalizers", json!(finalizers))];
        let text = said(&objects(&["example.com/a", HOLD, "example.com/b"]), "ds/rng on=yes");
        assert!(text.starts_with("error: daemonset.apps/rng has finalizers of others: example.com/a, example.com/b\n"));
        assert!(text.contains("hint: kubectl relabel ds/rng on=yes --overwrite --keep-selector makes nothing anew"));
        assert_eq!(said(&objects(&[HOLD]), "ds/rng on=yes"), "", "our own hold is not in the way");
        assert_eq!(said(&objects(&["example.com/a"]), "ds/rng on=yes --keep-selector"), "", "nothing is deleted");
    }

    #[test]
    fn finalizers_of_replica_sets_count_where_they_are_made_anew() {
        let set =
            with(&replica_set("web-1", "app=web,tier=a", Some("deploy/web")), "/metadata/finalizers", json!(["x/y"]));
        let objects = [deployment("web", "app=web,tier=a"), set];
        let text = said(&objects, "deploy/web tier=b");
        assert!(text.starts_with("error: replicaset.apps/web-1 has finalizers of others: x/y\n"), "{text}");
        assert!(text.contains("hint: ask who"), "the selector needs the key: {text}");
        assert_eq!(said(&objects, "deploy/web on=yes"), "", "its selector still fits");
    }
}
