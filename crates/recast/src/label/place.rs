//! Where in an object of each kind labels count.

use serde_json::Value;

use super::map::{self, Guard};
use super::{LabelEdits, LabelError, selector};
use crate::kind::Kind;
use crate::patch::{Edits, pointer};

/// The kinds that [`relabel`](super::relabel) takes.
pub const KINDS: [Kind; 8] = [
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::StatefulSet,
    Kind::Service,
    Kind::Pod,
    Kind::PodDisruptionBudget,
    Kind::NetworkPolicy,
];

/// One place of an object where labels stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A `LabelSelector`.
    Selector(&'static [&'static str]),
    /// The selector of a Service, a plain map.
    Plain(&'static [&'static str]),
    /// The labels of a pod, or of a template that pods are made from.
    Labels(&'static [&'static str]),
}

use Place::{Labels, Plain, Selector};

const TEMPLATE: Place = Labels(&["spec", "template", "metadata", "labels"]);
const SELECTOR: Place = Selector(&["spec", "selector"]);

impl Place {
    /// The places of a kind; none if labels have no meaning there.
    pub const fn of(kind: Kind, keep_selector: bool) -> &'static [Self] {
        match kind {
            kind if kind.is_workload() && keep_selector => &[TEMPLATE],
            kind if kind.is_workload() => &[SELECTOR, TEMPLATE],
            Kind::Service => &[Plain(&["spec", "selector"])],
            Kind::PodDisruptionBudget => &[SELECTOR],
            Kind::NetworkPolicy => &[Selector(&["spec", "podSelector"])],
            Kind::Pod => &[Labels(&["metadata", "labels"])],
            _ => &[],
        }
    }

    /// Its path in the object.
    pub const fn path(self) -> &'static [&'static str] {
        match self {
            Selector(path) | Plain(path) | Labels(path) => path,
        }
    }

    /// What a report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Selector(_) | Plain(_) => "selector",
            Labels(path) => {
                if path.contains(&"template") {
                    "template"
                } else {
                    "labels"
                }
            }
        }
    }

    /// What stands there.
    pub fn of_object(self, object: &Value) -> Option<&Value> {
        object.pointer(pointer(self.path()).as_str()).filter(|value| !value.is_null())
    }

    /// The plain map of labels that is there.
    pub fn labels(self, object: &Value) -> Option<&Value> {
        let there = self.of_object(object)?;
        match self {
            Selector(_) => there.get("matchLabels"),
            Plain(_) | Labels(_) => Some(there),
        }
    }

    /// The expressions beside it.
    pub fn expressions(self, object: &Value) -> &[Value] {
        match self {
            Selector(_) => selector::expressions(self.of_object(object)),
            Plain(_) | Labels(_) => &[],
        }
    }

    /// Makes the edits there. A selector is tested as a whole before anything of it changes.
    pub fn edit(self, edits: &mut Edits, labels: &LabelEdits) -> Result<(), LabelError> {
        let mut changed = edits.clone();
        match self {
            Labels(path) => return map::edit(edits, path, labels, Guard::Values),
            Selector(path) => {
                changed.test(path);
                selector::edit(&mut changed, path, labels)?;
            }
            Plain(path) => {
                changed.test(path);
                map::edit(&mut changed, path, labels, Guard::None)?;
            }
        }
        if changed.value() != edits.value() {
            *edits = changed;
        }
        Ok(())
    }

    /// Whether it chooses pods, and by at least one label that they must have.
    pub fn binds(self, object: &Value) -> bool {
        let there = self.of_object(object).unwrap_or(&Value::Null);
        match self {
            Selector(_) => selector::is_binding(there),
            Plain(_) => there.as_object().is_some_and(|labels| !labels.is_empty()),
            Labels(_) => false,
        }
    }
}
