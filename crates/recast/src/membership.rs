//! Which pods a Service really has: read off its `EndpointSlices`.

use std::collections::BTreeSet;

use crate::kind::Kind;
use crate::object::Object;
use crate::selector::{Labels, matches, service_selector};
use crate::snapshot::Snapshot;
use serde_json::Value;

/// The label that tells whose slice it is.
pub const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The Services whose selector matches the labels. One without selector, or an `ExternalName`, selects no pods.
pub fn services_of<'a>(snapshot: &'a Snapshot, labels: &'a Labels) -> impl Iterator<Item = &'a Object> {
    snapshot.of(Kind::Service).filter(move |service| selects(service, labels))
}

/// Whether the Service takes in pods with these labels.
#[must_use]
pub fn selects(service: &Object, labels: &Labels) -> bool {
    let external = service.at("/spec/type").is_some_and(|kind| kind == "ExternalName");
    !external && service_selector(service.at("/spec/selector")).is_some_and(|selector| matches(&selector, labels))
}

/// The uids of the pods that are ready endpoints of the Service.
#[must_use]
pub fn ready_endpoints(snapshot: &Snapshot, service: &str) -> BTreeSet<String> {
    // An unknown condition counts as ready (`k8s.io/api/discovery/v1/types.go:EndpointConditions`).
    uids(snapshot, service, |endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false)))
}

/// The uids of all pods that are endpoints of the Service, ready or not.
#[must_use]
pub fn endpoints(snapshot: &Snapshot, service: &str) -> BTreeSet<String> {
    uids(snapshot, service, |_| true)
}

/// The slices of the Service.
pub fn slices<'a>(snapshot: &'a Snapshot, service: &'a str) -> impl Iterator<Item = &'a Object> {
    snapshot.of(Kind::EndpointSlice).filter(move |slice| slice.label(SERVICE_NAME) == Some(service))
}

fn uids(snapshot: &Snapshot, service: &str, which: impl Fn(&&Value) -> bool) -> BTreeSet<String> {
    let endpoints = slices(snapshot, service)
        .flat_map(|slice| slice.at("/endpoints").and_then(Value::as_array).into_iter().flatten())
        .filter(which);
    endpoints.filter_map(|endpoint| endpoint.pointer("/targetRef/uid")?.as_str().map(str::to_owned)).collect()
}
