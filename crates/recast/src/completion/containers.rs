//! The names of the containers in what a command line names.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::Value;

use super::choice::Choice;
use crate::cluster::{Cluster, Scope};
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::selector::labels;

/// Where the containers of a pod stand, and what they are.
const PLACES: [(&str, &str); 3] =
    [("containers", "container"), ("initContainers", "init container"), ("ephemeralContainers", "ephemeral container")];

/// Those of the objects, each of which is of one of some kinds, and of the pods that a selector matches.
pub async fn containers(objects: &[(Vec<Kind>, String)], selector: Option<&str>, cluster: &Cluster) -> Vec<Choice> {
    let named = join_all(objects.iter().map(|(kinds, name)| of_named(kinds, name, cluster))).await;
    let selected = match selector {
        Some(selector) => of_selected(selector, cluster).await,
        None => BTreeSet::new(),
    };
    let all: BTreeSet<Choice> = named.into_iter().flatten().chain(selected).collect();
    all.into_iter().collect()
}

/// The first of the kinds that has an object of this name is the one that is meant.
async fn of_named(kinds: &[Kind], name: &str, cluster: &Cluster) -> BTreeSet<Choice> {
    for &kind in kinds {
        let id = ObjectId::new(kind, cluster.namespace(), name);
        if let Ok(Some(object)) = cluster.get(&id).await {
            return of_object(kind, &object, cluster).await;
        }
    }
    BTreeSet::new()
}

async fn of_object(kind: Kind, object: &Object, cluster: &Cluster) -> BTreeSet<Choice> {
    match kind {
        Kind::Pod => of_spec(object.at("/spec")),
        Kind::Service => {
            let labels = labels(object.at("/spec/selector"));
            let selector: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            if selector.is_empty() { BTreeSet::new() } else { of_selected(&selector.join(","), cluster).await }
        }
        _ => of_spec(object.at("/spec/template/spec")),
    }
}

async fn of_selected(selector: &str, cluster: &Cluster) -> BTreeSet<Choice> {
    let scope = Scope::all(Kind::Pod, cluster.namespace()).labelled(selector);
    let pods = cluster.a_few(&scope).await.unwrap_or_default();
    pods.iter().flat_map(|pod| of_spec(pod.at("/spec"))).collect()
}

fn of_spec(spec: Option<&Value>) -> BTreeSet<Choice> {
    let spec = spec.unwrap_or(&Value::Null);
    let named = |place: &str, what: &str| -> Vec<Choice> {
        let containers = spec[place].as_array().into_iter().flatten();
        containers.filter_map(|container| Some(Choice::new(container["name"].as_str()?, what))).collect()
    };
    PLACES.into_iter().flat_map(|(place, what)| named(place, what)).collect()
}
