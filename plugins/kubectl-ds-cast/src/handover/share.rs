//! What the Services have of the workload that is to go, and of the one that stays.

use std::collections::BTreeSet;

use recast::kind::Kind;
use recast::membership::{ready_endpoints, selects};
use recast::object::Object;
use recast::ownership::{is_ready, pods_of};
use recast::snapshot::Snapshot;

/// What a Service has of two workloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The Service's name.
    pub service: String,
    /// Ready endpoints in all.
    pub all: usize,
    /// Those that are the leaving workload's.
    pub leaving: usize,
    /// Those that are the staying workload's.
    pub staying: usize,
    /// Pods of the staying workload that are ready and selected, in the slices or not yet.
    pub expected: usize,
}

/// What each Service has of a workload that is to go and of one that is to stay. Services that have nothing of the
/// leaving one are left out.
#[must_use]
pub fn shares(snapshot: &Snapshot, leaving_uid: &str, staying_uid: &str) -> Vec<Share> {
    let uids = |owner| pods_of(snapshot, owner).map(|pod| pod.uid().to_owned()).collect::<BTreeSet<_>>();
    let (leaving, staying) = (uids(leaving_uid), uids(staying_uid));
    let share = |service: &Object| {
        let ready = ready_endpoints(snapshot, service.name());
        let chosen = |pod: &&Object| is_ready(pod) && selects(service, pod.labels());
        Share {
            service: service.name().to_owned(),
            all: ready.len(),
            leaving: ready.intersection(&leaving).count(),
            staying: ready.intersection(&staying).count(),
            expected: pods_of(snapshot, staying_uid).filter(chosen).count(),
        }
    };
    snapshot.of(Kind::Service).map(share).filter(|share| share.leaving > 0).collect()
}
