//! Notes which commit a release is built from, for `version`.

#[path = "src/version/commit.rs"]
mod commit;

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", commit::ARCHIVED);
    // A build for debugging is of what is being worked on, not of a commit; and each commit would make it anew.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        note(Path::new("."));
    }
}

fn note(package: &Path) {
    for path in commit::deciding(package) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    if let Some(commit) = commit::of(package) {
        println!("cargo::rustc-env=RECAST_COMMIT={commit}");
    }
}
