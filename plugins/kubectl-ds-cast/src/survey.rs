//! What is read of the cluster before anything is decided, and no more than that.

use std::collections::BTreeSet;

use recast::cluster::{Cluster, Scope};
use recast::engine::{Need, Watch, gather};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::output::DryRun;
use recast::selector::label_selector;
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::args::Args;

/// One source, or DaemonSet, that something is to be done about.
pub struct Site<'a> {
    /// Where it is.
    pub id: &'a ObjectId,
    /// What it is.
    pub object: &'a Object,
    /// The object that is created.
    pub other: &'a ObjectId,
    /// The wider of both selectors: it matches the pods of the one and of the other.
    pub selector: &'a Value,
}

/// What the reading is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Something goes in exchange for something else: pods and endpoints count, and may have to be waited for.
    pub moves: bool,
    /// On which nodes pods will run matters.
    pub placement: bool,
    /// The user wants to know what is around.
    pub report: bool,
}

/// Reads what the sites need.
///
/// # Errors
/// If something cannot be read that is needed.
pub async fn survey(
    args: &Args,
    cluster: &Cluster,
    sites: &[Site<'_>],
    interest: Interest,
) -> Result<(Snapshot, Option<Watch>), Failure> {
    let need = if interest.moves { Need::Required } else { Need::Optional };
    let in_motion = in_motion(cluster, sites, interest);
    let mut once: Vec<(Scope, Need)> = at_rest(cluster, sites, interest);
    let watches = interest.moves && args.wait && args.dry_run == DryRun::None && !args.explain;
    if !watches {
        once.extend(in_motion.iter().map(|scope| (scope.clone(), need)));
    }
    // A watch begins with a list of its own.
    let others = async { if watches { Ok(Vec::new()) } else { others(cluster, sites).await } };
    let (snapshot, others) = futures::join!(gather(cluster, &once), others);
    let mut snapshot = snapshot?;
    for (kind, object) in others? {
        snapshot.observe(kind, object);
    }
    for site in sites {
        snapshot.observe(site.id.kind, site.object.clone());
    }
    if !watches {
        return Ok((snapshot, None));
    }
    let watch = Watch::begin(cluster, themselves(cluster, sites).chain(in_motion).collect(), &mut snapshot).await?;
    Ok((snapshot, Some(watch)))
}

/// The objects that come and go: one by one if they are few, else all of their kinds.
fn themselves(cluster: &Cluster, sites: &[Site<'_>]) -> impl Iterator<Item = Scope> {
    let scopes: Vec<Scope> = if let [site] = sites {
        vec![Scope::one(site.id), Scope::one(site.other)]
    } else {
        let kinds: BTreeSet<Kind> = sites.iter().flat_map(|site| [site.id.kind, site.other.kind]).collect();
        kinds.into_iter().map(|kind| Scope::all(kind, cluster.namespace())).collect()
    };
    scopes.into_iter()
}

/// What is there already of the objects that are to be created: read one by one if they are few, else in one list.
async fn others(cluster: &Cluster, sites: &[Site<'_>]) -> Result<Vec<(Kind, Object)>, Failure> {
    if let [site] = sites {
        let object = cluster.get(site.other).await?;
        return Ok(object.map(|object| (site.other.kind, object)).into_iter().collect());
    }
    let kinds: BTreeSet<Kind> = sites.iter().map(|site| site.other.kind).collect();
    let mut objects = Vec::new();
    for kind in kinds {
        let all = cluster.list(&Scope::all(kind, cluster.namespace())).await?;
        objects.extend(all.into_iter().map(|object| (kind, object)));
    }
    Ok(objects)
}

/// What changes while a job runs.
fn in_motion(cluster: &Cluster, sites: &[Site<'_>], interest: Interest) -> Vec<Scope> {
    if !interest.moves && !interest.report {
        return Vec::new();
    }
    let namespace = cluster.namespace();
    let of_pods = |kind: Kind| match sites {
        [site] => match label_selector(site.selector) {
            Ok(selector) => Scope::all(kind, namespace).labelled(selector.to_string()),
            Err(_) => Scope::all(kind, namespace),
        },
        _ => Scope::all(kind, namespace),
    };
    let mut scopes =
        vec![of_pods(Kind::Pod), Scope::all(Kind::Service, namespace), Scope::all(Kind::EndpointSlice, namespace)];
    if sites.iter().any(|site| site.id.kind == Kind::Deployment || site.other.kind == Kind::Deployment) {
        scopes.push(of_pods(Kind::ReplicaSet));
    }
    scopes
}

/// What is looked at once.
fn at_rest(cluster: &Cluster, sites: &[Site<'_>], interest: Interest) -> Vec<(Scope, Need)> {
    let namespace = cluster.namespace();
    let mut scopes = Vec::new();
    let mut look = |due: bool, kind: Kind, need: Need| {
        if due {
            scopes.push((Scope::all(kind, namespace), need));
        }
    };
    let placed = interest.placement && (interest.moves || interest.report);
    look(placed, Kind::Node, Need::Optional);
    look(placed && sites.iter().any(has_claims), Kind::PersistentVolumeClaim, Need::Optional);
    look(interest.report, Kind::HorizontalPodAutoscaler, Need::Optional);
    look(interest.report, Kind::PodDisruptionBudget, Need::Optional);
    scopes
}

fn has_claims(site: &Site<'_>) -> bool {
    let volumes = site.object.at("/spec/template/spec/volumes").and_then(Value::as_array);
    volumes.into_iter().flatten().any(|volume| !volume["persistentVolumeClaim"].is_null())
}
