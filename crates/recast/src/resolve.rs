//! From the words of a command line to objects of the cluster.

mod naming;

use futures::{StreamExt as _, stream};

use crate::cluster::{Cluster, Scope};
use crate::commands::Commands;
use crate::connection::ConnectionArgs;
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::screen::Screen;
use crate::target::Target;

pub use naming::{Chosen, Naming};

/// How many requests are under way at once.
const READS_AT_ONCE: usize = 8;

/// A named object: there, or not.
#[derive(Clone, Debug)]
pub enum Found {
    /// It is there.
    There(ObjectId, Box<Object>),
    /// It is not.
    Missing(Target, ObjectId),
}

/// Connects, and reads what the command line names; `None` if a selector matches nothing, which is said.
///
/// # Errors
/// If nothing is named, a kind is not accepted, or the cluster cannot be reached or refuses.
pub async fn open(
    naming: &Naming<'_>,
    connection: &ConnectionArgs,
    screen: &Screen,
) -> Result<Option<(Cluster, Vec<Found>)>, Vec<Failure>> {
    let cluster = Cluster::connect(connection, screen.is_quiet()).await.map_err(|error| vec![error.into()])?;
    let found = resolve(naming, &cluster).await.map_err(|failure| vec![failure])?;
    if found.is_empty() {
        say_none(&cluster, screen);
        return Ok(None);
    }
    Ok(Some((cluster, found)))
}

/// Says that a selector matches nothing.
pub fn say_none(cluster: &Cluster, screen: &Screen) {
    screen.say(&format!("No resources found in {} namespace.", cluster.namespace()));
}

/// Reads what the command line names, each object once, in the order in which it is named.
///
/// # Errors
/// If nothing is named, a kind is not accepted, or the cluster refuses.
pub async fn resolve(naming: &Naming<'_>, cluster: &Cluster) -> Result<Vec<Found>, Failure> {
    match naming.chosen()? {
        Chosen::Objects(targets) => named(targets, cluster).await,
        Chosen::Kinds(kinds) => listed(naming.selector, kinds, cluster).await,
    }
}

/// A name that no object has.
#[must_use]
pub fn not_found(id: &ObjectId, commands: &Commands) -> Failure {
    Failure::new(format!("{id} not found in namespace {}", id.namespace()))
        .hint(commands.kubectl(&["get", &id.kind.resource().plural]))
}

async fn named(targets: Vec<(Kind, Target)>, cluster: &Cluster) -> Result<Vec<Found>, Failure> {
    let reads = stream::iter(targets).map(|(kind, target)| async move {
        let id = ObjectId::new(kind, cluster.namespace(), &target.name);
        Ok(match cluster.get(&id).await? {
            Some(object) => Found::There(id, Box::new(object)),
            None => Found::Missing(target, id),
        })
    });
    let found: Vec<Result<Found, Failure>> = reads.buffered(READS_AT_ONCE).collect().await;
    found.into_iter().collect()
}

async fn listed(selector: Option<&str>, kinds: Vec<Kind>, cluster: &Cluster) -> Result<Vec<Found>, Failure> {
    let lists = stream::iter(kinds).map(|kind| async move {
        let mut scope = Scope::all(kind, cluster.namespace());
        scope.labels = selector.map(str::to_owned);
        let objects = cluster.list(&scope).await?;
        let there =
            |object: Object| Found::There(ObjectId::new(kind, cluster.namespace(), object.name()), Box::new(object));
        Ok(objects.into_iter().map(there).collect())
    });
    let found: Vec<Result<Vec<Found>, Failure>> = lists.buffered(READS_AT_ONCE).collect().await;
    Ok(found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
