//! The plan: what a goal would do, folded over a small model of the cluster in which all goes well.

use serde_json::{Value, json};

use super::{Gate, Goal, Step};
use crate::action::{Action, Request};
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

/// More steps than any goal takes; a plan that is longer goes in a circle.
const LONGEST: usize = 1000;

/// What the goal would do. `settle` is the model: it does to the snapshot what the controllers would do to the cluster.
///
/// # Errors
/// If the goal refuses, or the plan does not come to an end.
pub fn plan(goal: &impl Goal, mut snapshot: Snapshot, settle: impl Fn(&mut Snapshot)) -> Result<Vec<Planned>, Failure> {
    let mut steps = Vec::new();
    let mut waiting: Option<Gate> = None;
    while steps.len() < LONGEST {
        match goal.next(&snapshot)? {
            Step::Done => return Ok(steps),
            Step::Act(action) => {
                let answer = model(&action.request, &snapshot)?;
                snapshot.enter(&action.request, answer);
                waiting = None;
                steps.push(Planned::Act(action));
            }
            // What the model cannot bring about ends the plan, not the command.
            Step::Wait(gate) if waiting.as_ref().is_some_and(|last| last.waits_for == gate.waits_for) => {
                return Ok(steps);
            }
            Step::Wait(gate) => {
                waiting = Some(gate.clone());
                steps.push(Planned::Wait(gate));
                settle(&mut snapshot);
            }
        }
    }
    Err(Failure::new("the plan does not come to an end"))
}

/// The answer that a server would give.
fn model(request: &Request, snapshot: &Snapshot) -> Result<Answer, Failure> {
    let value = match request {
        Request::Delete { .. } => return Ok(Answer::Gone),
        Request::Create { id, object } => created(object.value().clone(), id.namespace()),
        Request::Patch { id, patch } => {
            let mut value = snapshot.get(id).map(|object| object.value().clone()).unwrap_or_default();
            json_patch::patch(&mut value, patch)
                .map_err(|error| Failure::caused_by(format!("cannot plan to patch {id}"), &error))?;
            value
        }
    };
    let object = Object::new(value).map_err(|error| Failure::caused_by("cannot plan", &error))?;
    Ok(Answer::Is(Box::new(object)))
}

fn created(mut value: Value, namespace: &str) -> Value {
    value["metadata"]["uid"] = json!("planned");
    // Newer than whatever stood there.
    value["metadata"]["resourceVersion"] = json!(u64::MAX.to_string());
    value["metadata"]["generation"] = json!(1);
    value["metadata"]["namespace"] = json!(namespace);
    value
}
