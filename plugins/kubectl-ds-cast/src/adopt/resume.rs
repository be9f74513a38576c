//! What an earlier run has left: finished by the same command, put back by the opposite one.

use recast::cluster::Cluster;
use recast::commands::Commands;
use recast::failure::Failure;
use recast::object::{Object, ObjectId};
use recast::resolve::Found;
use recast::swap::{Direction, HOLD, Journal, MARK, Swap, fresh_id, lock, locked, unfinished};

use super::passing::{Origin, Passing};
use super::{Adopting, one};

impl Adopting<'_> {
    /// The handoffs that are under way of what was found, and what was found besides.
    pub(super) async fn resumed(&self, found: Vec<Found>) -> Result<(Vec<Passing>, Vec<Found>), Vec<Failure>> {
        let (mut passings, mut others) = (Vec::new(), Vec::new());
        for found in found {
            match self.resume(place(&found)).await.map_err(one)? {
                Some(passing) => passings.push(passing),
                None => others.push(found),
            }
        }
        Ok((passings, others))
    }

    /// The handoff that holds the lock of what is named. What is named is to go: where it was to come, it goes back.
    pub(super) async fn resume(&self, id: &ObjectId) -> Result<Option<Passing>, Failure> {
        let Some(secret) = self.locked_by(id).await? else { return Ok(None) };
        let foreign = || Err(unfinished(&secret, &self.commands));
        let (journal, secrets) = locked(self.cluster, secret.clone()).await?;
        let Some(handoff) = journal.handoff.clone() else { return foreign() };
        let direction = if handoff.before.top.id == *id { Direction::Forward } else { Direction::Back };
        let is_same = match direction {
            Direction::Forward => journal.command == self.command(id),
            Direction::Back => handoff.after.top.id == *id,
        };
        if !is_same {
            return foreign();
        }
        let how = if direction == Direction::Forward { "goes on with" } else { "puts back" };
        self.screen.say(&format!("{how} what {} began at {}", journal.by, journal.begun));
        Ok(Some(Passing { swap: self.swap(journal, direction), handoff, origin: Origin::Earlier(secrets) }))
    }

    /// The lock of what is named, or of what it becomes: they are taken one after the other.
    async fn locked_by(&self, id: &ObjectId) -> Result<Option<Object>, Failure> {
        let becomes = (!self.args.undo).then(|| self.target(id));
        for id in std::iter::once(id).chain(&becomes) {
            match self.cluster.get(&lock(id)).await {
                Ok(None) => {}
                Ok(secret) => return Ok(secret),
                // Whoever undoes what was never adopted needs no such right.
                Err(error) if self.args.undo && error.is_forbidden() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    pub(super) fn swap(&self, journal: Journal, direction: Direction) -> Swap {
        Swap {
            journal,
            direction,
            run: fresh_id(),
            wait: true,
            field_manager: self.args.connection.field_manager.clone(),
            commands: self.commands.clone(),
        }
    }

    /// What was asked, as it is typed: by name, whatever chose it.
    pub(super) fn command(&self, id: &ObjectId) -> Vec<String> {
        let args = self.args;
        let mut words = vec!["ds-cast".to_owned()];
        if args.undo {
            words.extend(["--undo".to_owned(), id.short()]);
            words.extend(args.as_remembered.then(|| "--as-remembered".to_owned()));
            words.extend(args.replicas.map(|replicas| format!("--replicas={replicas}")));
        } else {
            words.extend([id.short(), "--adopt".to_owned()]);
            words.extend(args.wish_words());
            words.extend(args.allow_fewer.then(|| "--allow-fewer".to_owned()));
        }
        words.extend(["-n".to_owned(), self.cluster.namespace().to_owned()]);
        words
    }
}

/// A change of the object that is not finished, if it bears the traces of one, or is missing. Whoever may not look at
/// secrets is not told.
pub async fn under_way(
    cluster: &Cluster,
    id: &ObjectId,
    object: Option<&Object>,
    commands: &Commands,
) -> Option<Failure> {
    if object.is_some_and(|object| !has_traces(object)) {
        return None;
    }
    let secret = cluster.get(&lock(id)).await.ok()??;
    Some(unfinished(&secret, commands))
}

/// Whether it is held, or marked, by a change.
pub(super) fn has_traces(object: &Object) -> bool {
    object.label(MARK).is_some() || object.metadata().finalizers.iter().flatten().any(|finalizer| finalizer == HOLD)
}

const fn place(found: &Found) -> &ObjectId {
    match found {
        Found::There(id, _) | Found::Missing(_, id) => id,
    }
}
