//! What is read of the cluster before anything is decided, and no more than that.

use recast::cluster::{Cluster, Scope};
use recast::engine::{Need, Watch, gather};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::selector::label_selector;
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::args::Args;
use recast::output::DryRun;

/// One source, or DaemonSet, that something is to be done about.
pub struct Site<'a> {
    /// Where it is.
    pub id: &'a ObjectId,
    /// What it is.
    pub object: &'a Object,
    /// The object that is created.
    pub other: &'a ObjectId,
}

/// Reads what the sites need: `moves` if something goes in exchange for something else, so that it must be waited for.
///
/// # Errors
/// If something cannot be read that is needed.
pub async fn survey(
    args: &Args,
    cluster: &Cluster,
    sites: &[Site<'_>],
    moves: bool,
) -> Result<(Snapshot, Option<Watch>), Failure> {
    let live = scopes_in_motion(cluster, sites, moves || !args.quiet);
    let watches = moves && args.wait && args.dry_run == DryRun::None && !args.explain;
    let mut once: Vec<(Scope, Need)> = Vec::new();
    if !watches {
        let need = if moves { Need::Required } else { Need::Optional };
        let needs = |scope: &Scope| if scope.kind == sites[0].other.kind { Need::Required } else { need };
        once.extend(live.iter().map(|scope| (scope.clone(), needs(scope))));
    }
    once.extend(scopes_at_rest(cluster, sites, moves || !args.quiet, moves));
    let mut snapshot = gather(cluster, &once).await?;
    for site in sites {
        snapshot.observe(site.id.kind, site.object.clone());
    }
    let watch = if watches { Some(Watch::begin(cluster, live, &mut snapshot).await?) } else { None };
    Ok((snapshot, watch))
}

/// What changes while a job runs.
fn scopes_in_motion(cluster: &Cluster, sites: &[Site<'_>], surroundings: bool) -> Vec<Scope> {
    let namespace = cluster.namespace();
    let mut scopes = match sites {
        [site] => vec![Scope::one(site.other)],
        _ => vec![Scope::all(sites[0].other.kind, namespace)],
    };
    if !surroundings {
        return scopes;
    }
    let of_pods = |kind: Kind| match sites {
        [site] => match label_selector(site.object.at("/spec/selector").unwrap_or(&Value::Null)) {
            Ok(selector) => Scope::all(kind, namespace).labelled(selector.to_string()),
            Err(_) => Scope::all(kind, namespace),
        },
        _ => Scope::all(kind, namespace),
    };
    scopes.push(of_pods(Kind::Pod));
    if sites.iter().any(|site| site.id.kind == Kind::Deployment || site.other.kind == Kind::Deployment) {
        scopes.push(of_pods(Kind::ReplicaSet));
    }
    scopes.push(Scope::all(Kind::EndpointSlice, namespace));
    for site in sites {
        scopes.push(Scope::one(site.id));
    }
    scopes
}

/// What is looked at once.
fn scopes_at_rest(cluster: &Cluster, sites: &[Site<'_>], surroundings: bool, moves: bool) -> Vec<(Scope, Need)> {
    if !surroundings {
        return Vec::new();
    }
    let namespace = cluster.namespace();
    let need = if moves { Need::Required } else { Need::Optional };
    let mut scopes = vec![
        (Scope::all(Kind::Service, namespace), need),
        (Scope::all(Kind::Node, namespace), Need::Optional),
        (Scope::all(Kind::HorizontalPodAutoscaler, namespace), Need::Optional),
        (Scope::all(Kind::PodDisruptionBudget, namespace), Need::Optional),
    ];
    let claims = |site: &Site<'_>| {
        let volumes = site.object.at("/spec/template/spec/volumes").and_then(Value::as_array);
        volumes.into_iter().flatten().any(|volume| !volume["persistentVolumeClaim"].is_null())
    };
    if sites.iter().any(claims) {
        scopes.push((Scope::all(Kind::PersistentVolumeClaim, namespace), Need::Optional));
    }
    scopes
}
