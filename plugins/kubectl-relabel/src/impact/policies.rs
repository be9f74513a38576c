//! Network policies: the pods that they are for, and the pods that they let these talk to.

use recast::difference::count;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::{Labels, label_selector, matches};
use serde_json::Value;

use super::selection::{Selection, every, is_changed, of_field};
use super::{Row, Severity};
use crate::change::{Change, Moved};

/// The policies that are for other pods, or name others.
pub fn rows(change: &Change<'_>, pods: &[Moved<'_>]) -> Vec<Row> {
    let of = |(id, policy): (ObjectId, &Object)| {
        let own = own(change, &id, policy, pods);
        let ingress = peers(&id, policy, "ingress", "from", pods);
        let egress = peers(&id, policy, "egress", "to", pods);
        own.into_iter().chain(ingress).chain(egress).collect::<Vec<_>>()
    };
    every(change, Kind::NetworkPolicy).flat_map(of).collect()
}

fn own(change: &Change<'_>, id: &ObjectId, policy: &Object, pods: &[Moved<'_>]) -> Option<Row> {
    let selection = of_field(change, id, policy, "podSelector", pods);
    let number = |pods: Vec<&Object>| count(pods.len(), "pod", "pods");
    if is_changed(change, id) {
        let same = selection.is_same();
        let what = if same { "moves with it".to_owned() } else { format!("is for {}", selection.shown()) };
        return Some(Row::note(id.clone(), format!("{what} (target)")));
    }
    if !selection.lost().is_empty() {
        let what = format!("loses {}: it fails open", number(selection.lost()));
        return Some(Row { object: id.clone(), what, severity: Severity::Exposed });
    }
    (!selection.is_same()).then(|| {
        let what = format!("takes in {}: what it does not allow them is shut", number(selection.gained()));
        Row::note(id.clone(), what)
    })
}

/// The pods of the same namespace that its pods may talk to, this way.
fn peers(id: &ObjectId, policy: &Object, way: &str, field: &str, pods: &[Moved<'_>]) -> Option<Row> {
    let rules = policy.at(&format!("/spec/{way}")).and_then(Value::as_array);
    let peers = rules.into_iter().flatten().flat_map(|rule| rule[field].as_array().into_iter().flatten());
    let here = peers.filter(|peer| !peer["podSelector"].is_null() && is_here(peer, id.namespace()));
    let selectors: Vec<_> = here.filter_map(|peer| label_selector(&peer["podSelector"]).ok()).collect();
    let chosen = |labels: &Labels| selectors.iter().any(|selector| matches(selector, labels));
    let selection = Selection::by(pods, chosen, chosen);
    let number = |pods: Vec<&Object>| count(pods.len(), "pod", "pods");
    let whom = if way == "ingress" { "come to" } else { "be reached from" };
    if !selection.lost().is_empty() {
        let what = format!("no longer lets {} {whom} its pods", number(selection.lost()));
        return Some(Row { object: id.clone(), what, severity: Severity::CutOff });
    }
    (!selection.is_same())
        .then(|| Row::note(id.clone(), format!("lets {} more {whom} its pods", number(selection.gained()))))
}

/// Whether the peer may be in the namespace of the policy; of its labels only that of its name is known.
fn is_here(peer: &Value, namespace: &str) -> bool {
    let known = Labels::from([("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())]);
    let of = &peer["namespaceSelector"];
    of.is_null() || label_selector(of).is_ok_and(|selector| matches(&selector, &known))
}
