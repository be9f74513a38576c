//! Casting live workloads.

use recast::cluster::Cluster;
use recast::commands::Commands;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::resolve::Found;
use recast::screen::Screen;
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::adopt::under_way;
use crate::args::Args;
use crate::cast::{Origin, SOURCES, cast};
use crate::goal::{CastGoal, Replace};
use crate::job::{Job, doubled};
use crate::report::cast_report;
use crate::resolve::{missing, open};
use crate::run::Run;
use crate::survey::{Interest, Site, survey};
use crate::undo::{UndoWishes, restore};
use crate::warnings::orphans;

/// Casts what the command line names.
pub async fn run(args: &Args, screen: &Screen) -> Outcome {
    let Some((cluster, found)) = open(args, screen, &SOURCES, Kind::Deployment).await? else { return Ok(Exit::Done) };
    let (sources, jobs) = goals(args, screen, &cluster, found).await?;
    if jobs.is_empty() {
        return Ok(Exit::Done);
    }
    let sites: Vec<Site<'_>> = sources
        .iter()
        .zip(&jobs)
        .map(|(object, job)| Site {
            id: &job.source,
            object,
            other: &job.target,
            selector: &job.cast.daemon_set["spec"]["selector"],
        })
        .collect();
    let interest = Interest { moves: args.replace, placement: true, report: !args.quiet };
    let (snapshot, watch) = survey(args, &cluster, &sites, interest).await.map_err(|failure| vec![failure])?;
    Run { args, screen, cluster: &cluster, snapshot, watch, jobs }.carry_out().await
}

/// The goals for all that was found. One that is refused keeps the others from being begun, unless it is to be skipped.
async fn goals(
    args: &Args,
    screen: &Screen,
    cluster: &Cluster,
    found: Vec<Found>,
) -> Result<(Vec<Object>, Vec<CastGoal>), Vec<Failure>> {
    let commands = Commands::like(&args.connection);
    let (mut sources, mut jobs, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for found in found {
        match found {
            Found::There(id, object) if by_selector(args) && is_owned(&id, &object) => {
                screen.say(&format!("{id} belongs to a deployment and is left as it is"));
            }
            Found::There(id, object) => match attempt(args, cluster, &commands, id, &object).await {
                Ok(goal) => {
                    sources.push(*object);
                    jobs.push(goal);
                }
                Err(failure) => failures.push(failure),
            },
            Found::Missing(_, id) if was_replaced(args, cluster, &id).await => {
                let target = id.beside(Kind::DaemonSet, args.name.as_deref().unwrap_or(&id.name));
                screen.line(&format!("{target} unchanged")).map_err(|failure| vec![failure])?;
                screen.say(&format!("{id} was replaced by it before"));
            }
            Found::Missing(target, id) => {
                let unfinished = under_way(cluster, &id, None, &commands).await;
                failures.push(match unfinished {
                    Some(failure) => failure,
                    None => missing(&target, &id, cluster, &commands).await,
                });
            }
        }
    }
    failures.extend(collisions(&jobs));
    if failures.is_empty() {
        return Ok((sources, jobs));
    }
    if args.skip_refused && !jobs.is_empty() {
        screen.failures(&failures);
        return Ok((sources, jobs));
    }
    Err(failures)
}

/// The goal, unless a change of the source is under way that is not finished.
async fn attempt(
    args: &Args,
    cluster: &Cluster,
    commands: &Commands,
    source: ObjectId,
    object: &Object,
) -> Result<CastGoal, Failure> {
    match under_way(cluster, &source, Some(object), commands).await {
        Some(failure) => Err(failure),
        None => goal(args, commands, source, object),
    }
}

/// The goal of casting one source.
///
/// # Errors
/// If it cannot be cast.
pub fn goal(args: &Args, commands: &Commands, source: ObjectId, object: &Object) -> Result<CastGoal, Failure> {
    let wishes = args.wishes();
    let replaces = args.replace || args.adopt;
    if replaces && is_owned(&source, object) {
        let owner = object.controller().map(|owner| owner.name.clone()).unwrap_or_default();
        return Err(Failure::new(format!("{source} belongs to deployment.apps/{owner}, which would make it anew"))
            .hint(commands.kubectl(&[
                "ds-cast",
                &format!("deploy/{owner}"),
                if args.adopt { "--adopt" } else { "--replace" },
            ])));
    }
    let cast = cast(source.kind, object.value(), Origin::Cluster, &wishes)
        .map_err(|refusal| refusal.of(&source.to_string()))?;
    let target = source.beside(Kind::DaemonSet, wishes.name.as_deref().unwrap_or(&source.name));
    Ok(CastGoal {
        source_uid: object.uid().to_owned(),
        source,
        target,
        cast,
        wishes,
        replace: replaces.then_some(Replace { allow_fewer: args.allow_fewer }),
        commands: commands.clone(),
        wish_words: args.wish_words(),
    })
}

const fn by_selector(args: &Args) -> bool {
    args.all || args.selector.is_some()
}

/// Whether it is a Deployment's `ReplicaSet`.
pub fn is_owned(id: &ObjectId, object: &Object) -> bool {
    id.kind == Kind::ReplicaSet && object.controller().is_some_and(|owner| owner.kind == Kind::Deployment.name())
}

/// Whether the source is missing because an earlier run has replaced it.
pub async fn was_replaced(args: &Args, cluster: &Cluster, id: &ObjectId) -> bool {
    if !args.replace && !args.adopt {
        return false;
    }
    let target = id.beside(Kind::DaemonSet, args.name.as_deref().unwrap_or(&id.name));
    let Ok(Some(daemon_set)) = cluster.get(&target).await else { return false };
    let restored = restore(&target, daemon_set.value(), UndoWishes::default());
    restored.is_ok_and(|source| {
        source.remembered && source.kind == id.kind && source.object["metadata"]["name"] == id.name.as_str()
    })
}

/// Two sources of one name would become one DaemonSet.
fn collisions(jobs: &[CastGoal]) -> Vec<Failure> {
    doubled(jobs)
        .map(|job| {
            Failure::new(format!("{} would become {}, and so would another source", job.source, job.target))
                .hint("cast one of them alone, with another --name")
        })
        .collect()
}

impl Job for CastGoal {
    fn creates(&self) -> &ObjectId {
        &self.target
    }

    fn object(&self) -> &Value {
        &self.cast.daemon_set
    }

    fn removes(&self) -> Option<&ObjectId> {
        self.replace.map(|_| &self.source)
    }

    fn patch(&self) -> json_patch::Patch {
        self.cast.patch.clone()
    }

    fn announce(&self, snapshot: &Snapshot, screen: &Screen) {
        if snapshot.get(&self.target).is_none()
            && let Some(line) = orphans(&self.target, &self.cast.daemon_set, snapshot)
        {
            screen.labelled("warn", &line);
        }
    }

    fn report(&self, snapshot: &Snapshot, screen: &Screen) {
        if !screen.is_quiet() {
            cast_report(self, snapshot, screen);
        }
    }
}
