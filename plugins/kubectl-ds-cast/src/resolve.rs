//! What this plugin takes for its targets, and what it says to others.

use recast::cluster::Cluster;
use recast::commands::Commands;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::ObjectId;
use recast::resolve::{Found, Naming, not_found};
use recast::screen::Screen;
use recast::target::Target;

use crate::args::Args;
use crate::cast::SOURCES;

/// Connects, and reads what the command line names; `None` if a selector matches nothing, which is said. Bare names are
/// of the `default` kind.
///
/// # Errors
/// As [`recast::resolve::open`].
pub async fn open(
    args: &Args,
    screen: &Screen,
    kinds: &[Kind],
    default: Kind,
) -> Result<Option<(Cluster, Vec<Found>)>, Vec<Failure>> {
    let naming = Naming {
        words: &args.targets,
        selector: args.selector.as_deref(),
        all: args.all,
        kinds,
        default: Some(default),
        usage: "kubectl ds-cast NAME casts the deployment NAME; --help shows more",
        refuse: already,
    };
    recast::resolve::open(&naming, &args.connection, screen).await
}

/// What is a DaemonSet needs no cast.
fn already(kind: Kind, what: &str) -> Option<Failure> {
    (kind == Kind::DaemonSet).then(|| {
        Failure::new(format!("{what} is a daemon set already"))
            .hint("kubectl ds-cast --undo turns a daemon set back into what it was")
    })
}

/// A name that no object has: perhaps one of another kind has it.
pub async fn missing(target: &Target, id: &ObjectId, cluster: &Cluster, commands: &Commands) -> Failure {
    let failure = not_found(id, commands);
    if target.kind.is_some() {
        return failure;
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
