//! Asking the server about writes before the first one of them is made.

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::action::Request;
use crate::cluster::{Answer, Cluster};
use crate::engine::{Planned, Watch};
use crate::failure::Failure;
use crate::object::ObjectId;
use crate::snapshot::Snapshot;

/// How many dry runs are under way at once.
const DRY_RUNS_AT_ONCE: usize = 8;

/// Each object as the server would have it, where something is left of it.
pub type Answers = BTreeMap<ObjectId, Value>;

/// The writes of a plan.
pub fn requests(plan: &[Planned]) -> impl Iterator<Item = &Request> {
    plan.iter().filter_map(|step| match step {
        Planned::Act(action) => Some(&action.request),
        Planned::Wait(_) => None,
    })
}

/// Asks the server about every write, while the watches go on: a right that they lack shows here too.
///
/// # Errors
/// All that the server refuses, or that a watch is refused.
pub async fn rehearse(
    cluster: &Cluster,
    requests: Vec<&Request>,
    mut watch: Option<&mut Watch>,
    snapshot: &mut Snapshot,
) -> Result<Answers, Vec<Failure>> {
    let mut asked = Box::pin(ask(cluster, requests));
    loop {
        tokio::select! {
            biased;
            answers = &mut asked => return answers,
            news = next(watch.as_deref_mut(), snapshot) => news.map_err(|failure| vec![failure])?,
        }
    }
}

async fn ask(cluster: &Cluster, requests: Vec<&Request>) -> Result<Answers, Vec<Failure>> {
    let asked =
        stream::iter(requests).map(|request| async move { (request.id(), cluster.perform(request, true).await) });
    let (mut answers, mut failures) = (Answers::new(), Vec::new());
    for (id, answer) in asked.buffered(DRY_RUNS_AT_ONCE).collect::<Vec<_>>().await {
        match answer {
            Ok(Answer::Is(object)) => drop(answers.insert(id.clone(), object.into_value())),
            Ok(Answer::Gone) => {}
            // Somebody was faster between reading and asking: a status moved on, or the name is taken now. The run itself
            // looks again before it writes, and what stands there by then decides.
            Err(error) if error.is_conflict() || error.is_already_exists() || error.is_failed_test() => {}
            Err(error) => failures.push(error.into()),
        }
    }
    if failures.is_empty() { Ok(answers) } else { Err(failures) }
}

/// The next event, if anything is watched.
async fn next(watch: Option<&mut Watch>, snapshot: &mut Snapshot) -> Result<(), Failure> {
    match watch {
        Some(watch) => watch.next(snapshot).await,
        None => std::future::pending().await,
    }
}
