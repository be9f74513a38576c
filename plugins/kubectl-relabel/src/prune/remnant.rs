//! What a workload has left behind without owner, and what only looks like that.

use recast::kind::Kind;
use recast::membership::{endpoints, selects};
use recast::object::{Object, ObjectId};
use recast::ownership::is_finished;
use recast::selector::{Labels, label_selector, matches};
use recast::snapshot::Snapshot;
use serde_json::Value;

/// The hash by which a Deployment's controller tells its `ReplicaSet`s, and their pods.
const TEMPLATE_HASH: &str = "pod-template-hash";
/// The hash by which pods, and a `DaemonSet`'s revisions, are told.
const REVISION_HASH: &str = "controller-revision-hash";
/// The hash by which a `StatefulSet`'s revisions are told.
const STATEFUL_HASH: &str = "controller.kubernetes.io/hash";

/// One object that has no owner and is related to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remnant {
    /// Where it is.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// Whether it goes or stays.
    pub verdict: Verdict,
    /// What selects it still, besides.
    pub selected_by: Vec<ObjectId>,
}

/// Whether something goes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody needs it.
    Goes(&'static str),
    /// It stays, since this.
    Stays(String),
}

impl Remnant {
    /// Whether nobody needs it.
    #[must_use]
    pub const fn goes(&self) -> bool {
        matches!(self.verdict, Verdict::Goes(_))
    }

    /// The line for the user.
    #[must_use]
    pub fn line(&self) -> String {
        let why = match &self.verdict {
            Verdict::Goes(why) => why,
            Verdict::Stays(why) => why.as_str(),
        };
        if self.selected_by.is_empty() {
            return format!("{}: {why}", self.id);
        }
        let ids: Vec<String> = self.selected_by.iter().map(ToString::to_string).collect();
        format!("{}: {why}; still selected by {}", self.id, ids.join(", "))
    }
}

/// What the target has left behind, pods first, and what has no owner and stays.
#[must_use]
pub fn remnants(target: &ObjectId, snapshot: &Snapshot) -> Vec<Remnant> {
    let Some(owner) = snapshot.get(target) else { return Vec::new() };
    let kinds = [Kind::Pod, Kind::ReplicaSet, Kind::ControllerRevision];
    let all = kinds.into_iter().flat_map(|kind| snapshot.of(kind).map(move |object| (kind, object)));
    let is_owned = |object: &Object| object.metadata().owner_references.as_ref().is_some_and(|all| !all.is_empty());
    let orphans = all.filter(|(_, object)| !is_owned(object) && !object.is_deleting());
    let judged = orphans.filter_map(|(kind, object)| {
        let verdict = match kind {
            Kind::Pod => pod(target, owner, object, snapshot)?,
            Kind::ReplicaSet => replica_set(target, object, snapshot)?,
            _ => revision(target, object, snapshot)?,
        };
        let id = target.beside(kind, object.name());
        let selected_by = if kind == Kind::Pod { selected_by(object, snapshot) } else { Vec::new() };
        Some(Remnant { id, uid: object.uid().to_owned(), verdict, selected_by })
    });
    judged.collect()
}

fn stays(why: impl Into<String>) -> Verdict {
    Verdict::Stays(why.into())
}

/// A pod that the target's controller made, and let go when its labels did not match any more.
fn pod(target: &ObjectId, owner: &Object, pod: &Object, snapshot: &Snapshot) -> Option<Verdict> {
    let labels = pod.labels();
    let wanted = recast::selector::labels(owner.at("/spec/selector/matchLabels"));
    let shares = wanted.iter().any(|(key, value)| labels.get(key) == Some(value));
    let made = is_made_by(target, pod, labels);
    if !shares && !made {
        return None;
    }
    if !made {
        return Some(stays("it was not made by the controller of a workload of this name"));
    }
    let other = wanted.iter().find(|(key, value)| labels.get(*key).is_some_and(|has| has != *value));
    if let Some((key, _)) = other {
        return Some(stays(format!(
            "its label {key} is another one than {target} selects, so that it may be kept on purpose"
        )));
    }
    if !shares {
        return Some(stays(format!("it has no label that {target} selects")));
    }
    if let Some(service) =
        snapshot.of(Kind::Service).find(|service| endpoints(snapshot, service.name()).contains(pod.uid()))
    {
        return Some(stays(format!("it is in the slices of service/{}", service.name())));
    }
    let selecting = |service: &&Object| !is_finished(pod) && selects(service, labels);
    if let Some(service) = snapshot.of(Kind::Service).find(selecting) {
        return Some(stays(format!("service/{} selects it", service.name())));
    }
    match taker(
        &[Kind::DaemonSet, Kind::ReplicaSet, Kind::StatefulSet],
        &target.beside(Kind::Pod, pod.name()),
        labels,
        snapshot,
    ) {
        Some(taker) => Some(stays(format!("{taker} selects it, and takes it"))),
        None => Some(Verdict::Goes("made by a controller, and without owner")),
    }
}

/// By the name that its controller asked for, and the hash that the controller gave it.
fn is_made_by(target: &ObjectId, pod: &Object, labels: &Labels) -> bool {
    let asked = pod.metadata().generate_name.as_deref().unwrap_or_default();
    if target.kind == Kind::Deployment {
        return labels.get(TEMPLATE_HASH).is_some_and(|hash| asked == format!("{}-{hash}-", target.name));
    }
    let hashed = labels.contains_key(REVISION_HASH) || labels.contains_key(TEMPLATE_HASH);
    hashed && asked == format!("{}-", target.name)
}

/// A ReplicaSet without pods, named as a Deployment of this name would name it.
fn replica_set(target: &ObjectId, set: &Object, snapshot: &Snapshot) -> Option<Verdict> {
    let labels = set.labels();
    let hash = labels.get(TEMPLATE_HASH).filter(|_| target.kind != Kind::ReplicaSet)?;
    if set.name() != format!("{}-{hash}", target.name) {
        return None;
    }
    let number = |pointer: &str| set.number(pointer).unwrap_or(0);
    if set.number("/spec/replicas") != Some(0) || number("/status/replicas") > 0 {
        return Some(stays("it has pods"));
    }
    match taker(&[Kind::Deployment], &target.beside(Kind::ReplicaSet, set.name()), labels, snapshot) {
        Some(taker) => Some(stays(format!("{taker} selects it, and takes it for its history"))),
        None => Some(Verdict::Goes("without pods and without owner")),
    }
}

/// A revision, named as the target's controller names it, or as a relabelling has named the one that took its place.
fn revision(target: &ObjectId, revision: &Object, snapshot: &Snapshot) -> Option<Verdict> {
    let key = match target.kind {
        Kind::DaemonSet => REVISION_HASH,
        Kind::StatefulSet => STATEFUL_HASH,
        _ => return None,
    };
    let labels = revision.labels();
    let name = revision.name().trim_end_matches("-r");
    if name != format!("{}-{}", target.name, labels.get(key)?) {
        return None;
    }
    match taker(&[target.kind], &target.beside(Kind::ControllerRevision, revision.name()), labels, snapshot) {
        Some(taker) => Some(stays(format!("{taker} selects it, and takes it for its history"))),
        None => Some(Verdict::Goes("a revision without owner")),
    }
}

/// The controller that takes what has these labels and no owner.
fn taker(kinds: &[Kind], of: &ObjectId, labels: &Labels, snapshot: &Snapshot) -> Option<ObjectId> {
    let mut all = kinds.iter().flat_map(|&kind| snapshot.of(kind).map(move |object| (kind, object)));
    all.find_map(|(kind, object)| {
        let selector = label_selector(object.at("/spec/selector")?).ok()?;
        // A StatefulSet takes only what has a name of its own.
        let named = kind != Kind::StatefulSet || of.name.starts_with(&format!("{}-", object.name()));
        (named && !object.is_deleting() && matches(&selector, labels)).then(|| of.beside(kind, object.name()))
    })
}

/// What else selects the pod.
fn selected_by(pod: &Object, snapshot: &Snapshot) -> Vec<ObjectId> {
    let labels = pod.labels();
    let fields = [(Kind::NetworkPolicy, "podSelector"), (Kind::PodDisruptionBudget, "selector")];
    let selecting = fields.into_iter().flat_map(|(kind, field)| {
        let selects = |object: &&Object| {
            let selector = object.at("/spec").map_or(&Value::Null, |spec| &spec[field]);
            label_selector(selector).is_ok_and(|selector| matches(&selector, labels))
        };
        snapshot.of(kind).filter(selects).map(|object| ObjectId::of(kind, object)).collect::<Vec<_>>()
    });
    selecting.collect()
}

#[cfg(test)]
mod tests;
