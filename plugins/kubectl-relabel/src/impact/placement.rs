//! Spread and affinity: where pods to come are placed, by the labels of those that are there.

use std::collections::BTreeSet;

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::label_selector;
use serde_json::Value;

use super::Row;
use super::selection::{Selection, every};
use crate::change::{Change, Moved};

/// One rule of a template that counts pods by their labels.
struct Rule<'a> {
    what: &'static str,
    term: &'a Value,
}

/// The workloads whose pods to come are placed by other pods, or by a label that they get.
pub fn rows(change: &Change<'_>, pods: &[Moved<'_>]) -> Vec<Row> {
    let all = Kind::WORKLOADS.into_iter().flat_map(|kind| every(change, kind));
    // What has an owner is placed as the owner's template says.
    let own = all.filter(|(id, object)| id.kind != Kind::ReplicaSet || object.controller().is_none());
    own.flat_map(|(id, object)| of(change, &id, object, pods)).collect()
}

fn of(change: &Change<'_>, id: &ObjectId, object: &Object, pods: &[Moved<'_>]) -> Vec<Row> {
    let spec = object.at("/spec/template/spec").unwrap_or(&Value::Null);
    let row = |rule: Rule<'_>| {
        let named = keys(rule.term);
        let edited: Vec<&str> =
            change.edits.iter().map(|edit| edit.key.as_str()).filter(|key| named.contains(key)).collect();
        let changes = change.target(id).is_some() || {
            let selector = label_selector(&rule.term["labelSelector"]).ok();
            selector.is_some_and(|selector| !Selection::of(pods, &selector).is_same())
        };
        let over = rule.term["topologyKey"].as_str().unwrap_or_default();
        (!edited.is_empty() && changes)
            .then(|| Row::note(id.clone(), format!("its {} over {over} goes by {}", rule.what, edited.join(", "))))
    };
    rules(spec).into_iter().filter_map(row).collect()
}

fn rules(spec: &Value) -> Vec<Rule<'_>> {
    let list = |pointer: &str| spec.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let mut rules: Vec<Rule<'_>> =
        list("/topologySpreadConstraints").map(|term| Rule { what: "topology spread", term }).collect();
    for (field, what) in [("podAffinity", "affinity"), ("podAntiAffinity", "anti-affinity")] {
        let required = format!("/affinity/{field}/requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = format!("/affinity/{field}/preferredDuringSchedulingIgnoredDuringExecution");
        rules.extend(list(&required).map(|term| Rule { what, term }));
        rules.extend(list(&preferred).map(|weighted| Rule { what, term: &weighted["podAffinityTerm"] }));
    }
    rules
}

/// The label keys that a rule goes by.
fn keys(term: &Value) -> BTreeSet<&str> {
    let selector = &term["labelSelector"];
    let matched = selector["matchLabels"].as_object().into_iter().flat_map(|labels| labels.keys().map(String::as_str));
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    let expressed = expressions.filter_map(|expression| expression["key"].as_str());
    let compared = ["matchLabelKeys", "mismatchLabelKeys"].into_iter();
    let compared = compared.flat_map(|field| term[field].as_array().into_iter().flatten().filter_map(Value::as_str));
    matched.chain(expressed).chain(compared).collect()
}
