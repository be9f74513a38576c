//! What `version` prints, and where the commit comes from.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Release, commit, for_people};

const HASH: &str = "06a0560d1b2c3d4e5f60718293a4b5c6d7e8f901";

#[test]
fn people_read_version_commit_and_where_it_is_tested() {
    let release = Release { version: "1.2.3", commit: Some(HASH), kubernetes: &["1.35", "1.37"] };
    let mut out = Vec::new();
    for_people(&mut out, "kubectl ds-cast", &release).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text, format!("kubectl ds-cast 1.2.3\n  commit      {HASH}\n  kubernetes  tested on 1.35 and 1.37\n"));
}

#[test]
fn a_source_archive_carries_its_commit() {
    let package = tempfile::tempdir().unwrap();
    let file = package.path().join(commit::ARCHIVED);
    fs::write(&file, "$Format:%H$\n").unwrap();
    assert_eq!(commit::of(package.path()), None, "nothing has filled it in");
    fs::write(&file, format!("{HASH}\n")).unwrap();
    assert_eq!(commit::of(package.path()), Some(HASH.to_owned()));
}

#[test]
fn a_package_of_cargo_carries_its_commit() {
    let package = tempfile::tempdir().unwrap();
    let info = |dirty: &str| format!("{{\n  \"git\": {{\n    \"sha1\": \"{HASH}\"{dirty}\n  }}\n}}");
    fs::write(package.path().join(".cargo_vcs_info.json"), info("")).unwrap();
    assert_eq!(commit::of(package.path()), Some(HASH.to_owned()));
    fs::write(package.path().join(".cargo_vcs_info.json"), info(",\n    \"dirty\": true")).unwrap();
    assert_eq!(commit::of(package.path()), Some(format!("{HASH}-dirty")));
}

#[test]
fn a_repository_tells_the_commit_of_what_is_its_own() {
    let repository = tempfile::tempdir().unwrap();
    let path = repository.path();
    git(path, "init --quiet");
    fs::write(path.join("Cargo.toml"), "[package]\n").unwrap();
    assert_eq!(commit::of(path), None, "the repository knows nothing of the package");
    git(path, "add .");
    git(path, "-c user.name=a -c user.email=a@localhost commit --quiet -m a");
    let clean = commit::of(path).unwrap();
    assert_eq!(clean.len(), 40);
    assert!(!commit::deciding(path).is_empty());
    fs::write(path.join("Cargo.toml"), "[workspace]\n").unwrap();
    assert_eq!(commit::of(path), Some(format!("{clean}-dirty")));
}

fn git(folder: &Path, words: &str) {
    let status = Command::new("git").arg("-C").arg(folder).args(words.split(' ')).status().unwrap();
    assert!(status.success(), "git {words}");
}
