//! `--list`: the labels that count, and where.

use std::collections::{BTreeMap, BTreeSet};

use recast::commands::Commands;
use recast::exit::{Exit, Outcome};
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::resolve::{Found, not_found, open};
use recast::screen::Screen;
use recast::selector::labels;
use serde_json::Value;

use super::one;
use crate::args::{Args, Words};

/// Lists the labels of what the command line names.
pub async fn list(args: &Args, words: &Words, screen: &Screen) -> Outcome {
    let Some((_, found)) = open(&args.naming(&words.targets), &args.connection, screen).await? else {
        return Ok(Exit::Done);
    };
    let several = found.len() > 1;
    let mut failures = Vec::new();
    for found in found {
        match found {
            Found::There(id, object) => {
                if several {
                    screen.line(&format!("Listing labels for {id}:")).map_err(one)?;
                }
                for line in lines(&id, &object) {
                    screen.line(&format!("{}{line}", if several { " " } else { "" })).map_err(one)?;
                }
            }
            Found::Missing(_, id) => failures.push(not_found(&id, &Commands::like(&args.connection))),
        }
    }
    if failures.is_empty() { Ok(Exit::Done) } else { Err(failures) }
}

/// `app=rng  (selector, template)`
fn lines(id: &ObjectId, object: &Object) -> Vec<String> {
    let places: &[(&str, &str)] = match id.kind {
        Kind::Pod => &[("", "/metadata/labels")],
        Kind::Service => &[("", "/spec/selector")],
        Kind::PodDisruptionBudget => &[("", "/spec/selector/matchLabels")],
        Kind::NetworkPolicy => &[("", "/spec/podSelector/matchLabels")],
        _ => &[("selector", "/spec/selector/matchLabels"), ("template", "/spec/template/metadata/labels")],
    };
    let mut all: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, place) in places {
        for (key, value) in labels(object.at(place)) {
            all.entry(format!("{key}={value}")).or_default().insert(name);
        }
    }
    let selector = if id.kind == Kind::NetworkPolicy { "/spec/podSelector" } else { "/spec/selector" };
    let expressions = object.at(selector).and_then(|selector| selector["matchExpressions"].as_array());
    let expressions = expressions.into_iter().flatten().map(|expression| format!("{}  (selector)", shown(expression)));
    let line = |(label, names): (&String, &BTreeSet<&str>)| {
        let names: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
        if names.is_empty() { label.clone() } else { format!("{label}  ({})", names.join(", ")) }
    };
    all.iter().map(line).chain(expressions).collect()
}

/// `tier in (a,b)`, as a selector is typed.
fn shown(expression: &Value) -> String {
    let text = |field: &str| expression[field].as_str().unwrap_or_default();
    let values: Vec<&str> = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match text("operator") {
        "Exists" => text("key").to_owned(),
        "DoesNotExist" => format!("!{}", text("key")),
        operator => format!("{} {} ({})", text("key"), operator.to_lowercase(), values.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_are_listed_with_the_places_where_they_count() {
        let object = Object::new(json!({"metadata": {"labels": {"x": "y"}}, "spec": {
            "selector": {"matchLabels": {"app": "rng"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
            "template": {"metadata": {"labels": {"app": "rng", "a": "b"}}},
        }}));
        let lines = lines(&ObjectId::new(Kind::DaemonSet, "web", "rng"), &object.unwrap());
        assert_eq!(lines, ["a=b  (template)", "app=rng  (selector, template)", "a in (b)  (selector)"]);
    }

    #[test]
    fn a_service_lists_its_selector_as_kubectl_lists_labels() {
        let object = Object::new(json!({"spec": {"selector": {"app": "rng"}}})).unwrap();
        assert_eq!(lines(&ObjectId::new(Kind::Service, "web", "rng"), &object), ["app=rng"]);
    }
}
