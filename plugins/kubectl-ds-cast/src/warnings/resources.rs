//! What the pods ask of the nodes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::PodSpec;
use kube_quantity::ParsedQuantity;
use recast::kind::Kind;
use recast::snapshot::Snapshot;
use recast::workload::Workload;
use serde_json::Value;

use super::Subject;

/// The warnings about requests: nodes that are too small, and a sum that grows.
pub fn warnings(subject: &Subject<'_>, pod: &PodSpec, snapshot: &Snapshot) -> Vec<String> {
    let requests = requests(pod);
    let Some(placement) = subject.placement else { return Vec::new() };
    let mut lines = Vec::new();
    for (resource, request) in &requests {
        let small: Vec<&str> = snapshot
            .of(Kind::Node)
            .filter(|node| placement.on.iter().any(|name| name == node.name()))
            .filter(|node| {
                let pointer = format!("/status/allocatable/{}", resource.replace('~', "~0").replace('/', "~1"));
                parse(node.at(&pointer)).is_none_or(|has| has < *request)
            })
            .map(recast::object::Object::name)
            .collect();
        if !small.is_empty() {
            lines.push(format!("each pod requests {resource} {request}: more than there is on {}", small.join(", ")));
        }
    }
    lines.extend(growth(subject, &requests, placement.on.len()));
    lines
}

fn growth(subject: &Subject<'_>, requests: &BTreeMap<String, ParsedQuantity>, pods: usize) -> Option<String> {
    let before = Workload::new(subject.source.kind, subject.object).desired();
    let pods = i64::try_from(pods).ok().filter(|pods| *pods > before && !requests.is_empty())?;
    let sum = |pods: i64| {
        let sums = requests.iter().map(|(resource, request)| format!("{resource} {}", request.clone() * pods));
        sums.collect::<Vec<_>>().join(", ")
    };
    Some(format!("requests grow from {} (pods: {before}) to {} (pods: {pods})", sum(before), sum(pods)))
}

/// What one pod requests (`k8s.io/component-helpers/resource:PodRequests`): its containers together, those that run
/// beside them included; init containers that end ask for less than the largest of both, and are left out.
fn requests(pod: &PodSpec) -> BTreeMap<String, ParsedQuantity> {
    let sidecars = pod.init_containers.iter().flatten().filter(|c| c.restart_policy.as_deref() == Some("Always"));
    let resources =
        pod.containers.iter().chain(sidecars).filter_map(|container| container.resources.as_ref()?.requests.as_ref());
    let mut sums: BTreeMap<String, ParsedQuantity> = BTreeMap::new();
    for (resource, quantity) in resources.flatten() {
        if let Ok(quantity) = ParsedQuantity::try_from(quantity) {
            let sum = sums.remove(resource).map_or(quantity.clone(), |sum| sum + quantity);
            sums.insert(resource.clone(), sum);
        }
    }
    sums
}

fn parse(value: Option<&Value>) -> Option<ParsedQuantity> {
    ParsedQuantity::try_from(value?.as_str()?.to_owned()).ok()
}
