//! Which pods of the files each Service, budget and policy of the files selects, before the edits and after.

use std::collections::BTreeSet;

use kube::core::Selector;
use recast::kind::Kind;
use recast::manifest::{File, Manifest, ManifestObject};
use recast::screen::Screen;
use recast::selector::{Labels, label_selector, labels, matches, service_selector};
use serde_json::Value;

/// Positions of two objects, counted through all files: what selects, and what makes or is the pods.
type Pairs = BTreeSet<(usize, usize)>;

/// Says what is selected no longer, or is so now.
pub fn say(screen: &Screen, files: &[&File]) {
    let (before, after) = (pairs(files, File::before), pairs(files, File::after));
    if before == after {
        return;
    }
    let places: Vec<String> = files.iter().flat_map(|file| file.places()).collect();
    let objects: Vec<&ManifestObject> = files.iter().flat_map(|file| file.before().objects()).collect();
    let pods = |number: usize| format!("{} {}", objects[number].kind(), objects[number].name().escape_debug());
    let selecting = |pairs: &Pairs| pairs.iter().map(|(selecting, _)| *selecting).collect::<BTreeSet<_>>();
    let empty = &selecting(&before) - &selecting(&after);
    for (selecting, selected) in before.symmetric_difference(&after).filter(|(selecting, _)| !empty.contains(selecting))
    {
        let now = if after.contains(&(*selecting, *selected)) { "now selects" } else { "no longer selects" };
        screen.labelled("note", &format!("{} {now} the pods of {}", places[*selecting], pods(*selected)));
    }
    for selecting in empty {
        screen.labelled("warn", &format!("{} selects no pod of these files any more", places[selecting]));
    }
}

fn pairs(files: &[&File], state: fn(&File) -> &Manifest) -> Pairs {
    let objects: Vec<&ManifestObject> = files.iter().flat_map(|file| state(file).objects()).collect();
    let numbered = || objects.iter().enumerate();
    let pods: Vec<(usize, Option<&str>, Labels)> =
        numbered().filter_map(|(number, object)| Some((number, object.namespace(), pod_labels(object)?))).collect();
    let mut pairs = Pairs::new();
    for (number, object) in numbered() {
        let Some(selector) = selector(object) else { continue };
        let near = pods.iter().filter(|(_, namespace, _)| *namespace == object.namespace());
        pairs.extend(near.filter(|(_, _, labels)| matches(&selector, labels)).map(|(pods, _, _)| (number, *pods)));
    }
    pairs
}

/// The labels of the pods that an object makes or is.
fn pod_labels(object: &ManifestObject) -> Option<Labels> {
    let pointer = match kind(object)? {
        Kind::Pod => "/metadata/labels",
        kind if kind.is_workload() => "/spec/template/metadata/labels",
        _ => return None,
    };
    Some(labels(object.value.pointer(pointer)))
}

/// By which labels an object selects pods that it does not own.
pub fn selector(object: &ManifestObject) -> Option<Selector> {
    let spec = &object.value["spec"];
    let read = |selector: &Value| label_selector(selector).ok();
    match kind(object)? {
        Kind::Service => service_selector(spec.get("selector")).filter(|_| spec["type"] != "ExternalName"),
        Kind::PodDisruptionBudget => read(&spec["selector"]),
        Kind::NetworkPolicy if spec["podSelector"].is_null() => Some(Selector::default()),
        Kind::NetworkPolicy => read(&spec["podSelector"]),
        _ => None,
    }
}

fn kind(object: &ManifestObject) -> Option<Kind> {
    Kind::from_manifest(object.api_version(), object.kind())
}
