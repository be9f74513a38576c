//! Sending writes: side by side, and what becomes of those that came too late.

use futures::{StreamExt as _, stream};

use super::interrupt::Interrupts;
use super::{Engine, Goal};
use crate::action::{Action, Request};
use crate::cluster::ClusterError;
use crate::failure::Failure;
use crate::object::ObjectId;
use crate::snapshot::{Snapshot, version};

/// How many writes are under way at once: enough that a distant server is kept busy, few enough that it is not flooded.
const WRITES_AT_ONCE: usize = 16;

/// What became of a set of writes.
pub enum Outcome {
    /// They were sent, and their answers are in the snapshot. What came too late is decided anew.
    Sent,
    /// The user wants to stop at once.
    Interrupted,
}

impl Engine<'_> {
    /// Sends the writes. The first one that is refused ends it; those under way are waited for, so that what the
    /// snapshot says is true.
    pub(super) async fn act<G: Goal>(
        &mut self,
        actions: &[Action],
        goal: &G,
        interrupts: &mut Interrupts,
        interrupted: &mut bool,
        told: &mut impl FnMut(&Action, &Snapshot),
    ) -> Result<Outcome, Failure> {
        let (cluster, mut refused) = (self.cluster, Ok(()));
        let stop = std::cell::Cell::new(false);
        let sends = stream::iter(actions)
            .take_while(|_| std::future::ready(!stop.get()))
            .map(|action| async move { (action, cluster.perform(&action.request, false).await) });
        let mut answers = Box::pin(sends.buffer_unordered(WRITES_AT_ONCE));
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = interrupts.next() => {
                    // What is under way is finished, if something would be in danger otherwise.
                    if std::mem::replace(interrupted, true) || goal.exposed(&self.snapshot).is_none() {
                        return Ok(Outcome::Interrupted);
                    }
                    continue;
                }
            };
            let Some((action, answer)) = answer else { break };
            match answer {
                Ok(answer) => {
                    self.snapshot.enter(&action.request, answer);
                    told(action, &self.snapshot);
                }
                Err(error) => {
                    if let Err(failure) = look_again(self, &action.request, &goal.guards(), error).await {
                        stop.set(true);
                        refused = Err(failure);
                    }
                }
            }
        }
        refused.map(|()| Outcome::Sent)
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
