//! The first look at the cluster.

use crate::cluster::{Cluster, Scope};
use crate::failure::Failure;
use crate::object::ObjectId;
use crate::snapshot::Snapshot;

/// Reads scopes side by side into a snapshot. A scope that is `optional` and forbidden is noted as withheld.
///
/// # Errors
/// If a scope that is needed cannot be read.
pub async fn gather(cluster: &Cluster, scopes: &[(Scope, Need)]) -> Result<Snapshot, Failure> {
    let lists = scopes.iter().map(|(scope, _)| cluster.look(scope));
    let mut snapshot = Snapshot::default();
    for ((scope, need), list) in scopes.iter().zip(futures::future::join_all(lists).await) {
        match list {
            Ok(objects) => {
                for object in objects {
                    snapshot.observe(scope.kind, object);
                }
            }
            Err(error) if *need == Need::Optional && error.is_forbidden() => {
                snapshot.withhold(scope.kind);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(snapshot)
}

/// Reads single objects into a snapshot that no watch keeps current.
///
/// # Errors
/// If one of them cannot be read.
pub async fn read(cluster: &Cluster, ids: &[ObjectId], snapshot: &mut Snapshot) -> Result<(), Failure> {
    let scopes: Vec<(Scope, Need)> = ids.iter().map(|id| (Scope::one(id), Need::Required)).collect();
    let read = gather(cluster, &scopes).await?;
    for id in ids {
        if let Some(object) = read.get(id) {
            snapshot.observe(id.kind, object.clone());
        }
    }
    Ok(())
}

/// Whether a command can do without what a scope tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it there is no safe decision.
    Required,
    /// Only the report is poorer.
    Optional,
}
