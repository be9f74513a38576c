//! What the command line takes, and what it refuses.

use super::*;
use clap::CommandFactory as _;

fn parse(line: &str) -> Result<Args, clap::Error> {
    Args::try_parse_from(["kubectl-relabel"].into_iter().chain(line.split_whitespace()))
}

fn words(line: &str) -> Result<(String, String), String> {
    let words = parse(line).unwrap().words().map_err(|failure| failure.message().to_owned())?;
    Ok((words.targets.join(" "), words.edits.to_string()))
}

#[test]
fn the_definition_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn usage_and_examples_begin_with_kubectl() {
    let help = Args::command().render_help().to_string();
    assert!(help.contains("Usage:\n  kubectl relabel TARGET"), "{help}");
    assert!(help.find("Examples:") < help.find("Usage:"), "{help}");
}

#[test]
fn targets_come_before_edits() {
    for (line, targets, edits) in [
        ("ds/rng svc/rng isactive=yes", "ds/rng svc/rng", "isactive=yes"),
        ("ds rng a=1 --overwrite b-", "ds rng", "a=1 b-"),
        ("ds -l app=rng a=1", "ds", "a=1"),
        ("-f app.yml a=1", "", "a=1"),
        ("-f app.yml ds/rng a-", "ds/rng", "a-"),
        ("--abort ds/rng", "ds/rng", ""),
        ("--unfinished -A", "", ""),
    ] {
        assert_eq!(words(line), Ok((targets.to_owned(), edits.to_owned())), "{line}");
    }
}

#[test]
fn words_that_are_missing_or_too_many_are_told_in_the_words_of_kubectl() {
    for (line, message) in [
        ("a=1", "one or more resources must be specified as <resource> <name> or <resource>/<name>"),
        ("-l app=rng a=1", "one or more resources must be specified as <resource> <name> or <resource>/<name>"),
        ("ds/rng", "at least one label update is required"),
        ("-f app.yml ds/rng", "at least one label update is required"),
        ("ds/rng a=1 svc/rng", "all resources must be specified before label changes: svc/rng"),
        ("--prune ds/rng a=1", "--prune edits no label: a=1"),
        ("--unfinished ds/rng", "--unfinished lists all changes, and takes no target: ds/rng"),
        ("--list", "one or more resources must be specified as <resource> <name> or <resource>/<name>"),
    ] {
        assert_eq!(words(line), Err(message.to_owned()), "{line}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    for line in [
        "--list --prune ds/rng",
        "--abort --unfinished ds/rng",
        "--prune ds/rng --overwrite",
        "--list ds/rng -o yaml",
        "--abort ds/rng -o name",
        "--unfinished -o json",
        "ds/rng a=1 -A",
        "ds/rng a=1 --yes",
        "ds/rng a=1 --in-place",
        "ds/rng a=1 --skip-refused",
        "ds --all -l a=b a=1",
        "-f app.yml --all a=1",
        "-f app.yml --list ds/rng",
        "-f app.yml --explain a=1",
        "-f app.yml --allow-empty a=1",
        "-f app.yml --in-place --diff a=1",
        "ds/rng a=1 -i --dry-run",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn flags_are_given_as_to_kubectl() {
    assert_eq!(parse("ds/rng a=1 --dry-run").unwrap().dry_run, DryRun::Client);
    assert!(!parse("svc/rng a=1 --wait=false").unwrap().wait);
    assert!(parse("--unfinished --all-namespaces").unwrap().all_namespaces);
    assert_eq!(parse("ds/rng a=1 --resource-version=7").unwrap().resource_version.as_deref(), Some("7"));
}
