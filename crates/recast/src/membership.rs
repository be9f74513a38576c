//! Which pods a Service really has: read off its `EndpointSlices`.

use std::collections::BTreeSet;

use crate::kind::Kind;
use crate::object::Object;
use crate::selector::{Labels, matches, service_selector};
use crate::snapshot::Snapshot;
use serde_json::Value;

/// The label that tells whose slice it is.
pub const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The label that tells who makes a slice.
pub const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

/// What it says of those that are made by a Service's selector.
pub const BY_SELECTOR: &str = "endpointslice-controller.k8s.io";

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
    uids(slices(snapshot, service), |endpoint| is_ready(endpoint))
}

/// The uids of all pods that are endpoints of the Service, ready or not.
#[must_use]
pub fn endpoints(snapshot: &Snapshot, service: &str) -> BTreeSet<String> {
    uids(slices(snapshot, service), |_| true)
}

/// The slices of the Service.
pub fn slices<'a>(snapshot: &'a Snapshot, service: &'a str) -> impl Iterator<Item = &'a Object> {
    snapshot.of(Kind::EndpointSlice).filter(move |slice| slice.label(SERVICE_NAME) == Some(service))
}

/// Those of them that the controller makes by the Service's selector. Others are whose they are: people and programs may add
/// slices of their own (`pkg/controller/endpointslice/endpointslice_controller.go:ControllerName`).
pub fn slices_by_selector<'a>(snapshot: &'a Snapshot, service: &'a str) -> impl Iterator<Item = &'a Object> {
    slices(snapshot, service).filter(|slice| slice.label(MANAGED_BY) == Some(BY_SELECTOR))
}

/// The uids of the pods that are ready endpoints of the Service by its selector.
#[must_use]
pub fn ready_by_selector(snapshot: &Snapshot, service: &str) -> BTreeSet<String> {
    uids(slices_by_selector(snapshot, service), |endpoint| is_ready(endpoint))
}

fn is_ready(endpoint: &Value) -> bool {
    // An unknown condition counts as ready (`k8s.io/api/discovery/v1/types.go:EndpointConditions`).
    endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false))
}

fn uids<'a>(slices: impl Iterator<Item = &'a Object>, which: impl Fn(&&Value) -> bool) -> BTreeSet<String> {
    let endpoints =
        slices.flat_map(|slice| slice.at("/endpoints").and_then(Value::as_array).into_iter().flatten()).filter(which);
    endpoints.filter_map(|endpoint| endpoint.pointer("/targetRef/uid")?.as_str().map(str::to_owned)).collect()
}
