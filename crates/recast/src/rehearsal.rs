//! Asking the server about writes before the first one of them is made.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::action::Request;
use crate::cluster::{Answer, Cluster};
use crate::engine::{Planned, Watch};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::snapshot::Snapshot;

/// How many dry runs are under way at once.
const DRY_RUNS_AT_ONCE: usize = 8;

/// Each object as the server would have it once it is created or patched.
pub type Answers = BTreeMap<ObjectId, Value>;

/// The writes of a plan.
pub fn requests(plan: &[Planned]) -> impl Iterator<Item = &Request> {
    plan.iter().filter_map(|step| match step {
        Planned::Act(action) => Some(&action.request),
        Planned::Wait(_) => None,
    })
}

/// One of each kind of write of a plan, as far as the server can be asked about it now: what is patched must be there as
/// the patch expects it.
#[must_use]
pub fn samples(plan: &[Planned], snapshot: &Snapshot) -> Vec<Request> {
    let mut seen = BTreeSet::new();
    let mut samples = Vec::new();
    for request in requests(plan) {
        let class = format!("{:?}", (std::mem::discriminant(request), request.id().kind, several(request)));
        if seen.contains(&class) {
            continue;
        }
        if let Some(request) = askable(request, snapshot) {
            seen.insert(class);
            samples.push(request);
        }
    }
    samples
}

/// The request, if the server can be asked about it now.
fn askable(request: &Request, snapshot: &Snapshot) -> Option<Request> {
    match request {
        Request::Create { .. } | Request::Patch { .. } => expected(request, snapshot).map(|_| request.clone()),
        Request::Delete { id, uid, propagation, .. } => {
            let object = snapshot.get(id).filter(|object| object.uid() == uid)?;
            let resource_version = object.metadata().resource_version.clone()?;
            Some(Request::Delete { id: id.clone(), uid: uid.clone(), resource_version, propagation: *propagation })
        }
    }
}

/// The object as it is to be after the write, if all that is done to it is what was asked for.
#[must_use]
pub fn expected(request: &Request, snapshot: &Snapshot) -> Option<Value> {
    match request {
        Request::Create { object, .. } => Some(object.value().clone()),
        Request::Patch { id, patch } => {
            let mut value = snapshot.get(id)?.value().clone();
            json_patch::patch(&mut value, patch).ok()?;
            Some(value)
        }
        Request::Delete { .. } => None,
    }
}

/// Of pods and replica sets one stands for all; of everything else each is asked about.
fn several(request: &Request) -> Option<String> {
    let alike = matches!(request.id().kind, Kind::Pod | Kind::ReplicaSet | Kind::ControllerRevision);
    (!alike).then(|| request.id().name.clone())
}

/// How much of a name is kept in another one: with what is put behind it, it is still one that pods can be named after.
const KEPT: usize = 50;

/// The same creation under a free name: under its own, the server says no more than that it is taken.
#[must_use]
pub fn elsewhere(request: &Request, snapshot: &Snapshot) -> Option<Request> {
    let Request::Create { id, object } = request else { return None };
    snapshot.get(id)?;
    let kept = id.name.get(..KEPT).unwrap_or(&id.name).trim_end_matches(['-', '.']);
    let name = format!("{kept}-rehearsal");
    let mut value = object.value().clone();
    value["metadata"]["name"] = name.as_str().into();
    let object = Box::new(Object::new(value).ok()?);
    Some(Request::Create { id: id.beside(id.kind, &name), object })
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
    let asked = stream::iter(requests).map(|request| async move { (request, cluster.perform(request, true).await) });
    let (mut answers, mut failures) = (Answers::new(), Vec::new());
    for (request, answer) in asked.buffered(DRY_RUNS_AT_ONCE).collect::<Vec<_>>().await {
        let (id, deletes) = (request.id(), matches!(request, Request::Delete { .. }));
        match answer {
            Ok(Answer::Is(object) | Answer::Metadata(object)) if !deletes => {
                drop(answers.insert(id.clone(), object.into_value()));
            }
            Ok(_) => {}
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
