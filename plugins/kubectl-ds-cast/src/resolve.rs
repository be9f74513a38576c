//! From the words of the command line to objects of the cluster.

use futures::{StreamExt as _, stream};
use recast::cluster::{Cluster, Scope};
use recast::commands::Commands;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::screen::Screen;
use recast::target::{Target, Targets};

use crate::args::Args;
use crate::cast::SOURCES;

/// How many objects are read at once.
const GETS_AT_ONCE: usize = 8;

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
/// If the cluster cannot be reached, or as [`resolve`].
pub async fn open(
    args: &Args,
    screen: &Screen,
    kinds: &[Kind],
    default: Kind,
) -> Result<Option<(Cluster, Vec<Found>)>, Vec<Failure>> {
    let cluster = Cluster::connect(&args.connection, args.quiet).await.map_err(|error| vec![error.into()])?;
    let found = resolve(args, &cluster, kinds, default).await.map_err(|failure| vec![failure])?;
    if found.is_empty() {
        screen.say(&format!("No resources found in {} namespace.", cluster.namespace()));
        return Ok(None);
    }
    Ok(Some((cluster, found)))
}

/// Reads what the command line names. Bare names are of the `default` kind.
///
/// # Errors
/// If nothing is named, a kind is not one of `kinds`, or the cluster refuses.
async fn resolve(args: &Args, cluster: &Cluster, kinds: &[Kind], default: Kind) -> Result<Vec<Found>, Failure> {
    let targets = Targets::parse(&args.targets)
        .map_err(|error| Failure::new(error.to_string()).hint(format!("the kinds are {}", words(kinds))))?;
    match targets {
        Targets::Named(targets) => {
            if args.selector.is_some() || args.all {
                return Err(Failure::new("names stand beside -l or --all").hint("give either names or a selector"));
            }
            named(targets, cluster, kinds, default).await
        }
        Targets::Kinds(named) if args.selector.is_some() || args.all => {
            let wanted = if named.is_empty() { vec![default] } else { named };
            listed(args, &wanted, cluster, kinds).await
        }
        Targets::Kinds(named) if named.is_empty() => {
            Err(Failure::new("nothing is named")
                .hint("kubectl ds-cast NAME casts the deployment NAME; --help shows more"))
        }
        Targets::Kinds(named) => Err(Failure::new(format!("{} is a kind, and no name follows", named[0]))
            .hint("add a name, or -l SELECTOR, or --all")),
    }
}

async fn named(targets: Vec<Target>, cluster: &Cluster, kinds: &[Kind], default: Kind) -> Result<Vec<Found>, Failure> {
    let mut ids: Vec<(Target, ObjectId)> = Vec::new();
    for target in targets {
        let kind = target.kind.unwrap_or(default);
        check_kind(kind, &target.name, kinds)?;
        let id = ObjectId::new(kind, cluster.namespace(), &target.name);
        if !ids.iter().any(|(_, known)| *known == id) {
            ids.push((target, id));
        }
    }
    let reads = stream::iter(ids).map(|(target, id)| async move {
        let object = cluster.get(&id).await?;
        Ok(match object {
            Some(object) => Found::There(id, Box::new(object)),
            None => Found::Missing(target, id),
        })
    });
    let found: Vec<Result<Found, Failure>> = reads.buffered(GETS_AT_ONCE).collect().await;
    found.into_iter().collect()
}

async fn listed(args: &Args, wanted: &[Kind], cluster: &Cluster, kinds: &[Kind]) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for &kind in wanted {
        check_kind(kind, "", kinds)?;
        let mut scope = Scope::all(kind, cluster.namespace());
        scope.labels.clone_from(&args.selector);
        for object in cluster.list(&scope).await? {
            found.push(Found::There(ObjectId::new(kind, cluster.namespace(), object.name()), Box::new(object)));
        }
    }
    Ok(found)
}

fn check_kind(kind: Kind, name: &str, kinds: &[Kind]) -> Result<(), Failure> {
    if kinds.contains(&kind) {
        return Ok(());
    }
    let what = if name.is_empty() { kind.to_string() } else { format!("{kind}/{name}") };
    Err(match kind {
        Kind::DaemonSet => Failure::new(format!("{what} is a daemon set already"))
            .hint("kubectl ds-cast --undo turns a daemon set back into what it was"),
        _ => Failure::new(format!("{what} is not of a kind that this works on"))
            .hint(format!("the kinds are {}", words(kinds))),
    })
}

fn words(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.singular()).collect::<Vec<_>>().join(", ")
}

/// A name that no object has: perhaps one of another kind has it.
pub async fn missing(target: &Target, id: &ObjectId, cluster: &Cluster, commands: &Commands) -> Failure {
    let failure = Failure::new(format!("{id} not found in namespace {}", id.namespace()));
    if target.kind.is_some() {
        return failure.hint(commands.kubectl(&["get", &id.kind.resource().plural]));
    }
    for kind in SOURCES.into_iter().filter(|kind| *kind != id.kind) {
        let other = id.beside(kind, &id.name);
        // Whoever may not look there is told of the name alone.
        if cluster.get(&other).await.is_ok_and(|object| object.is_some()) {
            let hint = commands.kubectl(&["ds-cast", &other.short()]);
            return failure.detail(format!("there is a {other}")).hint(hint);
        }
    }
    failure.hint(commands.kubectl(&["get", "deployments,replicasets,statefulsets"]))
}
