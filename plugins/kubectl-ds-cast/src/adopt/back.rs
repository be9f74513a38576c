//! `--undo` of a DaemonSet that was given its pods: they are handed back.

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

use super::passing::{Origin, Passing};
use super::resume::has_traces;
use super::{Adopting, draft, one, refusal};
use crate::args::Args;
use crate::remember::{ADOPTED, CHOICES};
use crate::undo::UndoGoal;
use crate::undoing::goal;

/// Hands back the pods of each DaemonSet that was given them, and answers with the others.
///
/// # Errors
/// If something is refused or fails.
pub async fn give_back(
    args: &Args,
    screen: &Screen,
    cluster: &Cluster,
    found: Vec<Found>,
) -> Result<(Exit, Vec<Found>), Vec<Failure>> {
    let (concerned, others): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| concerns(args, found));
    if concerned.is_empty() {
        return Ok((Exit::Done, others));
    }
    let adopting = Adopting { args, screen, cluster, commands: Commands::like(&args.connection) };
    adopting.return_all(concerned, others).await
}

/// Whether it may be a matter of handing back. What is missing may be half-way.
fn concerns(args: &Args, found: &Found) -> bool {
    match found {
        Found::There(_, object) => args.adopt || object.annotation(ADOPTED).is_some() || has_traces(object),
        Found::Missing(..) => true,
    }
}

impl Adopting<'_> {
    async fn return_all(&self, found: Vec<Found>, mut others: Vec<Found>) -> Result<(Exit, Vec<Found>), Vec<Failure>> {
        let (resumed, found) = self.resumed(found).await?;
        let (mut goals, mut failures) = (Vec::new(), Vec::new());
        for found in found {
            match &found {
                Found::There(id, object) if self.args.adopt || object.annotation(ADOPTED).is_some() => {
                    match goal(self.args, id.clone(), object) {
                        Ok(goal) => goals.push((goal, found)),
                        Err(failure) => failures.push(failure),
                    }
                }
                _ => others.push(found),
            }
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        if resumed.is_empty() && goals.is_empty() {
            return Ok((Exit::Done, others));
        }
        let sides = goals.iter().flat_map(|(goal, _)| [goal.daemon_set.clone(), goal.source.clone()]);
        let mut ids: Vec<ObjectId> = resumed.iter().flat_map(Passing::ids).chain(sides).collect();
        let mut seen = self.survey(&ids).await.map_err(one)?;
        for passing in &resumed {
            passing.remember(&mut seen.0);
        }
        let mut begun = Vec::new();
        for (goal, found) in goals {
            match self.way_back(&goal, &seen.0) {
                Ok(passing) => begun.push(passing),
                Err(refused) if self.args.adopt => failures.extend(refused),
                Err(refused) => {
                    for failure in &refused {
                        self.screen.labelled("note", &format!("its pods are not handed back: {}", failure.message()));
                    }
                    others.push(found);
                }
            }
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        self.complete(&mut begun, &seen.0).await?;
        ids.extend(begun.iter().flat_map(Passing::ids));
        self.watch_also(&ids, &mut seen).await.map_err(one)?;
        let outcome: Outcome = self.carry_out(resumed.into_iter().chain(begun).collect(), seen).await;
        Ok((outcome?, others))
    }

    fn way_back(&self, goal: &UndoGoal, snapshot: &Snapshot) -> Result<Passing, Vec<Failure>> {
        let daemon_set = snapshot.get(&goal.daemon_set);
        let daemon_set = daemon_set.ok_or_else(|| one(Failure::new(format!("{} is gone", goal.daemon_set))))?;
        if let Some(failure) = obstacle(goal, daemon_set, snapshot) {
            return Err(one(failure));
        }
        let handoff = draft::return_to_source(goal, daemon_set, snapshot);
        refusal::of_handoff(&handoff, &self.commands, snapshot)?;
        Ok(self.passing(handoff, Origin::Undo(Box::new(goal.clone()))))
    }
}

/// Why the pods cannot be those of the source, though the DaemonSet can become it.
fn obstacle(goal: &UndoGoal, daemon_set: &Object, snapshot: &Snapshot) -> Option<Failure> {
    if goal.source.kind == Kind::StatefulSet {
        return Some(Failure::new(format!("{} names its pods itself", goal.source)));
    }
    if snapshot.get(&goal.source).is_some() {
        return Some(Failure::new(format!("{} exists already", goal.source)));
    }
    let (is, wanted) = (&daemon_set.value()["spec"]["template"], &goal.restored.object["spec"]["template"]);
    (comparable(is) != comparable(wanted)).then(|| {
        Failure::new(format!("the template that comes back is another than that of {}", goal.daemon_set))
            .hint("without --as-remembered it is the same")
    })
}

/// A template without what a cast adds to it for its nodes: pods that were made with that can do without it.
fn comparable(template: &Value) -> Value {
    let mut template = template.clone();
    for field in CHOICES {
        recast::json::without(&mut template, &["spec", field]);
    }
    recast::json::without(&mut template, &["metadata", "labels"]);
    template
}
