//! The plan: what a goal would do, folded over a small model of the cluster in which all goes well.

use serde_json::{Value, json};

use super::{Gate, Goal, Step};
use crate::action::{Action, Propagation, Request};
use crate::cluster::Answer;
use crate::failure::Failure;
use crate::object::Object;
use crate::snapshot::Snapshot;

/// One step of a plan.
#[derive(Clone, Debug)]
pub enum Planned {
    /// A write.
    Act(Box<Action>),
    /// Something to wait for.
    Wait(Gate),
}

/// What the uid of an object begins with that is yet to be created.
pub const PLANNED: &str = "planned-";

/// What the name of the revision begins with that a controller is yet to make; the name of its owner follows.
pub const PLANNED_REVISION: &str = "planned-revision-of-";

/// More decisions than any goal takes; a plan that is longer goes in a circle.
const LONGEST: usize = 1000;

/// What the goal would do. `settle` is the model: it does to the snapshot what the controllers would do to the cluster. The
/// snapshot is then as the cluster would be, so that one goal can be planned behind another.
///
/// # Errors
/// If the goal refuses, or the plan does not come to an end.
pub fn plan(
    goal: &impl Goal,
    snapshot: &mut Snapshot,
    settle: impl Fn(&mut Snapshot),
) -> Result<Vec<Planned>, Failure> {
    let mut steps = Vec::new();
    let mut waiting: Option<Gate> = None;
    for _ in 0..LONGEST {
        match goal.next(snapshot)? {
            Step::Done => return Ok(steps),
            Step::Act(actions) => {
                for action in actions {
                    let answer = model(&action.request, snapshot)?;
                    snapshot.enter(&action.request, answer);
                    steps.push(Planned::Act(Box::new(action)));
                }
                waiting = None;
            }
            // What the model cannot bring about ends the plan, not the command.
            Step::Wait(gate) if waiting.as_ref().is_some_and(|last| last.waits_for == gate.waits_for) => {
                return Ok(steps);
            }
            Step::Wait(gate) => {
                waiting = Some(gate.clone());
                steps.push(Planned::Wait(gate));
                settle(snapshot);
            }
        }
    }
    Err(Failure::new("the plan does not come to an end"))
}

/// What the cluster would say if these writes were granted.
pub(super) fn granted<'a>(snapshot: &Snapshot, actions: impl IntoIterator<Item = &'a Action>) -> Snapshot {
    let mut granted = snapshot.clone();
    for action in actions {
        // One that came too late is not granted.
        if let Ok(answer) = model(&action.request, &granted) {
            granted.enter(&action.request, answer);
        }
    }
    granted
}

/// The answer that a server would give.
fn model(request: &Request, snapshot: &Snapshot) -> Result<Answer, Failure> {
    let value = match request {
        Request::Delete { id, propagation, .. } => {
            match snapshot.get(id).filter(|_| *propagation == Propagation::Orphan) {
                Some(object) => orphaning(object.value().clone()),
                None => return Ok(Answer::Gone),
            }
        }
        Request::Create { id, object } => created(object.value().clone(), id.namespace()),
        Request::Patch { id, patch } => {
            let mut value = snapshot.get(id).map(|object| object.value().clone()).unwrap_or_default();
            json_patch::patch(&mut value, patch)
                .map_err(|error| Failure::caused_by(format!("cannot plan to patch {id}"), &error))?;
            value
        }
    };
    let object = Object::new(value).map_err(|error| Failure::caused_by("cannot plan", &error))?;
    Ok(Answer::of(Box::new(object)))
}

/// Deleted, and waiting until the garbage collector has freed what it owned.
fn orphaning(mut value: Value) -> Value {
    let metadata = &mut value["metadata"];
    metadata["deletionTimestamp"] = json!("2000-01-01T00:00:00Z");
    match metadata["finalizers"].as_array_mut() {
        Some(finalizers) => finalizers.push(json!("orphan")),
        None => metadata["finalizers"] = json!(["orphan"]),
    }
    value
}

fn created(mut value: Value, namespace: &str) -> Value {
    value["metadata"]["uid"] = json!(format!("{PLANNED}{}-{}", value["kind"], value["metadata"]["name"]));
    // Newer than whatever stood there.
    value["metadata"]["resourceVersion"] = json!(u64::MAX.to_string());
    value["metadata"]["generation"] = json!(1);
    value["metadata"]["namespace"] = json!(namespace);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that writes for ever, or so often and then is done.
    struct Restless(Option<usize>, std::cell::Cell<usize>);

    impl Goal for Restless {
        fn next(&self, _: &Snapshot) -> Result<Step, Failure> {
            self.1.set(self.1.get() + 1);
            Ok(if self.0.is_some_and(|last| self.1.get() > last) { Step::Done } else { Step::Act(Vec::new()) })
        }
    }

    #[test]
    fn a_plan_that_goes_in_a_circle_is_refused() {
        let planned = |last| plan(&Restless(last, std::cell::Cell::default()), &mut Snapshot::default(), |_| {});
        assert!(planned(Some(100)).is_ok());
        assert_eq!(planned(None).unwrap_err().message(), "the plan does not come to an end");
    }
}
