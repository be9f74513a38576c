//! Files, folders and standard input; results back in their place.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::manifests::tool::{folder, run, run_from};

const DAEMON_SET: &str = "\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: rng}
spec:
  selector: {matchLabels: {app: rng}}
  template:
    metadata: {labels: {app: rng}} # random
    spec: {containers: [{name: main, image: \"registry.example/rng:1\"}]}
";

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: rng}\nspec:\n  selector: {app: rng}\n";

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rng}\n";

fn labelled(text: &str) -> String {
    text.replace("{app: rng}", "{app: rng, isactive: \"yes\"}")
}

#[test]
fn each_file_is_written_back_if_it_has_changed() {
    let folder = folder(&[("ds.yml", DAEMON_SET), ("svc.yml", SERVICE), ("config.yml", CONFIG)]);
    let arguments = ["-f", ".", "isactive=yes", "--in-place"];
    let ended = run(folder.path(), &arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.text(), "./ds.yml written: 1 labeled\n./svc.yml written: 1 labeled\n");
    for (name, text) in
        [("ds.yml", labelled(DAEMON_SET)), ("svc.yml", labelled(SERVICE)), ("config.yml", CONFIG.into())]
    {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), text);
    }
    let again = run(folder.path(), &arguments);
    assert_eq!((again.code, again.text()), (Some(0), ""), "{}", again.stderr);
    assert!(again.stderr.contains("./ds.yml:1: DaemonSet rng not labeled\n"), "{}", again.stderr);
    assert!(!again.stderr.contains("next"), "{}", again.stderr);
}

#[test]
fn targets_may_be_in_different_files() {
    let folder = folder(&[("ds.yml", DAEMON_SET), ("svc.yml", SERVICE)]);
    let ended = run(folder.path(), &["-f", "svc.yml", "-f", "ds.yml", "ds/rng", "svc/rng", "isactive=yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.text(), format!("{}---\n{}", labelled(SERVICE), labelled(DAEMON_SET)));
    assert!(ended.stderr.contains("next     kubectl relabel svc/rng ds/rng isactive=yes\n"), "{}", ended.stderr);
}

#[test]
fn the_selection_is_looked_at_across_files() {
    let folder = folder(&[("ds.yml", DAEMON_SET), ("svc.yml", SERVICE)]);
    let ended = run(folder.path(), &["-f", ".", "svc/rng", "isactive=yes"]);
    assert!(
        ended.stderr.ends_with("  warn     ./svc.yml:1: Service rng selects no pod of these files any more\n"),
        "{}",
        ended.stderr
    );
    let ended = run(folder.path(), &["-f", ".", "ds/rng", "svc/rng", "isactive=yes"]);
    assert!(!ended.stderr.contains("warn"), "{}", ended.stderr);
}

#[test]
fn a_target_that_is_missing_or_refused_leaves_all_files_as_they_are() {
    let other = SERVICE.replace("app: rng", "app: rng, isactive: \"no\"");
    let folder = folder(&[("ds.yml", DAEMON_SET), ("svc.yml", &other)]);
    for (targets, message) in [
        (["ds/rng", "svc/hasher"], "error: service/hasher is in none of the files\n"),
        (["ds/rng", "svc/rng"], "'isactive' already has a value (no), and --overwrite is false\n"),
    ] {
        let arguments = [&["-f", ".", "--in-place"], &targets[..], &["isactive=yes"]].concat();
        let ended = run(folder.path(), &arguments);
        assert_eq!((ended.code, ended.text()), (Some(1), ""), "{}", ended.stderr);
        assert!(ended.stderr.contains(message), "{}", ended.stderr);
        assert_eq!(fs::read_to_string(folder.path().join("ds.yml")).unwrap(), DAEMON_SET);
        assert_eq!(fs::read_to_string(folder.path().join("svc.yml")).unwrap(), other);
    }
    let arguments = ["-f", ".", "--in-place", "--overwrite", "isactive=yes"];
    assert_eq!(run(folder.path(), &arguments).text(), "./ds.yml written: 1 labeled\n./svc.yml written: 1 labeled\n");
}

#[test]
fn a_dry_run_and_a_diff_write_nothing() {
    let folder = folder(&[("ds.yml", DAEMON_SET)]);
    for more in [&["--in-place", "--dry-run"][..], &["--diff"]] {
        let ended = run(folder.path(), &[&["-f", "ds.yml", "isactive=yes"], more].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(!ended.text().is_empty());
        assert_eq!(fs::read_to_string(folder.path().join("ds.yml")).unwrap(), DAEMON_SET);
    }
}

#[test]
fn standard_input_is_read_and_not_written_back() {
    let ended = run_from(Path::new("/"), &["-f", "-", "isactive=yes"], SERVICE.as_bytes());
    assert_eq!((ended.code, ended.text()), (Some(0), &*labelled(SERVICE)), "{}", ended.stderr);
    assert_eq!(ended.stderr, "STDIN:1: Service rng labeled (selector)\n", "a service alone can be applied");
    let ended = run_from(Path::new("/"), &["-f", "-", "isactive=yes", "--in-place"], SERVICE.as_bytes());
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(ended.stderr.contains("standard input cannot be written back"), "{}", ended.stderr);
}

#[test]
fn five_hundred_workloads_with_their_services_are_relabelled_in_seconds() {
    let mut manifest = String::new();
    for number in 0..500 {
        let name = format!("w{number}");
        write!(manifest, "{}---\n{}---\n", DAEMON_SET.replace("rng", &name), SERVICE.replace("rng", &name)).unwrap();
    }
    let begun = Instant::now();
    let ended = run_from(Path::new("/"), &["-f", "-", "isactive=yes"], manifest.as_bytes());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(ended.text().matches("isactive").count(), 1500);
}
