//! Which pods a Service really has: read off its `EndpointSlices`.

use std::collections::BTreeSet;

use recast::kind::Kind;
use recast::object::Object;
use recast::selector::{Labels, labels, matches, service_selector};
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::ownership::{is_ready, pods_of};

/// The label that tells whose slice it is.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The Services whose selector matches the labels. One without selector, or an `ExternalName`, selects no pods.
pub fn services_of<'a>(snapshot: &'a Snapshot, labels: &'a Labels) -> impl Iterator<Item = &'a Object> {
    snapshot.of(Kind::Service).filter(move |service| selects(service, labels))
}

fn selects(service: &Object, labels: &Labels) -> bool {
    let external = service.at("/spec/type").is_some_and(|kind| kind == "ExternalName");
    !external && service_selector(service.at("/spec/selector")).is_some_and(|selector| matches(&selector, labels))
}

/// The uids of the pods that are ready endpoints of the Service.
#[must_use]
pub fn ready_endpoints(snapshot: &Snapshot, service: &str) -> BTreeSet<String> {
    let slices = snapshot.of(Kind::EndpointSlice).filter(|slice| {
        slice.metadata().labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME)).is_some_and(|name| name == service)
    });
    let endpoints = slices.flat_map(|slice| slice.at("/endpoints").and_then(Value::as_array).into_iter().flatten());
    // An unknown condition counts as ready (k8s.io/api/discovery/v1:EndpointConditions).
    let ready = endpoints.filter(|endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false)));
    ready.filter_map(|endpoint| endpoint.pointer("/targetRef/uid")?.as_str().map(str::to_owned)).collect()
}

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
        let chosen = |pod: &&Object| is_ready(pod) && selects(service, &labels(pod.at("/metadata/labels")));
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
