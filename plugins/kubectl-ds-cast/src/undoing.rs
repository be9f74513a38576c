//! Turning a live DaemonSet back into what it was.

use recast::commands::Commands;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::resolve::{Found, not_found};
use recast::screen::Screen;
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::adopt::give_back;
use crate::args::Args;
use crate::job::{Job, doubled};
use crate::report::undo_report;
use crate::resolve::open;
use crate::run::Run;
use crate::survey::{Interest, Site, survey};
use crate::undo::{UndoGoal, UndoWishes, restore};

/// Undoes what the command line names.
pub async fn run(args: &Args, screen: &Screen) -> Outcome {
    let Some((cluster, found)) = open(args, screen, &[Kind::DaemonSet], Kind::DaemonSet).await? else {
        return Ok(Exit::Done);
    };
    let (exit, found) = give_back(args, screen, &cluster, found).await?;
    if exit != Exit::Done || found.is_empty() {
        return Ok(exit);
    }
    let (daemon_sets, jobs) = goals(args, found)?;
    let sites: Vec<Site<'_>> = daemon_sets
        .iter()
        .zip(&jobs)
        .map(|(object, job)| Site {
            id: &job.daemon_set,
            object,
            other: &job.source,
            selector: &object.value()["spec"]["selector"],
        })
        .collect();
    let interest = Interest { moves: true, placement: false, report: false };
    let (snapshot, watch) = survey(args, &cluster, &sites, interest).await.map_err(|failure| vec![failure])?;
    Run { args, screen, cluster: &cluster, snapshot, watch, jobs }.carry_out().await
}

fn goals(args: &Args, found: Vec<Found>) -> Result<(Vec<Object>, Vec<UndoGoal>), Vec<Failure>> {
    let (mut daemon_sets, mut jobs, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for found in found {
        let goal = match &found {
            Found::There(id, object) => goal(args, id.clone(), object),
            Found::Missing(_, id) => {
                let commands = Commands::like(&args.connection);
                Err(not_found(id, &commands)
                    .detail("if it was undone before, its source is there")
                    .hint(commands.kubectl(&["get", "deployments,replicasets,statefulsets,daemonsets"])))
            }
        };
        match (goal, found) {
            (Ok(goal), Found::There(_, object)) => {
                jobs.push(goal);
                daemon_sets.push(*object);
            }
            (Err(failure), _) => failures.push(failure),
            (Ok(_), Found::Missing(..)) => {}
        }
    }
    failures.extend(collisions(&jobs));
    if failures.is_empty() { Ok((daemon_sets, jobs)) } else { Err(failures) }
}

/// Two of one source cannot both become it.
fn collisions(jobs: &[UndoGoal]) -> Vec<Failure> {
    doubled(jobs)
        .map(|job| {
            Failure::new(format!("{} would become {}, and so would another daemon set", job.daemon_set, job.source))
                .hint("undo the one to keep, and delete the other")
        })
        .collect()
}

/// The goal of undoing one DaemonSet.
///
/// # Errors
/// If its source cannot be worked out.
pub fn goal(args: &Args, id: ObjectId, object: &Object) -> Result<UndoGoal, Failure> {
    let commands = Commands::like(&args.connection);
    let wishes = UndoWishes { as_remembered: args.as_remembered, replicas: args.replicas };
    let restored = restore(&id, object.value(), wishes)?;
    let name = restored.object["metadata"]["name"].as_str().unwrap_or_default();
    let source = id.beside(restored.kind, name);
    Ok(UndoGoal { daemon_set_uid: object.uid().to_owned(), daemon_set: id, source, restored, wishes, commands })
}

impl Job for UndoGoal {
    fn creates(&self) -> &ObjectId {
        &self.source
    }

    fn object(&self) -> &Value {
        &self.restored.object
    }

    fn removes(&self) -> Option<&ObjectId> {
        Some(&self.daemon_set)
    }

    fn patch(&self) -> json_patch::Patch {
        self.restored.patch.clone()
    }

    fn announce(&self, _: &Snapshot, _: &Screen) {}

    fn report(&self, _: &Snapshot, screen: &Screen) {
        undo_report(self, screen);
    }
}
