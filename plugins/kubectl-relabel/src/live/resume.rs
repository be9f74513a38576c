//! What an earlier run has left: finished, or put back.

use std::collections::BTreeSet;

use futures::future::join_all;
use recast::cluster::Cluster;
use recast::commands::Commands;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::output::DryRun;
use recast::ownership::lives;
use recast::resolve::Found;
use recast::screen::Screen;
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Journal, Policy, Swap, Unit, lock, locked, unfinished as under_way};

use super::absent::find;
use super::carry::planned;
use super::pod::Job;
use super::{Live, one, place};
use crate::args::{Args, Words};
use crate::change::Target;

impl Live<'_> {
    /// The journal that holds one of the targets, and its locks.
    pub(super) async fn journal_there(&self, found: &[Found]) -> Result<Option<(Journal, Vec<Object>)>, Failure> {
        let ids = found.iter().map(place).filter(|id| id.kind != Kind::Pod);
        for found in join_all(ids.map(|id| self.locked(id))).await {
            if let Some(secret) = found? {
                return locked(self.cluster, secret).await.map(Some);
            }
        }
        Ok(None)
    }

    /// The lock of a target. Who may not read secrets changes no workload, and what is left is no more than a write.
    async fn locked(&self, id: &ObjectId) -> Result<Option<Object>, Failure> {
        match self.cluster.get(&lock(id)).await {
            Err(error) if error.is_forbidden() && !id.kind.is_workload() && !self.args.abort => Ok(None),
            found => Ok(found?),
        }
    }

    /// Finishes what the same command has begun.
    pub(super) async fn go_on(&self, journal: Journal, secrets: Vec<Object>) -> Outcome {
        if !self.is_same(&journal) {
            let secret = secrets.first().map(|secret| under_way(secret, &self.commands));
            return Err(secret.into_iter().collect());
        }
        self.screen.say(&format!("goes on with what {} began at {}", journal.by, journal.begun));
        self.finish(journal, secrets, Direction::Forward).await
    }

    /// Drives a change that is under way to its end, either way.
    async fn finish(&self, journal: Journal, secrets: Vec<Object>, direction: Direction) -> Outcome {
        let ids: Vec<ObjectId> = journal
            .units
            .iter()
            .flat_map(|unit| {
                std::iter::once(unit.id().clone()).chain(unit.dependents.iter().map(|found| found.id.clone()))
            })
            .chain(journal.policies.iter().map(|policy| policy.id.clone()))
            .collect();
        let mut snapshot = Snapshot::default();
        let watch = self.watch(&ids, &mut snapshot).await.map_err(one)?;
        for secret in secrets {
            snapshot.observe(Kind::Secret, secret);
        }
        let targets = targets(&journal, direction, &snapshot);
        let swap = self.swap(journal, direction);
        let jobs = vec![Job::Swap(Box::new(swap.clone()))];
        let steps = planned(&jobs, &snapshot).map_err(one)?;
        if self.args.explain {
            return self.explain(&steps).map_err(one);
        }
        if self.args.dry_run != DryRun::Client {
            self.check_rights(&steps).await?;
        }
        if self.args.dry_run == DryRun::Server {
            self.rehearse(&steps, &mut snapshot, None).await?;
        }
        if self.args.dry_run != DryRun::None {
            self.announce(&swap, &targets, &snapshot).map_err(one)?;
            return Ok(Exit::Done);
        }
        if let Some(exit) = self.is_approved(&steps).map_err(one)? {
            return Ok(exit);
        }
        let before = snapshot.clone();
        let (results, after, acted) = self.drive(&jobs, snapshot, Some(watch)).await;
        if direction == Direction::Back && results.iter().all(Result::is_ok) {
            self.put_back(&swap, &targets, &after).map_err(one)?;
            return Ok(Exit::Done);
        }
        self.conclude(&jobs, results, &targets, &Vec::new(), (&before, &after), &acted)
    }

    /// A line for each target that is to go on.
    fn announce(&self, swap: &Swap, targets: &[Target], snapshot: &Snapshot) -> Result<(), Failure> {
        if swap.direction == Direction::Back {
            return self.put_back(swap, targets, snapshot);
        }
        if self.args.output.is_some() {
            return self.print(targets, &Vec::new(), &Snapshot::default());
        }
        let living: BTreeSet<&str> = snapshot.of(Kind::Pod).filter(|pod| lives(pod)).map(Object::uid).collect();
        targets.iter().try_for_each(|target| {
            let units = swap.journal.units.iter().filter(|unit| *unit.id() == target.id);
            let pods = units.flat_map(Unit::all).flat_map(|unit| unit.pods.keys());
            self.planned_line(target, pods.filter(|uid| living.contains(uid.as_str())).count())
        })
    }

    /// A line for each target that is as it was, or would be, and a word on what is left to others.
    fn put_back(&self, swap: &Swap, targets: &[Target], snapshot: &Snapshot) -> Result<(), Failure> {
        let suffix = self.args.dry_run.suffix();
        let theirs = swap.theirs(snapshot);
        for id in &theirs {
            self.screen.labelled("note", &format!("{id} is left as somebody else has made it"));
        }
        let ours = targets.iter().filter(|target| !theirs.contains(&&target.id));
        ours.map(|target| format!("{} put back{suffix}", target.id)).try_for_each(|line| self.screen.line(&line))
    }
}

/// `--abort`: puts back what an interrupted run has begun to change.
pub async fn abort(args: &Args, words: &Words, screen: &Screen) -> Outcome {
    let cluster = Cluster::connect(&args.connection, args.quiet).await.map_err(|error| vec![error.into()])?;
    let found = find(args, words, &cluster).await.map_err(one)?;
    let ids: Vec<ObjectId> = found.iter().map(|found| place(found).clone()).collect();
    let commands = Commands::like(&args.connection);
    let live = Live { args, words, screen, cluster: &cluster, commands, ids, flags: args.repeated() };
    if let Some((journal, secrets)) = live.journal_there(&found).await.map_err(one)? {
        if journal.handoff.is_some() {
            return Err(secrets.first().map(|secret| under_way(secret, &live.commands)).into_iter().collect());
        }
        return live.finish(journal, secrets, Direction::Back).await;
    }
    let names: Vec<String> = live.ids.iter().map(ToString::to_string).collect();
    let hint = live.commands.kubectl(&["relabel", "--unfinished"]);
    Err(one(Failure::new(format!("no change of {} is under way", names.join(", "))).hint(hint)))
}

/// What is changed, as it was and as it is to be.
fn targets(journal: &Journal, direction: Direction, snapshot: &Snapshot) -> Vec<Target> {
    let units = journal.units.iter().filter_map(|unit| {
        let before = Object::new(unit.from(direction).object.clone()).ok()?;
        Some(Target { id: unit.id().clone(), before, after: unit.to(direction).object.clone() })
    });
    let services = journal.moves.iter().map(|service| (&service.id, "selector", service.to(direction)));
    let policies =
        journal.policies.iter().map(|policy| (&policy.id, Policy::field(policy.id.kind), policy.to(direction)));
    let selecting = services.chain(policies).filter_map(|(id, field, selector)| {
        let before = snapshot.get(id)?.clone();
        let mut after = before.value().clone();
        after["spec"][field] = selector.clone();
        Some(Target { id: id.clone(), before, after })
    });
    let pods = journal.targets.iter().filter(|id| id.kind == Kind::Pod).filter_map(|id| {
        // One that is gone need not be put back.
        let before = snapshot.get(id).filter(|pod| journal.pods.contains_key(pod.uid()))?.clone();
        Some(Target { id: id.clone(), after: before.value().clone(), before })
    });
    units.chain(selecting).chain(pods).collect()
}
