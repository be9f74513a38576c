//! What could stand where the cursor is, once kubeconfig and cluster have been asked.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::{Args as _, FromArgMatches as _};
use futures::future::join_all;

use super::choice::{Choice, Choices};
use super::containers::containers;
use super::labels::Census;
use super::line::Line;
use super::wanted::{Entries, Wanted};
use crate::cluster::{Cluster, Scope};
use crate::connection::ConnectionArgs;
use crate::kind::Kind;
use crate::label::{is_edit, standing};
use crate::object::ObjectId;
use crate::selector::Labels;

/// What is wanted, as far as it can be learned within this time.
pub async fn choices(wanted: Vec<Wanted>, line: &Line<'_>, patience: Duration) -> Choices {
    let mut choices = Choices::default();
    let mut asked = Vec::new();
    for wanted in wanted {
        match wanted {
            Wanted::Known(known) => choices.words.extend(known),
            Wanted::File => choices.files = true,
            other => asked.push(other),
        }
    }
    if let Some(connection) = connection(line).filter(|_| !asked.is_empty()) {
        let answers = ask(asked, line, &connection);
        // Whoever waits for the shell is better served with less than late.
        choices.words.extend(tokio::time::timeout(patience, answers).await.unwrap_or_default());
    }
    choices
}

/// Where the flags of the line say that the cluster is; what else they say about requests is not for this.
fn connection(line: &Line<'_>) -> Option<ConnectionArgs> {
    let command = ConnectionArgs::augment_args(clap::Command::new("connection").no_binary_name(true));
    let flags = line.given().filter(|(flag, _)| flag.get_id() != "verbosity");
    let flags = flags.filter(|(flag, _)| command.get_arguments().any(|known| known.get_id() == flag.get_id()));
    let words = flags.filter_map(|(flag, value)| {
        let long = flag.get_long()?;
        Some(value.map_or_else(|| format!("--{long}"), |value| format!("--{long}={value}")))
    });
    let words: Vec<String> = words.collect();
    let matches = command.try_get_matches_from(words).ok()?;
    ConnectionArgs::from_arg_matches(&matches).ok()
}

async fn ask(asked: Vec<Wanted>, line: &Line<'_>, connection: &ConnectionArgs) -> Vec<Choice> {
    let (local, remote): (Vec<_>, Vec<_>) = asked.into_iter().partition(|wanted| matches!(wanted, Wanted::Entry(_)));
    let entries = local.into_iter().flat_map(|wanted| match wanted {
        Wanted::Entry(entries) => of_kubeconfig(entries, connection),
        _ => Vec::new(),
    });
    let mut choices: Vec<Choice> = entries.collect();
    if remote.is_empty() {
        return choices;
    }
    if let Ok(cluster) = Cluster::connect(connection, true).await {
        let answers = join_all(remote.into_iter().map(|wanted| of_cluster(wanted, line, &cluster))).await;
        choices.extend(answers.into_iter().flatten());
    }
    choices
}

fn of_kubeconfig(entries: Entries, connection: &ConnectionArgs) -> Vec<Choice> {
    let Ok(Some(kubeconfig)) = connection.kubeconfig() else { return Vec::new() };
    let named = |name: String| Choice::new(name, "");
    match entries {
        Entries::Contexts => kubeconfig.contexts.into_iter().map(|entry| named(entry.name)).collect(),
        Entries::Clusters => kubeconfig.clusters.into_iter().map(|entry| named(entry.name)).collect(),
        Entries::Users => kubeconfig.auth_infos.into_iter().map(|entry| named(entry.name)).collect(),
    }
}

async fn of_cluster(wanted: Wanted, line: &Line<'_>, cluster: &Cluster) -> Vec<Choice> {
    match wanted {
        Wanted::Namespace => {
            let names = cluster.namespace_names().await.unwrap_or_default();
            names.into_iter().map(|name| Choice::new(name, "")).collect()
        }
        Wanted::Object { kind, before } => objects(kind, &before, line, cluster).await,
        Wanted::Selector(kinds) => census(&kinds, cluster).await.selector(line.typed()),
        Wanted::Container { objects, selector } => containers(&objects, selector.as_deref(), cluster).await,
        Wanted::Edit { objects, kinds } => edits(objects, &kinds, line, cluster).await,
        Wanted::Known(_) | Wanted::File | Wanted::Entry(_) => Vec::new(),
    }
}

/// Those that are named already are not named again.
async fn objects(kind: Kind, before: &str, line: &Line<'_>, cluster: &Cluster) -> Vec<Choice> {
    let names = cluster.names(&Scope::all(kind, cluster.namespace())).await.unwrap_or_default();
    let words = names.into_iter().map(|name| format!("{before}{name}"));
    words.filter(|word| !line.words().contains(word)).map(|word| Choice::new(word, kind.name())).collect()
}

async fn census(kinds: &[Kind], cluster: &Cluster) -> Census {
    let mut census = Census::default();
    let lists = kinds.iter().map(|&kind| async move {
        let scope = Scope::all(kind, cluster.namespace());
        cluster.some_labels(&scope).await.unwrap_or_default()
    });
    join_all(lists).await.into_iter().for_each(|labels| census.extend(labels));
    census
}

/// The labels that there are to choose from are mostly those of the pods.
async fn edits(named: Vec<(Kind, String)>, kinds: &[Kind], line: &Line<'_>, cluster: &Cluster) -> Vec<Choice> {
    let mut beside = vec![Kind::Pod];
    beside.extend(kinds.iter().filter(|&&kind| kind != Kind::Pod));
    let reads = named.into_iter().map(|(kind, name)| async move {
        let found = cluster.get(&ObjectId::new(kind, cluster.namespace(), &name)).await.ok().flatten();
        found.map(|object| standing(kind, object.value())).unwrap_or_default()
    });
    let (census, labels) = futures::join!(census(&beside, cluster), join_all(reads));
    let labels: Labels = labels.into_iter().flatten().collect();
    let edited: BTreeSet<&str> = line.words().iter().filter(|word| is_edit(word)).map(|word| key(word)).collect();
    census.edits(line.typed(), &labels, &edited)
}

fn key(edit: &str) -> &str {
    edit.split_once('=').map_or(edit.trim_end_matches('-'), |(key, _)| key)
}
