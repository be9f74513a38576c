//! Which commit sources are of. The build script asks this: only the standard library is there for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `git archive`, and so a source archive of a release, writes the commit into.
pub const ARCHIVED: &str = "commit.txt";

/// What `cargo package` writes the commit into.
const PACKAGED: &str = ".cargo_vcs_info.json";

/// The commit that a package's sources are of, with `-dirty` behind it if they have been changed since; none if nothing
/// tells it.
pub fn of(package: &Path) -> Option<String> {
    archived(package).or_else(|| packaged(package)).or_else(|| checked_out(package))
}

/// The files that decide about the answer, beside those of the package itself.
pub fn deciding(package: &Path) -> Vec<PathBuf> {
    let head = ["HEAD", "logs/HEAD"].into_iter();
    let head = head.filter_map(|name| git(package, &["rev-parse", "--git-path", name])).map(|path| package.join(path));
    let sources = ["src", "../../plugins", "../../Cargo.lock"].into_iter().map(|path| package.join(path));
    // Cargo would take one that is not there for changed each time.
    head.chain(sources).filter(|path| path.exists()).collect()
}

fn archived(package: &Path) -> Option<String> {
    let text = fs::read_to_string(package.join(ARCHIVED)).ok()?;
    hash(text.trim())
}

fn packaged(package: &Path) -> Option<String> {
    let text = fs::read_to_string(package.join(PACKAGED)).ok()?;
    let commit = hash(text.split("\"sha1\"").nth(1)?.split('"').nth(1)?)?;
    Some(if text.contains("\"dirty\": true") { commit + "-dirty" } else { commit })
}

fn checked_out(package: &Path) -> Option<String> {
    // A source archive may have been unpacked in a repository that has nothing to do with it.
    git(package, &["ls-files", "--error-unmatch", "Cargo.toml"])?;
    let commit = hash(&git(package, &["rev-parse", "HEAD"])?)?;
    let changed = git(package, &["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { commit } else { commit + "-dirty" })
}

fn git(package: &Path, words: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(package).args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The text, if it is the hash of a commit.
fn hash(text: &str) -> Option<String> {
    (text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
}
