//! Relabelling what is in the cluster.

mod absent;
mod begin;
mod carry;
mod checks;
mod listing;
mod pod;
mod report;
mod resume;
mod survey;
mod unfinished;

use recast::cluster::Cluster;
use recast::commands::Commands;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::object::{Object, ObjectId};
use recast::resolve::{Found, not_found, say_none};
use recast::screen::Screen;
use recast::swap::Journal;

use crate::args::{Args, Words};

pub use listing::list;
pub use resume::abort;
pub use unfinished::unfinished;

/// A command on a cluster.
pub struct Live<'a> {
    /// The command line.
    pub args: &'a Args,
    /// Its words.
    pub words: &'a Words,
    /// Where to print.
    pub screen: &'a Screen,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// How commands for the user are written.
    pub commands: Commands,
    /// What the command line names.
    pub ids: Vec<ObjectId>,
    /// The flags that ask for the same again.
    pub flags: Vec<String>,
}

/// Relabels what the command line names, or goes on with what an earlier run has begun.
pub async fn run(args: &Args, words: &Words, screen: &Screen) -> Outcome {
    let cluster = Cluster::connect(&args.connection, screen.is_quiet()).await.map_err(|error| one(error.into()))?;
    let found = absent::find(args, words, &cluster).await.map_err(one)?;
    if found.is_empty() {
        say_none(&cluster, screen);
        return Ok(Exit::Done);
    }
    let commands = Commands::like(&args.connection);
    let ids: Vec<ObjectId> = found.iter().map(|found| place(found).clone()).collect();
    let live = Live { args, words, screen, cluster: &cluster, commands, ids, flags: args.repeated() };
    live.check_terminal().map_err(one)?;
    if let Some((journal, secrets)) = live.journal_there(&found).await.map_err(one)? {
        return live.go_on(journal, secrets).await;
    }
    let mut objects = Vec::new();
    let mut failures = Vec::new();
    for found in found {
        match found {
            Found::There(id, object) => objects.push((id, *object)),
            Found::Missing(_, id) => failures.push(not_found(&id, &live.commands)),
        }
    }
    failures.extend(live.version_refusal(&objects));
    if !failures.is_empty() {
        return Err(failures);
    }
    live.begin(objects).await
}

impl Live<'_> {
    /// `--resource-version` is for one object, in the state that it names.
    fn version_refusal(&self, objects: &[(ObjectId, Object)]) -> Option<Failure> {
        let wanted = self.args.resource_version.as_deref()?;
        let [(id, object)] = objects else {
            return Some(Failure::new("--resource-version may only be used with a single resource"));
        };
        let is = object.metadata().resource_version.as_deref().unwrap_or_default();
        (is != wanted).then(|| {
            Failure::new(format!("{id} has another resourceVersion: {is}, not {wanted}"))
                .hint("it was changed since: look at it again")
        })
    }

    /// Whether the journal is of just this command.
    fn is_same(&self, journal: &Journal) -> bool {
        let sorted = |ids: &[ObjectId]| {
            let mut ids = ids.to_vec();
            ids.sort();
            ids
        };
        journal.edits == self.words.edits
            && journal.keep_selector == self.args.keep_selector
            && sorted(&journal.asked) == sorted(&self.ids)
    }
}

const fn place(found: &Found) -> &ObjectId {
    match found {
        Found::There(id, _) | Found::Missing(_, id) => id,
    }
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
