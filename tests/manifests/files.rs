//! Files, folders and standard input; results back in their place.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::tool::{folder, run, run_from, run_to_end};

const RNG: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: rng # random
spec:
  replicas: 3
  selector: {matchLabels: {app: rng}}
  template:
    metadata: {labels: {app: rng}}
    spec: {containers: [{name: main, image: \"registry.example/rng:1\"}]}
";

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: rng}\nspec: {ports: [{port: 80}]}\n";

fn named(name: &str) -> String {
    RNG.replace("name: rng ", &format!("name: {name} "))
}

fn daemon_set() -> String {
    let rolling = "  updateStrategy:\n    rollingUpdate:\n      maxUnavailable: 25%\n    type: RollingUpdate\n";
    RNG.replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 3\n", rolling)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn standard_input_is_read_and_not_written_back() {
    let ended = run_from(Path::new("/"), &["-f", "-"], RNG.as_bytes());
    assert_eq!((ended.code, ended.text()), (Some(0), &*daemon_set()), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("STDIN:1: Deployment rng cast to DaemonSet"), "{}", ended.stderr);
    let ended = run_from(Path::new("/"), &["-f", "-", "--in-place"], RNG.as_bytes());
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(ended.stderr.contains("standard input cannot be written back"), "{}", ended.stderr);
}

#[test]
fn several_files_become_one_stream_in_their_order() {
    let one = named("one").replace("---\n", "");
    let folder = folder(&[("b.yml", &one), ("a.yml", SERVICE), ("c.yml", RNG.trim_end())]);
    let ended = run(folder.path(), &["-f", "b.yml", "-f", "a.yml", "-f", "c.yml"]);
    let parts: Vec<&str> = ended.text().split("---\n").collect();
    assert_eq!(parts.len(), 3, "{}", ended.text());
    assert!(parts[0].contains("name: one # random") && parts[2].contains("name: rng # random"));
    assert_eq!(parts[1], SERVICE);
}

#[test]
fn the_same_name_in_two_files_is_a_collision() {
    let folder = folder(&[("a.yml", RNG), ("b.yml", RNG)]);
    let ended = run(folder.path(), &["-f", "a.yml", "-f", "b.yml"]);
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(ended.stderr.contains("b.yml:1: Deployment rng cannot be cast"), "{}", ended.stderr);
}

#[test]
fn a_folder_is_read_and_those_below_it_if_asked() {
    let files = [("z.yaml", &*named("z")), ("a.json", "{}"), ("notes.txt", "no: manifest"), ("sub/b.yml", RNG)];
    let folder = folder(&files);
    fs::write(folder.path().join("a.json"), SERVICE.replace('\n', "\r\n")).unwrap();
    let ended = run(folder.path(), &["-f", "."]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.text().matches("kind: DaemonSet").count(), 1);
    let ended = run(folder.path(), &["-R", "-f", "."]);
    assert_eq!(ended.text().matches("kind: DaemonSet").count(), 2, "{}", ended.stderr);
}

#[test]
fn a_folder_without_manifests_is_said() {
    let folder = folder(&[("sub/b.yml", RNG)]);
    let ended = run(folder.path(), &["-f", "."]);
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(ended.stderr.contains("hint: -R"), "{}", ended.stderr);
}

#[test]
fn a_file_is_replaced_and_keeps_its_mode() {
    let folder = folder(&[("rng.yml", RNG), ("svc.yml", SERVICE)]);
    let file = folder.path().join("rng.yml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let untouched = fs::metadata(folder.path().join("svc.yml")).unwrap().modified().unwrap();
    let ended = run(folder.path(), &["-f", ".", "--in-place"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().ends_with("rng.yml written: 1 cast\n"), "{}", ended.text());
    assert_eq!(text(&file), daemon_set());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o640);
    assert_eq!(fs::metadata(folder.path().join("svc.yml")).unwrap().modified().unwrap(), untouched);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
}

#[test]
fn a_link_stays_a_link_and_its_file_is_replaced() {
    let folder = folder(&[("real/rng.yml", RNG)]);
    let link = folder.path().join("link.yml");
    symlink("real/rng.yml", &link).unwrap();
    let ended = run(folder.path(), &["-f", "link.yml", "--in-place"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(text(&folder.path().join("real/rng.yml")), daemon_set());
}

#[test]
fn one_refusal_leaves_all_files_as_they_are() {
    let refused = named("two").replace("spec: {", "spec: {restartPolicy: Never, ");
    let folder = folder(&[("a.yml", RNG), ("b.yml", &refused)]);
    let ended = run(folder.path(), &["-f", ".", "--in-place"]);
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert_eq!((text(&folder.path().join("a.yml")), text(&folder.path().join("b.yml"))), (RNG.to_owned(), refused));
    let ended = run(folder.path(), &["-f", ".", "--in-place", "--skip-refused"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(text(&folder.path().join("a.yml")), daemon_set());
}

#[test]
fn a_dry_run_and_a_diff_write_nothing() {
    let folder = folder(&[("rng.yml", RNG)]);
    for more in [&["--in-place", "--dry-run=client"][..], &["--diff"]] {
        let ended = run(folder.path(), &[&["-f", "rng.yml"], more].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(!ended.text().is_empty());
        assert_eq!(text(&folder.path().join("rng.yml")), RNG);
    }
}

#[test]
fn the_diff_can_be_applied() {
    let folder = folder(&[("rng.yml", RNG)]);
    let diff = run(folder.path(), &["-f", "rng.yml", "--diff"]);
    let mut patch = std::process::Command::new("git");
    patch.args(["apply", "-"]).current_dir(folder.path());
    let applied = run_to_end(patch, &diff.stdout);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert_eq!(text(&folder.path().join("rng.yml")), daemon_set());
}
