//! `--adopt`: the source's running pods become the DaemonSet's, and on the way back those of its source again.
//!
//! The work is a [`recast::swap::Handoff`]. Here it is drafted, from a cast or from an undo, and carried out.

mod back;
mod begin;
mod carry;
mod draft;
mod model;
mod passing;
mod refusal;
mod report;
mod resume;
mod survey;

use recast::cluster::Cluster;
use recast::commands::Commands;
use recast::engine::Watch;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::ObjectId;
use recast::resolve::Found;
use recast::screen::Screen;
use recast::snapshot::Snapshot;

use crate::args::Args;
use crate::cast::SOURCES;
use crate::resolve::open;
use passing::Passing;

pub use back::give_back;
pub use resume::under_way;

/// A command, and the cluster that it is for.
pub struct Adopting<'a> {
    /// The command line.
    pub args: &'a Args,
    /// Where to print.
    pub screen: &'a Screen,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// How commands for the user are written.
    pub commands: Commands,
}

/// What is known of the cluster, and kept current.
type Seen = (Snapshot, Option<Watch>);

/// Adopts what the command line names, or goes on with what an earlier run has begun.
pub async fn run(args: &Args, screen: &Screen) -> Outcome {
    let Some((cluster, found)) = open(args, screen, &SOURCES, Kind::Deployment).await? else { return Ok(Exit::Done) };
    let adopting = Adopting { args, screen, cluster: &cluster, commands: Commands::like(&args.connection) };
    let (resumed, found) = adopting.resumed(found).await?;
    let sources = adopting.sources(found).await?;
    let mut ids: Vec<ObjectId> =
        resumed.iter().flat_map(Passing::ids).chain(sources.iter().flat_map(|id| adopting.sides(id))).collect();
    if ids.is_empty() {
        return Ok(Exit::Done);
    }
    let mut seen = adopting.survey(&ids).await.map_err(one)?;
    for passing in &resumed {
        passing.remember(&mut seen.0);
    }
    let begun = adopting.begin(&sources, &seen.0).await?;
    let dependents: Vec<ObjectId> = begun.iter().flat_map(Passing::ids).filter(|id| !ids.contains(id)).collect();
    if !dependents.is_empty() {
        ids.extend(dependents);
        adopting.watch_also(&ids, &mut seen).await.map_err(one)?;
    }
    adopting.carry_out(resumed.into_iter().chain(begun).collect(), seen).await
}

impl Adopting<'_> {
    /// The sources that are to be adopted. One that was adopted before is done.
    async fn sources(&self, found: Vec<Found>) -> Result<Vec<ObjectId>, Vec<Failure>> {
        let (mut sources, mut failures) = (Vec::new(), Vec::new());
        for found in found {
            match found {
                Found::There(id, _) => sources.push(id),
                Found::Missing(_, id) if crate::casting::was_replaced(self.args, self.cluster, &id).await => {
                    let target = self.target(&id);
                    self.screen.line(&format!("{target} unchanged")).map_err(one)?;
                    self.screen.say(&format!("{id} was replaced by it before"));
                }
                Found::Missing(target, id) => {
                    failures.push(crate::resolve::missing(&target, &id, self.cluster, &self.commands).await);
                }
            }
        }
        if failures.is_empty() || self.args.skip_refused {
            self.screen.failures(&failures);
            return Ok(sources);
        }
        Err(failures)
    }

    /// The DaemonSet that a source becomes.
    fn target(&self, source: &ObjectId) -> ObjectId {
        source.beside(Kind::DaemonSet, self.args.name.as_deref().unwrap_or(&source.name))
    }

    fn sides(&self, source: &ObjectId) -> [ObjectId; 2] {
        [source.clone(), self.target(source)]
    }
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
