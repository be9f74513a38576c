//! Which pods a selector chooses, before and after.

use std::collections::BTreeSet;

use kube::core::Selector;
use recast::difference::count;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::{Labels, label_selector, matches, service_selector};
use serde_json::Value;

use crate::change::{Change, Moved};

/// The pods that are chosen, before and after.
#[derive(Clone, Debug, Default)]
pub struct Selection<'p> {
    /// Before.
    pub before: Vec<&'p Object>,
    /// After.
    pub after: Vec<&'p Object>,
}

impl<'p> Selection<'p> {
    /// Chooses by what each selector says of a pod's labels.
    pub fn by(pods: &[Moved<'p>], before: impl Fn(&Labels) -> bool, after: impl Fn(&Labels) -> bool) -> Self {
        Self {
            before: pods.iter().filter(|moved| before(&moved.before)).map(|moved| moved.pod).collect(),
            after: pods.iter().filter(|moved| after(&moved.after)).map(|moved| moved.pod).collect(),
        }
    }

    /// Chooses by the same selector before and after.
    pub fn of(pods: &[Moved<'p>], selector: &Selector) -> Self {
        Self::by(pods, |labels| matches(selector, labels), |labels| matches(selector, labels))
    }

    /// The pods that are chosen no more.
    pub fn lost(&self) -> Vec<&'p Object> {
        without(&self.before, &self.after)
    }

    /// The pods that are chosen from then on.
    pub fn gained(&self) -> Vec<&'p Object> {
        without(&self.after, &self.before)
    }

    /// Whether the same pods are chosen.
    pub fn is_same(&self) -> bool {
        self.lost().is_empty() && self.gained().is_empty()
    }

    /// `5 pods -> 4`
    pub fn shown(&self) -> String {
        let others = if self.before.len() == self.after.len() { ", but others" } else { "" };
        format!("{} -> {}{others}", count(self.before.len(), "pod", "pods"), self.after.len())
    }
}

fn without<'p>(pods: &[&'p Object], others: &[&Object]) -> Vec<&'p Object> {
    let others: BTreeSet<&str> = others.iter().map(|pod| pod.uid()).collect();
    pods.iter().copied().filter(|pod| !others.contains(pod.uid())).collect()
}

/// What an object selects that may be a target, and the selector of which is in the field.
pub fn of_field<'p>(
    change: &Change<'_>,
    id: &ObjectId,
    object: &Object,
    field: &str,
    pods: &[Moved<'p>],
) -> Selection<'p> {
    let read = |value: &Value| {
        let selector = value.pointer(&format!("/spec/{field}"));
        match id.kind {
            Kind::Service => service_selector(selector),
            // Absent it selects nothing in a budget, and everything in a policy.
            Kind::NetworkPolicy => label_selector(selector.unwrap_or(&Value::Object(serde_json::Map::new()))).ok(),
            _ => label_selector(selector.filter(|selector| !selector.is_null())?).ok(),
        }
    };
    let before = read(object.value());
    let after = change.target(id).map_or_else(|| before.clone(), |target| read(&target.after));
    let chooses = |selector: Option<Selector>| {
        move |labels: &Labels| selector.as_ref().is_some_and(|selector| matches(selector, labels))
    };
    Selection::by(pods, chooses(before), chooses(after))
}

/// What a target selects, of the kinds that protect pods.
pub fn of_target<'p>(change: &Change<'_>, id: &ObjectId, pods: &[Moved<'p>]) -> Option<Selection<'p>> {
    let field = match id.kind {
        Kind::NetworkPolicy => "podSelector",
        Kind::PodDisruptionBudget => "selector",
        _ => return None,
    };
    Some(of_field(change, id, change.snapshot.get(id)?, field, pods))
}

/// Every object of a kind, and where it is.
pub fn every<'a>(change: &'a Change<'_>, kind: Kind) -> impl Iterator<Item = (ObjectId, &'a Object)> {
    let objects = change.snapshot.of(kind).filter(|object| !object.is_deleting());
    objects.map(move |object| (ObjectId::of(kind, object), object))
}

/// Whether it is a target whose own selector changes.
pub fn is_changed(change: &Change<'_>, id: &ObjectId) -> bool {
    change.target(id).is_some_and(|target| *target.before.value() != target.after)
}
