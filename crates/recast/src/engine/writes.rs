//! Sending writes: side by side, and what becomes of those that came too late.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::ready;
use std::pin::pin;

use futures::{StreamExt as _, stream};

use super::interrupt::Interrupts;
use super::{During, Engine, Goal, Happening, Stop};
use crate::action::{Action, Request};
use crate::cluster::ClusterError;
use crate::failure::Failure;
use crate::object::ObjectId;
use crate::snapshot::version;

/// How many writes are under way at once: enough that a distant server is kept busy, few enough that it is not flooded.
const WRITES_AT_ONCE: usize = 16;

/// What each goal wants to write now, by its position.
pub type Turns = BTreeMap<usize, Vec<Action>>;

impl Engine<'_> {
    /// Sends the writes of all goals side by side, and answers which goals have ended with that. What came too late is
    /// decided anew. The first refusal ends its goal and no other; what is under way is waited for, so that what the
    /// snapshot says is true.
    pub(super) async fn act<G: Goal>(
        &mut self,
        turns: &Turns,
        goals: &[G],
        interrupts: &mut Interrupts,
        interrupted: &mut bool,
        sink: &mut impl FnMut(Happening<'_>),
    ) -> BTreeMap<usize, Stop> {
        let cluster = self.cluster;
        let ended: RefCell<BTreeMap<usize, Stop>> = RefCell::default();
        let mut unanswered: BTreeMap<usize, usize> = turns.iter().map(|(&goal, turn)| (goal, turn.len())).collect();
        let sends = stream::iter(turns.iter().flat_map(|(&goal, turn)| turn.iter().map(move |action| (goal, action))))
            .filter(|(goal, _)| ready(!ended.borrow().contains_key(goal)))
            .map(|(goal, action)| async move { (goal, action, cluster.perform(&action.request, false).await) });
        let mut answers = pin!(sends.buffered(WRITES_AT_ONCE));
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = interrupts.next() => {
                    let again = std::mem::replace(interrupted, true);
                    let mut ended = ended.borrow_mut();
                    unanswered.retain(|_, count| *count > 0);
                    for &goal in unanswered.keys() {
                        // What is under way is finished, if something would be in danger otherwise.
                        if again || goals[goal].exposed(&self.snapshot).is_none() {
                            ended.entry(goal).or_insert(Stop::Interrupted(During::Write));
                        }
                    }
                    if unanswered.keys().all(|goal| ended.contains_key(goal)) {
                        break;
                    }
                    continue;
                }
            };
            let Some((goal, action, answer)) = answer else { break };
            unanswered.entry(goal).and_modify(|count| *count -= 1);
            match answer {
                Ok(answer) => {
                    self.snapshot.enter(&action.request, answer);
                    sink(Happening::Acted { goal, action, snapshot: &self.snapshot });
                }
                Err(error) => {
                    if let Err(failure) = look_again(self, &action.request, &goals[goal].guards(), error).await {
                        ended.borrow_mut().entry(goal).or_insert(Stop::Refused(failure));
                    }
                }
            }
        }
        ended.take()
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
    for guard in guards {
        look(engine, guard).await?;
    }
    if is_news { Ok(()) } else { Err(error.into()) }
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
