//! What a selector cannot find: targets that are absent, since the run that was to make them anew was interrupted.

use recast::cluster::{Cluster, Scope};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::ObjectId;
use recast::resolve::{Chosen, Found, resolve};
use recast::selector::{labels, matches, parse};
use recast::swap::{Held, JOURNAL, Journal, Unit, is_lock};
use recast::target::Target;

use super::place;
use crate::args::{Args, Words};

/// What the command line names: what is there, and with a selector what would be there but for an interrupted run.
pub async fn find(args: &Args, words: &Words, cluster: &Cluster) -> Result<Vec<Found>, Failure> {
    let naming = args.naming(&words.targets);
    let mut found = resolve(&naming, cluster).await?;
    if let Chosen::Kinds(kinds) = naming.chosen()? {
        // What a change has made for itself, a fence, is nobody's target.
        found.retain(|found| !matches!(found, Found::There(_, object) if object.label(JOURNAL).is_some()));
        for id in absent(args, &kinds, cluster).await? {
            if !found.iter().any(|found| *place(found) == id) {
                found.push(Found::Missing(Target { kind: Some(id.kind), name: id.name.clone() }, id));
            }
        }
    }
    Ok(found)
}

/// The owners that the journals of the namespace know, that the selector matches as they were, and that are not there.
async fn absent(args: &Args, kinds: &[Kind], cluster: &Cluster) -> Result<Vec<ObjectId>, Failure> {
    let secrets = match cluster.list(&Scope::all(Kind::Secret, cluster.namespace()).labelled(JOURNAL)).await {
        // Who may not look for what is unfinished can still begin something.
        Err(error) if error.is_forbidden() => return Ok(Vec::new()),
        secrets => secrets?,
    };
    let selector = args.selector.as_deref().and_then(|text| parse(text).ok());
    let is_meant = |unit: &Unit| {
        let labels = labels(unit.before.object.pointer("/metadata/labels"));
        kinds.contains(&unit.id().kind) && selector.as_ref().is_none_or(|selector| matches(selector, &labels))
    };
    let mut absent = Vec::new();
    for secret in secrets.into_iter().filter(is_lock) {
        // One that cannot be read is said when its target is named.
        let Ok(Held::Here(journal)) = Journal::read(&secret) else { continue };
        for unit in journal.units.iter().filter(|unit| is_meant(unit)) {
            if cluster.get(unit.id()).await?.is_none() {
                absent.push(unit.id().clone());
            }
        }
    }
    Ok(absent)
}
