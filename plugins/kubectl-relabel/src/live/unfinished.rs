//! `--unfinished`: what interrupted runs have left, and how urgent it is.

use recast::cluster::{Cluster, Scope};
use recast::commands::Commands;
use recast::engine::Goal as _;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::screen::Screen;
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Held, JOURNAL, Journal, Swap, is_lock};

use super::one;
use crate::args::Args;

/// `--unfinished`: lists what interrupted runs have left.
pub async fn unfinished(args: &Args, screen: &Screen) -> Outcome {
    let cluster = Cluster::connect(&args.connection, args.quiet).await.map_err(|error| vec![error.into()])?;
    let namespace = if args.all_namespaces { "" } else { cluster.namespace() };
    let secrets = cluster
        .list(&Scope::all(Kind::Secret, namespace).labelled(JOURNAL))
        .await
        .map_err(|error| vec![error.into()])?;
    let mut any = false;
    for secret in secrets.into_iter().filter(is_lock) {
        let namespace = secret.metadata().namespace.clone().unwrap_or_default();
        let journal = match Journal::read(&secret) {
            Ok(Held::Here(journal)) => *journal,
            Ok(Held::Elsewhere(_)) => continue,
            Err(error) => {
                any = true;
                screen.failures(&[Failure::caused_by(format!("secret/{} in {namespace}", secret.name()), &error)
                    .hint("use the version of kubectl relabel that wrote it")]);
                continue;
            }
        };
        any = true;
        let names: Vec<String> = journal.targets.iter().map(ToString::to_string).collect();
        screen
            .line(&format!("{namespace}  {}  since {}  by {}", names.join(" "), journal.begun, journal.by))
            .map_err(one)?;
        for line in urgent(&cluster, &journal).await.map_err(one)? {
            screen.labelled("urgent", &line);
        }
        screen.labelled("next", &format!("kubectl {}", journal.command.join(" ")));
        screen.labelled("or", &format!("kubectl {} -n {namespace}", journal.back().join(" ")));
    }
    if !any {
        let place =
            if args.all_namespaces { "any namespace".to_owned() } else { format!("{} namespace", cluster.namespace()) };
        screen.say(&format!("nothing is unfinished in {place}"));
    }
    Ok(Exit::Done)
}

/// What cannot wait: an owner that is held or absent, a Service on a bridge, which takes in no new pod.
async fn urgent(cluster: &Cluster, journal: &Journal) -> Result<Vec<String>, Failure> {
    let mut snapshot = Snapshot::default();
    let mut lines = Vec::new();
    for id in journal.owners() {
        if let Some(object) = cluster.get(id).await? {
            snapshot.observe(id.kind, object);
        }
    }
    for service in &journal.moves {
        let object = cluster.get(&service.id).await?;
        let Some(bridge) = &service.bridge else { continue };
        if object.is_some_and(|object| object.at("/spec/selector") == Some(&bridge.selector)) {
            let until = if bridge.labelled { "takes in no new pod" } else { "selects by fewer labels" };
            lines.push(format!("{} stands on a bridge: it {until} until the change is finished", service.id));
        }
    }
    let swap = Swap {
        journal: journal.clone(),
        direction: Direction::Forward,
        run: String::new(),
        wait: true,
        field_manager: String::new(),
        commands: Commands::default(),
    };
    lines.extend(swap.exposed(&snapshot));
    Ok(lines)
}
