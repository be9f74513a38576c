//! What stands against a handoff, before the first write.

use recast::commands::Commands;
use recast::difference::count;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::membership::selects;
use recast::object::{Object, ObjectId};
use recast::owners::{ManagerKind, managers};
use recast::ownership::{can_take, lives};
use recast::selector::{Labels, label_selector, matches};
use recast::snapshot::Snapshot;
use recast::swap::{HOLD, Handoff, Part};

use super::draft::is_rolling;
use crate::goal::CastGoal;

/// What stands against the adoption of a source.
pub fn of_adoption(goal: &CastGoal, source: &Object, snapshot: &Snapshot) -> Result<(), Vec<Failure>> {
    if goal.source.kind == Kind::StatefulSet {
        return Err(vec![
            Failure::new(format!("the pods of {} cannot be handed over", goal.source))
                .detail("each of them has a name and an identity of its own, which a daemon set's pods have not")
                .hint(format!("{} casts it with new pods", command(goal, "--replace"))),
        ]);
    }
    if snapshot.get(&goal.target).is_some() {
        return Err(vec![
            Failure::new(format!("{} exists already, and has pods of its own", goal.target)).hint(format!(
                "{} lets {} go once it is ready",
                command(goal, "--replace"),
                goal.source
            )),
        ]);
    }
    let capacity = goal.replace.map_or(Ok(()), |replace| goal.check_capacity(replace, snapshot));
    let failures: Vec<Failure> =
        capacity.err().into_iter().chain(healed(goal, source)).chain(unowned(goal, snapshot)).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// What stands against the handoff as it is drafted.
pub fn of_handoff(handoff: &Handoff, commands: &Commands, snapshot: &Snapshot) -> Result<(), Vec<Failure>> {
    let before = &handoff.before;
    let Some(top) = snapshot.get(&before.top.id) else { return Ok(()) };
    let mut failures: Vec<Failure> = going(&before.top.id, top, commands).into_iter().collect();
    failures.extend(before.owners().filter_map(|part| held(part, snapshot)));
    failures.extend(rolling(&before.top.id, top, commands));
    failures.extend(takers(handoff, snapshot));
    failures.extend(moved(handoff, snapshot));
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

fn command(goal: &CastGoal, flag: &str) -> String {
    goal.commands.kubectl(&["ds-cast", &goal.source.short(), flag])
}

fn going(id: &ObjectId, object: &Object, commands: &Commands) -> Option<Failure> {
    object.is_deleting().then(|| {
        Failure::new(format!("{id} is being deleted")).hint(commands.kubectl(&[
            "wait",
            "--for=delete",
            &id.to_string(),
        ]))
    })
}

/// What is deleted sets to work whoever has put a finalizer on it.
fn held(part: &Part, snapshot: &Snapshot) -> Option<Failure> {
    let finalizers = snapshot.get(&part.id)?.metadata().finalizers.iter().flatten();
    let foreign: Vec<&str> = finalizers.map(String::as_str).filter(|finalizer| *finalizer != HOLD).collect();
    (!foreign.is_empty()).then(|| {
        Failure::new(format!("{} has finalizers of others: {}", part.id, foreign.join(", ")))
            .detail("it has to be deleted, and whoever put them there would clean up after it")
            .hint("ask who put them there whether they can go for a moment")
    })
}

/// An owner that makes it anew, and that would take the pods for its own meanwhile.
fn healed(goal: &CastGoal, source: &Object) -> Option<Failure> {
    let all = managers(source.value());
    let owner = all.into_iter().find(|manager| matches!(manager.kind, ManagerKind::Controller(_)))?;
    Some(Failure::new(format!("{} belongs to {owner}, which would make it anew", goal.source)).hint(format!(
        "change {owner}, or cast it beside: {}",
        goal.commands.kubectl(&["ds-cast", &goal.source.short()])
    )))
}

/// Pods that are nobody's, and that the DaemonSet would take beside those that are handed over.
fn unowned(goal: &CastGoal, snapshot: &Snapshot) -> Option<Failure> {
    let selector = label_selector(&goal.cast.daemon_set["spec"]["selector"]).ok()?;
    let orphaned = |pod: &&Object| pod.controller().is_none() && lives(pod) && matches(&selector, pod.labels());
    let names: Vec<&str> = snapshot.of(Kind::Pod).filter(orphaned).map(Object::name).collect();
    (!names.is_empty()).then(|| {
        Failure::new(format!("{} would take pods that have no owner: {}", goal.target, names.join(", ")))
            .detail("where another pod is on the node as well, one of the two would be deleted")
            .hint("delete them, or take a label off them that its selector asks for, first")
    })
}

/// Pods of two templates: which of them are up to date could not be told afterwards.
fn rolling(id: &ObjectId, object: &Object, commands: &Commands) -> Option<Failure> {
    is_rolling(id.kind, object).then(|| {
        let failure = Failure::new(format!("{id} is being rolled out: not all of its pods have its present template"));
        failure.hint(commands.kubectl(&["rollout", "status", &id.short()]))
    })
}

/// The labels of a pod, before and after.
fn states<'p>(handoff: &Handoff, pod: &'p Object) -> [std::borrow::Cow<'p, Labels>; 2] {
    let mut after = pod.labels().clone();
    for (key, value) in &handoff.heirs.labels {
        match value {
            Some(value) => after.insert(key.clone(), value.clone()),
            None => after.remove(key),
        };
    }
    [std::borrow::Cow::Borrowed(pod.labels()), std::borrow::Cow::Owned(after)]
}

fn pods<'s>(handoff: &'s Handoff, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s Object> {
    let known = |pod: &&Object| handoff.heirs.pods.contains_key(pod.uid());
    snapshot.of(Kind::Pod).filter(known)
}

/// Other controllers that would take the pods, or each `ReplicaSet`, while they have no owner.
fn takers(handoff: &Handoff, snapshot: &Snapshot) -> Vec<Failure> {
    let before = &handoff.before;
    let sets = before.inner.iter().filter_map(|part| snapshot.get(&part.id)).map(|set| (Kind::ReplicaSet, set));
    let free: Vec<(Kind, &Object)> = pods(handoff, snapshot).map(|pod| (Kind::Pod, pod)).chain(sets).collect();
    let all = Kind::WORKLOADS.into_iter().flat_map(|kind| snapshot.of(kind).map(move |object| (kind, object)));
    let others = all.filter(|(kind, object)| {
        let id = ObjectId::of(*kind, object);
        !object.is_deleting() && before.owners().all(|part| part.id != id)
    });
    let refusal = |(kind, object): (Kind, &Object)| {
        let selector = label_selector(object.at("/spec/selector")?).ok()?;
        let takes = |(of, freed): &&(Kind, &Object)| {
            can_take(kind, object, *of, freed) && states(handoff, freed).iter().any(|labels| matches(&selector, labels))
        };
        let number = free.iter().filter(takes).count();
        (number > 0).then(|| {
            Failure::new(format!("{} would take over what belongs to {}", ObjectId::of(kind, object), before.top.id))
                .detail(format!("it has no owner for a moment, and its selector matches {number} of it"))
                .hint("give it a selector of its own first, with kubectl relabel")
        })
    };
    others.filter_map(refusal).collect()
}

/// Services that select by a label that the pods lose or get.
fn moved(handoff: &Handoff, snapshot: &Snapshot) -> Vec<Failure> {
    let refusal = |service: &Object| {
        let moves = |pod: &&Object| {
            let [before, after] = states(handoff, pod).map(|labels| selects(service, &labels));
            before != after
        };
        let number = pods(handoff, snapshot).filter(moves).count();
        (number > 0).then(|| {
            let pods = count(number, "pod", "pods");
            let keys: Vec<&str> = handoff.heirs.labels.keys().map(String::as_str).collect();
            Failure::new(format!("service/{} selects by a label that belongs to one kind of owner", service.name()))
                .detail(format!("{pods} would enter or leave it: it asks for one of {}", keys.join(", ")))
                .hint("let it select by a label of the template")
        })
    };
    snapshot.of(Kind::Service).filter_map(refusal).collect()
}
