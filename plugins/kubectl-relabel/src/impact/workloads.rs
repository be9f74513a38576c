//! Workloads beside the targets: what they lose when the labels of a single pod change, and what falls to them.

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::{label_selector, matches};

use super::Row;
use super::selection::every;
use crate::change::{Change, Moved};

/// What makes pods, and owns them itself.
const OWNERS: [Kind; 3] = [Kind::DaemonSet, Kind::ReplicaSet, Kind::StatefulSet];

/// The workloads that let a pod go, or take one in.
pub fn rows(change: &Change<'_>, pods: &[Moved<'_>]) -> Vec<Row> {
    let moved: Vec<&Moved<'_>> = pods.iter().filter(|moved| moved.before != moved.after).collect();
    let all = OWNERS.into_iter().flat_map(|kind| every(change, kind));
    all.flat_map(|(id, object)| moved.iter().filter_map(|moved| row(change, &id, object, moved)).collect::<Vec<_>>())
        .collect()
}

fn row(change: &Change<'_>, id: &ObjectId, object: &Object, moved: &Moved<'_>) -> Option<Row> {
    let selector = label_selector(object.at("/spec/selector")?).ok()?;
    let (was, is) = (matches(&selector, &moved.before), matches(&selector, &moved.after));
    let pod = moved.pod.name();
    match moved.pod.controller() {
        // The targets' own pods follow them, through the ReplicaSets of a Deployment too.
        Some(owner) if owner.uid == object.uid() && was && !is && !follows(change, object) => {
            let then = match id.kind {
                Kind::StatefulSet => "and starts no other while that name is taken",
                _ => "and starts another",
            };
            Some(Row::note(id.clone(), format!("lets pod/{pod} go, {then}")))
        }
        None if is && !was && change.target(id).is_none() => {
            Some(Row::note(id.clone(), format!("takes in pod/{pod}, which has no owner, and may delete it")))
        }
        _ => None,
    }
}

fn follows(change: &Change<'_>, owner: &Object) -> bool {
    let uid = owner.controller().map(|above| above.uid.as_str());
    let is = |known: &str| known == owner.uid() || Some(known) == uid;
    change.targets.iter().any(|target| target.is_workload() && is(target.before.uid()))
}
