//! What a command line wants next, before any cluster is asked.

use clap::{Arg, ArgAction, Command};

use super::Named;
use super::choice::{Choice, Choices, reply};
use super::line::Line;
use super::wanted::{self, Entries, Wanted};
use crate::connection::ConnectionArgs;
use crate::kind::Kind;

fn plugin() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).help("does it").action(ArgAction::SetTrue);
    let plugin = Command::new("kubectl x").args([
        Arg::new("words").num_args(0..),
        Arg::new("selector").short('l').long("selector").conflicts_with("all"),
        flag("all"),
        flag("undo").short('u'),
        flag("one").group("mode"),
        flag("two").group("mode"),
        flag("hidden").hide(true),
        Arg::new("container").short('c').long("container"),
        Arg::new("filename").short('f').long("filename").value_name("FILE").action(ArgAction::Append),
        Arg::new("dry_run").long("dry-run").num_args(0..=1).require_equals(true).value_parser(["client", "server"]),
    ]);
    let version = Command::new("version").about("Say which");
    let version = version.arg(Arg::new("output").short('o').long("output").value_parser(["json", "yaml"]));
    let secret = Command::new("__complete").hide(true);
    let plugin = plugin.subcommands([version.disable_help_flag(true), secret]).disable_help_subcommand(true);
    let mut plugin = <ConnectionArgs as clap::Args>::augment_args(plugin);
    plugin.build();
    plugin
}

const KINDS: &[Kind] = &[Kind::DaemonSet, Kind::Deployment, Kind::Service];

/// What the words want, of a plugin whose bare names are Deployments, or one that edits labels.
fn wanted(words: &str, edits: bool) -> Vec<Wanted> {
    let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    let plugin = plugin();
    let named = Named { kinds: KINDS, default: (!edits).then_some(Kind::Deployment), selected: None, edits };
    wanted::of(&Line::read(&plugin, &words), named)
}

/// The known choices that continue what is typed.
fn known(words: &str, edits: bool) -> String {
    let known: Vec<Choice> = wanted(words, edits)
        .into_iter()
        .flat_map(|wanted| match wanted {
            Wanted::Known(known) => known,
            _ => Vec::new(),
        })
        .collect();
    let plugin = plugin();
    let typed: Vec<String> = words.split(' ').map(str::to_owned).collect();
    let line = Line::read(&plugin, &typed);
    let reply = reply(line.typed(), Choices { words: known, files: false });
    let texts = reply.lines().map(|line| line.split('\t').next().unwrap_or_default());
    texts.collect::<Vec<_>>().join(" ")
}

/// What is asked of the cluster.
fn asked(words: &str, edits: bool) -> Vec<Wanted> {
    wanted(words, edits).into_iter().filter(|wanted| !matches!(wanted, Wanted::Known(_))).collect()
}

fn object(kind: Kind, before: &str) -> Wanted {
    Wanted::Object { kind, before: before.to_owned() }
}

fn edit(objects: &[(Kind, &str)], kinds: &[Kind]) -> Wanted {
    let objects = objects.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect();
    Wanted::Edit { objects, kinds: kinds.to_vec() }
}

fn containers(objects: &[(&[Kind], &str)], selector: Option<&str>) -> Wanted {
    let objects = objects.iter().map(|(kinds, name)| (kinds.to_vec(), (*name).to_owned())).collect();
    Wanted::Container { objects, selector: selector.map(str::to_owned) }
}

#[test]
fn types_are_offered_by_the_name_that_is_being_typed() {
    for (words, choices) in [
        ("", "deploy/ ds/ svc/ version :4"),
        ("d", "deploy/ ds/ :6"),
        ("da", "daemonset/ :6"),
        ("daemonsets", "daemonsets/ :6"),
        ("daemonsets.", "daemonsets.apps/ :6"),
        ("serv", "service/ :6"),
        ("v", "version :4"),
        ("--all d", "deploy ds :4"),
        ("rng d", ":4"),
        ("ds/rng d", "deploy/ ds/ :6"),
        ("ds/rng", ":4"),
    ] {
        assert_eq!(known(words, false), choices, "{words}");
    }
}

#[test]
fn names_are_asked_for_as_they_are_named() {
    let (deployment, daemon_set) = (object(Kind::Deployment, ""), object(Kind::DaemonSet, ""));
    for (words, asks) in [
        ("", vec![deployment.clone()]),
        ("rng ", vec![deployment.clone()]),
        ("-q rng ha", vec![deployment]),
        ("ds rng ", vec![daemon_set.clone()]),
        ("ds,svc ", vec![daemon_set, object(Kind::Service, "")]),
        ("daemonset/r", vec![object(Kind::DaemonSet, "daemonset/")]),
        ("svc/rng ds/", vec![object(Kind::DaemonSet, "ds/")]),
        ("pod/", vec![]),
        ("x/", vec![]),
        ("ds/rng ", vec![]),
        ("--all ", vec![]),
        ("-f a.yml ", vec![]),
    ] {
        assert_eq!(asked(words, false), asks, "{words}");
    }
}

#[test]
fn edits_follow_what_they_are_made_on() {
    for (words, asks) in [
        ("", vec![]),
        ("ds ", vec![object(Kind::DaemonSet, "")]),
        ("ds rng ", vec![object(Kind::DaemonSet, ""), edit(&[(Kind::DaemonSet, "rng")], &[])]),
        ("ds/rng is", vec![edit(&[(Kind::DaemonSet, "rng")], &[])]),
        ("ds/rng svc/web a=1 b- ", vec![edit(&[(Kind::DaemonSet, "rng"), (Kind::Service, "web")], &[])]),
        ("ds --all ", vec![edit(&[], &[Kind::DaemonSet])]),
        ("ds,svc -l app=rng t", vec![edit(&[], &[Kind::DaemonSet, Kind::Service])]),
        ("-f a.yml ds/rng ", vec![]),
    ] {
        assert_eq!(asked(words, true), asks, "{words}");
    }
    assert_eq!(known("ds/rng a=1 d", true), ":4", "no target follows an edit");
}

#[test]
fn flags_are_offered_as_long_as_they_may_be_given() {
    for (words, choices) in [
        ("--un", "--undo :4"),
        ("-u", "-u :4"),
        ("-u --un", ":4"),
        ("--hid", ":4"),
        ("--al", "--all :4"),
        ("-l a=b --al", ":4"),
        ("--all --sel", ":4"),
        ("--one --tw", ":4"),
        ("-f a --file", "--filename :4"),
        ("--dry", "--dry-run --dry-run= :4"),
        ("--dry-run=", "client server :4"),
        ("--dry-run=s", "server :4"),
        ("--none=", ":4"),
        ("-- --un", ":4"),
    ] {
        assert_eq!(known(words, false), choices, "{words}");
    }
    let words = wanted("--un", false);
    assert!(matches!(&words[..], [Wanted::Known(known)] if known.contains(&Choice::new("--undo", "does it"))));
}

#[test]
fn the_value_of_a_flag_is_of_its_kind() {
    let labels = |kinds: &[Kind]| vec![Wanted::Selector(kinds.to_vec())];
    for (words, asks) in [
        ("-n ", vec![Wanted::Namespace]),
        ("-n=we", vec![Wanted::Namespace]),
        ("--namespace=we", vec![Wanted::Namespace]),
        ("--context ", vec![Wanted::Entry(Entries::Contexts)]),
        ("--cluster ", vec![Wanted::Entry(Entries::Clusters)]),
        ("--user ", vec![Wanted::Entry(Entries::Users)]),
        ("--kubeconfig ", vec![Wanted::File]),
        ("-f ", vec![Wanted::File]),
        ("-uf ", vec![Wanted::File]),
        ("-l ", labels(&[Kind::Deployment])),
        ("svc -l app=", labels(&[Kind::Service])),
        ("-f a -l ", vec![]),
        ("web ds/rng -c ", vec![containers(&[], None)]),
        ("ds/rng -c ", vec![containers(&[(&[Kind::DaemonSet], "rng")], None)]),
        ("web -c ", vec![containers(&[(KINDS, "web")], None)]),
        ("-l app=rng -c ", vec![containers(&[], Some("app=rng"))]),
        ("--token ", vec![]),
        ("--none ", vec![object(Kind::Deployment, "")]),
    ] {
        assert_eq!(asked(words, false), asks, "{words}");
    }
}

#[test]
fn a_command_has_flags_of_its_own() {
    assert_eq!(known("version -", false), "--output -o :4");
    assert_eq!(known("version -o ", false), "json yaml :4");
    assert_eq!(known("version ", false), ":4");
    assert_eq!(known("rng version -o ", false), ":4");
}
