//! Node selectors and required node affinity.

use k8s_openapi::api::core::v1::{Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec};
use recast::selector::Labels;

/// What of the pod's selector or affinity the node does not meet.
pub fn obstacle(pod: &PodSpec, node: &Node) -> Option<String> {
    let labels = node.metadata.labels.clone().unwrap_or_default();
    let missing = pod.node_selector.iter().flatten().find(|(key, value)| labels.get(*key) != Some(value));
    if let Some((key, value)) = missing {
        return Some(format!("node selector {key}={value}"));
    }
    let affinity = pod.affinity.as_ref()?.node_affinity.as_ref()?;
    let required = affinity.required_during_scheduling_ignored_during_execution.as_ref()?;
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let met = required.node_selector_terms.iter().any(|term| term_matches(term, &labels, name));
    (!met).then(|| {
        format!("node affinity {}", required.node_selector_terms.iter().map(describe).collect::<Vec<_>>().join(" or "))
    })
}

/// Whether a node meets a term; an empty one is met by none.
fn term_matches(term: &NodeSelectorTerm, labels: &Labels, name: &str) -> bool {
    let expressions = term.match_expressions.as_deref().unwrap_or_default();
    let fields = term.match_fields.as_deref().unwrap_or_default();
    let on_labels = |need: &NodeSelectorRequirement| meets(need, labels.get(&need.key).map(String::as_str));
    let on_name = |need: &NodeSelectorRequirement| need.key == "metadata.name" && meets(need, Some(name));
    !(expressions.is_empty() && fields.is_empty()) && expressions.iter().all(on_labels) && fields.iter().all(on_name)
}

fn meets(need: &NodeSelectorRequirement, value: Option<&str>) -> bool {
    let values = need.values.as_deref().unwrap_or_default();
    let listed = value.is_some_and(|value| values.iter().any(|listed| listed == value));
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    let bound = number(values.first().map(String::as_str));
    match need.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => number(value).zip(bound).is_some_and(|(value, bound)| value > bound),
        "Lt" => number(value).zip(bound).is_some_and(|(value, bound)| value < bound),
        _ => false,
    }
}

fn describe(term: &NodeSelectorTerm) -> String {
    let needs = term.match_expressions.iter().chain(term.match_fields.iter()).flatten().map(|need| {
        let values = need.values.as_deref().unwrap_or_default().join(",");
        match need.operator.as_str() {
            "Exists" => need.key.clone(),
            "DoesNotExist" => format!("!{}", need.key),
            "Gt" => format!("{} > {values}", need.key),
            "Lt" => format!("{} < {values}", need.key),
            operator => format!("{} {} ({values})", need.key, operator.to_lowercase()),
        }
    });
    needs.collect::<Vec<_>>().join(", ")
}
