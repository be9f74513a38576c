//! Sending writes: side by side, and what becomes of those that came too late.

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};
use json_patch::PatchOperation;

use super::interrupt::{Interrupts, Patience};
use super::plan::granted;
use super::{During, Engine, Gate, Goal, Happening, Stop};
use crate::action::{Action, Request};
use crate::cluster::{Answer, ClusterError};
use crate::failure::Failure;
use crate::object::{Object, ObjectId};
use crate::snapshot::version;

/// Whoever waits longer than this for an answer looks whether the change is still to be done: it may have been put back
/// meanwhile.
const LONG: Duration = Duration::from_millis(500);

/// How many writes are under way at once: enough that a distant server is kept busy, few enough that it is not flooded.
const WRITES_AT_ONCE: usize = 16;

/// What each goal wants to write now, by its position.
pub type Turns = BTreeMap<usize, Vec<Action>>;

/// What becomes of the writes that are under way when the user interrupts, and when the time is over.
pub struct Ends<'e> {
    pub interrupts: &'e mut Interrupts,
    pub interrupted: &'e mut bool,
    pub patience: Patience,
}

impl Engine<'_> {
    /// Sends the writes of all goals side by side, and answers which goals have ended with that. What came too late is
    /// decided anew. The first refusal ends its goal and no other; what is under way is waited for, so that what the
    /// snapshot says is true.
    pub(super) async fn act<G: Goal>(
        &mut self,
        turns: &Turns,
        goals: &[G],
        ends: Ends<'_>,
        sink: &mut impl FnMut(Happening<'_>),
    ) -> BTreeMap<usize, Stop> {
        let cluster = self.cluster;
        let ended: RefCell<BTreeMap<usize, Stop>> = RefCell::default();
        let mut unanswered: BTreeMap<usize, usize> = turns.iter().map(|(&goal, turn)| (goal, turn.len())).collect();
        let sends = stream::iter(turns.iter().flat_map(|(&goal, turn)| turn.iter().map(move |action| (goal, action))))
            .filter(|(goal, _)| ready(!ended.borrow().contains_key(goal)))
            .map(|(goal, action)| async move {
                let begun = Instant::now();
                (goal, action, cluster.perform(&action.request, false).await, begun.elapsed())
            });
        let mut slow: BTreeSet<usize> = BTreeSet::new();
        let mut answers = pin!(sends.buffered(WRITES_AT_ONCE));
        let mut over = pin!(ends.patience.over());
        loop {
            let answer = tokio::select! {
                biased;
                () = &mut over => {
                    for (&goal, &left) in &unanswered {
                        let stop = Stop::TimedOut { gate: unwritten(left, &turns[&goal]), waited: ends.patience.passed() };
                        ended.borrow_mut().entry(goal).or_insert(stop);
                    }
                    break;
                }
                () = ends.interrupts.next() => {
                    let again = std::mem::replace(ends.interrupted, true);
                    let granted = granted(&self.snapshot, turns.values().flatten());
                    for &goal in unanswered.keys() {
                        let (is, may_be) = (goals[goal].exposed(&self.snapshot), goals[goal].exposed(&granted));
                        // What is under way is finished, if something would be in danger otherwise.
                        if let Some(danger) = is.as_ref().or(may_be.as_ref()).filter(|_| !again) {
                            sink(Happening::Finishes(danger));
                        } else {
                            let during = During::Write { danger: may_be.filter(|_| is.is_none()) };
                            ended.borrow_mut().entry(goal).or_insert(Stop::Interrupted(during));
                        }
                    }
                    if unanswered.keys().all(|goal| ended.borrow().contains_key(goal)) {
                        break;
                    }
                    continue;
                }
                answer = answers.next() => answer,
            };
            let Some((goal, action, answer, took)) = answer else { break };
            if took > LONG {
                slow.insert(goal);
            }
            if let Entry::Occupied(mut left) = unanswered.entry(goal) {
                *left.get_mut() -= 1;
                if *left.get() == 0 {
                    left.remove();
                }
            }
            let outcome = match answer {
                Ok(answer) => {
                    let kept = is_kept(&action.request, &answer);
                    self.snapshot.enter(&action.request, answer);
                    sink(Happening::Acted { goal, action, snapshot: &self.snapshot });
                    kept
                }
                Err(error) => look_again(self, &action.request, &goals[goal].guards(), error).await,
            };
            if let Err(failure) = outcome {
                ended.borrow_mut().entry(goal).or_insert(Stop::Refused(failure));
            }
        }
        let mut ended = ended.take();
        for goal in slow {
            if let Err(failure) = look_at(self, &goals[goal].guards()).await {
                ended.entry(goal).or_insert(Stop::Refused(failure));
            }
        }
        ended
    }
}

/// What is not written when the time is over.
fn unwritten(left: usize, turn: &[Action]) -> Gate {
    let next = turn.len().checked_sub(left).and_then(|done| turn.get(done));
    Gate {
        waits_for: "what is to be written".to_owned(),
        sees: next.map_or_else(String::new, |next| format!("{left} left, the next is: {}", next.request.summary())),
        command: String::new(),
    }
}

/// Whether the labels are those that were asked for. An admission webhook that takes one off again would have it written
/// for ever.
fn is_kept(request: &Request, answer: &Answer) -> Result<(), Failure> {
    let (Request::Patch { id, patch }, Answer::Is(object) | Answer::Metadata(object)) = (request, answer) else {
        return Ok(());
    };
    match patch.iter().find(|operation| !is_done(operation, object)) {
        None => Ok(()),
        Some(operation) => Err(Failure::new(format!("the server does not keep what is written to {id}"))
            .detail(operation.to_string())
            .hint("an admission webhook or policy changes it")),
    }
}

/// Whether a label is as the operation wants it; of what is no label, nothing is asked.
fn is_done(operation: &PatchOperation, object: &Object) -> bool {
    let is_label = |path: &str| path.starts_with("/metadata/labels/");
    match operation {
        PatchOperation::Add(add) if is_label(add.path.as_str()) => object.at(add.path.as_str()) == Some(&add.value),
        PatchOperation::Replace(new) if is_label(new.path.as_str()) => object.at(new.path.as_str()) == Some(&new.value),
        PatchOperation::Remove(old) if is_label(old.path.as_str()) => object.at(old.path.as_str()).is_none(),
        _ => true,
    }
}

/// Somebody else was faster: takes in what stands there now, so that the next decision is made on that. If it is what
/// was known already, the refusal is a real one.
async fn look_again(
    engine: &mut Engine<'_>,
    request: &Request,
    guards: &[ObjectId],
    error: ClusterError,
) -> Result<(), Failure> {
    if !error.is_outdated() {
        return Err(error.into());
    }
    let is_news = look(engine, request.id()).await?;
    look_at(engine, guards).await?;
    if is_news { Ok(()) } else { Err(error.into()) }
}

async fn look_at(engine: &mut Engine<'_>, guards: &[ObjectId]) -> Result<(), Failure> {
    for guard in guards {
        look(engine, guard).await?;
    }
    Ok(())
}

/// Takes in what stands there now; answers whether that is another thing than was known.
async fn look(engine: &mut Engine<'_>, id: &ObjectId) -> Result<bool, Failure> {
    let known = engine.snapshot.get(id).map(|object| (object.uid().to_owned(), version(object)));
    match (known, engine.cluster.get(id).await?) {
        (Some((uid, _)), None) => engine.snapshot.forget(id, &uid),
        (Some((_, known)), Some(object)) if version(&object) > known => {
            drop(engine.snapshot.observe(id.kind, object));
        }
        (None, Some(object)) => drop(engine.snapshot.observe(id.kind, object)),
        _ => return Ok(false),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use serde_json::json;

    fn patch() -> Request {
        let patch = json!([
            {"op": "test", "path": "/metadata/uid", "value": "1"},
            {"op": "add", "path": "/metadata/labels/on", "value": "yes"},
            {"op": "replace", "path": "/metadata/labels/tier", "value": "back"},
            {"op": "remove", "path": "/metadata/labels/old"},
            {"op": "add", "path": "/spec/paused", "value": true},
        ]);
        Request::Patch { id: ObjectId::new(Kind::Pod, "web", "rng"), patch: serde_json::from_value(patch).unwrap() }
    }

    #[test]
    fn a_label_that_the_server_does_not_keep_ends_it() {
        let kept = |labels: serde_json::Value| {
            let object = Object::new(json!({"metadata": {"name": "rng", "labels": labels}})).unwrap();
            is_kept(&patch(), &Answer::Is(Box::new(object)))
        };
        assert_eq!(kept(json!({"on": "yes", "tier": "back", "more": "x"})), Ok(()));
        for labels in [
            json!({"tier": "back"}),
            json!({"on": "no", "tier": "back"}),
            json!({"on": "yes", "tier": "front"}),
            json!({"on": "yes", "tier": "back", "old": "x"}),
        ] {
            let failure = kept(labels).unwrap_err();
            assert_eq!(failure.message(), "the server does not keep what is written to pod/rng");
        }
        assert_eq!(is_kept(&patch(), &Answer::Gone), Ok(()));
    }

    #[test]
    fn what_is_not_written_in_time_is_said() {
        let turn = [1, 2, 3].map(|_| Action { request: patch(), why: String::new() });
        assert_eq!(unwritten(2, &turn).sees, "2 left, the next is: patch pod/rng");
    }
}
