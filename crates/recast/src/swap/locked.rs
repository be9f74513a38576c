//! From a lock that is found on a cluster to the journal that it belongs to.

use futures::future::try_join_all;

use super::journal::{Held, Journal, JournalError};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};

/// The journal that the lock belongs to, and every Secret of the change that is there, the one with the journal first.
///
/// # Errors
/// If it cannot be read, or was written by a newer version.
pub async fn locked(cluster: &Cluster, secret: Object) -> Result<(Journal, Vec<Object>), Failure> {
    let broken = |name: &str, error: JournalError| {
        Failure::caused_by(format!("cannot use the journal secret/{name}"), &error)
            .hint("use the version of kubectl relabel that wrote it")
    };
    let name = secret.name().to_owned();
    let namespace = secret.metadata().namespace.clone().unwrap_or_default();
    let (journal, first) = match Journal::read(&secret).map_err(|error| broken(&name, error))? {
        Held::Here(journal) => (*journal, secret),
        Held::Elsewhere(other) => {
            let id = ObjectId::new(Kind::Secret, &namespace, &other);
            let Some(first) = cluster.get(&id).await? else {
                return Err(Failure::new(format!("secret/{name} belongs to secret/{other}, which is gone"))
                    .hint(format!("nothing was changed yet: kubectl delete secret {name} -n {namespace}")));
            };
            match Journal::read(&first).map_err(|error| broken(&other, error))? {
                Held::Here(journal) => (*journal, first),
                Held::Elsewhere(_) => return Err(Failure::new(format!("secret/{other} holds no journal"))),
            }
        }
    };
    let locks = journal.locks().into_iter().filter(|lock| lock.name != first.name());
    let others: Vec<ObjectId> = locks.chain(journal.late_ids()).collect();
    let mut secrets = vec![first];
    for secret in try_join_all(others.iter().map(|id| cluster.get(id))).await? {
        secrets.extend(secret);
    }
    Ok((journal, secrets))
}
