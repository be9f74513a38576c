//! On which nodes a DaemonSet runs, and what keeps it from the others.
//!
//! The rules are those of `pkg/controller/daemon/daemon_controller.go:nodeShouldRunDaemonPod`; what the scheduler
//! decides beyond them is not foreseen here.

mod affinity;

use k8s_openapi::api::core::v1::{Node, PodSpec, Taint, Toleration};
use recast::kind::Kind;
use recast::object::Object;
use recast::snapshot::Snapshot;
use serde::Deserialize as _;
use serde_json::Value;

/// Which nodes, and why not the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Names of the nodes that it runs on.
    pub on: Vec<String>,
    /// Names of the others, each with what keeps it off.
    pub off: Vec<(String, String)>,
}

/// Taints that every DaemonSet's pods tolerate
/// (`pkg/controller/daemon/util/daemonset_util.go:AddOrUpdateDaemonPodTolerations`). A node that is not ready has the
/// taint with `NoSchedule` as well, which they do not.
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// The taint that only pods on the host's network tolerate.
const NETWORK_UNAVAILABLE: &str = "node.kubernetes.io/network-unavailable";

impl Placement {
    /// Works out the placement of a template, or `None` where the nodes could not be looked at.
    #[must_use]
    pub fn of(template: &Value, snapshot: &Snapshot) -> Option<Self> {
        if snapshot.is_withheld(Kind::Node) {
            return None;
        }
        let pod = pod_spec(template)?;
        let mut placement = Self::default();
        for node in snapshot.of(Kind::Node) {
            match obstacle(&pod, node) {
                None => placement.on.push(node.name().to_owned()),
                Some(reason) => placement.off.push((node.name().to_owned(), reason)),
            }
        }
        Some(placement)
    }
}

/// The template's pod as a typed view.
#[must_use]
pub fn pod_spec(template: &Value) -> Option<PodSpec> {
    PodSpec::deserialize(template.get("spec")?).ok()
}

fn obstacle(pod: &PodSpec, object: &Object) -> Option<String> {
    let node: Node = object.typed().ok()?;
    let name = node.metadata.name.as_deref().unwrap_or_default();
    if let Some(wanted) = pod.node_name.as_deref().filter(|wanted| !wanted.is_empty() && *wanted != name) {
        return Some(format!("nodeName {wanted}"));
    }
    affinity::obstacle(pod, &node).or_else(|| {
        let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
        taints.iter().find(|taint| repels(taint, pod)).map(|taint| format!("taint {}", describe(taint)))
    })
}

fn repels(taint: &Taint, pod: &PodSpec) -> bool {
    let always = TOLERATED.contains(&(taint.key.as_str(), taint.effect.as_str()))
        || (taint.key == NETWORK_UNAVAILABLE && pod.host_network == Some(true));
    matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
        && !always
        && !pod.tolerations.iter().flatten().any(|toleration| tolerates(toleration, taint))
}

/// `k8s.io/component-helpers/scheduling/corev1:TolerationsTolerateTaint`.
fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let empty = |text: &Option<String>| text.as_deref().unwrap_or_default().is_empty();
    let key = empty(&toleration.key) || toleration.key.as_deref() == Some(&taint.key);
    let effect = empty(&toleration.effect) || toleration.effect.as_deref() == Some(&taint.effect);
    let wanted = toleration.value.as_deref().unwrap_or_default();
    let value = taint.value.as_deref().unwrap_or_default();
    let numbers = || Some((value.parse::<i64>().ok()?, wanted.parse::<i64>().ok()?));
    key && effect
        && match toleration.operator.as_deref() {
            Some("Exists") => true,
            Some("Gt") => numbers().is_some_and(|(value, wanted)| value > wanted),
            Some("Lt") => numbers().is_some_and(|(value, wanted)| value < wanted),
            _ => wanted == value,
        }
}

fn describe(taint: &Taint) -> String {
    match taint.value.as_deref().filter(|value| !value.is_empty()) {
        Some(value) => format!("{}={value}:{}", taint.key, taint.effect),
        None => format!("{}:{}", taint.key, taint.effect),
    }
}

#[cfg(test)]
mod tests;
