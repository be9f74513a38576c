//! Moving disruption budgets and network policies with the pods: none of the pods falls out of them in between.

use std::borrow::Cow;

use serde_json::Value;

use super::Swap;
use super::policy::Policy;
use super::unit::Direction;
use crate::action::Request;
use crate::engine::Step;
use crate::failure::Failure;
use crate::object::Object;
use crate::patch::Edits;
use crate::snapshot::Snapshot;

impl Swap {
    /// Before the labels of pods change: each policy selects them by the old ones and by the new ones.
    pub(super) fn prepare_policies(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        self.select_policies(snapshot, Policy::meanwhile, "it holds for the pods all the while")
    }

    /// When the pods have their new labels.
    pub(super) fn settle_policies(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        self.select_policies(
            snapshot,
            |policy, _| Cow::Borrowed(policy.to(self.direction)),
            "the pods have the labels that it is to select",
        )
    }

    fn select_policies(
        &self,
        snapshot: &Snapshot,
        wanted: impl for<'v> Fn(&'v Policy, &'v Value) -> Cow<'v, Value>,
        why: &str,
    ) -> Result<Option<Step>, Failure> {
        for policy in &self.journal.policies {
            let object = match self.policy(policy, snapshot) {
                // What others have made of it stays so, and keeps nothing else from being put back.
                Err(_) if self.direction == Direction::Back => continue,
                object => object?,
            };
            let field = Policy::field(policy.id.kind);
            let selector = wanted(policy, selected(policy, object)).into_owned();
            let mut edits = Edits::of(object.value().clone());
            edits.test(&["metadata", "uid"]);
            edits.test(&["spec", field]);
            edits.set(&["spec", field], selector);
            let (patch, value) = edits.finish();
            if value != *object.value() {
                return Ok(Some(Step::act(Request::Patch { id: policy.id.clone(), patch }, why)));
            }
        }
        Ok(None)
    }

    fn policy<'s>(&self, policy: &Policy, snapshot: &'s Snapshot) -> Result<&'s Object, Failure> {
        let object = snapshot.get(&policy.id).filter(|object| object.uid() == policy.uid && !object.is_deleting());
        let object = object.ok_or_else(|| {
            Failure::new(format!("{} was deleted, or made anew, by somebody else", policy.id)).hint(self.way_back())
        })?;
        let selector = selected(policy, object);
        if policy.knows(selector) {
            return Ok(object);
        }
        Err(Failure::new(format!("the selector of {} was changed by somebody else, and is left as it is", policy.id))
            .detail(format!("it is {selector}"))
            .hint(self.way_back()))
    }
}

/// What it selects now.
fn selected<'o>(policy: &Policy, object: &'o Object) -> &'o Value {
    object.at("/spec").map_or(&Value::Null, |spec| &spec[Policy::field(policy.id.kind)])
}
