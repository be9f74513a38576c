//! What comes out of each case, byte for byte. With `RECAST_BLESS=1` it is written down anew.

use std::fs;
use std::path::Path;

use super::case::{Case, files};
use super::tool::Ended;

#[test]
fn each_manifest_gives_what_is_written_beside_it() {
    let bless = std::env::var_os("RECAST_BLESS").is_some();
    let mut wrong = Vec::new();
    for case in Case::all() {
        let ended = case.run();
        if bless {
            write(&case, &ended);
        } else {
            wrong.extend(differences(&case, &ended));
        }
    }
    assert!(wrong.is_empty(), "{}\nRECAST_BLESS=1 writes down what comes out now: look at it", wrong.join("\n"));
}

#[test]
fn a_refusal_says_why_and_prints_nothing() {
    for case in Case::all() {
        let ended = case.run();
        if ended.code != Some(0) {
            assert_eq!((ended.code, ended.text()), (Some(1), ""), "{}", case.name);
            assert!(ended.stderr.lines().any(|line| line.starts_with("error: ")), "{}: {}", case.name, ended.stderr);
            assert!(!ended.stderr.contains("panicked"), "{}: {}", case.name, ended.stderr);
        }
    }
}

#[test]
fn nothing_is_written_beside_a_manifest_that_is_gone() {
    for file in files() {
        let manifests = ["yaml", "yml", "json"].map(|ending| file.with_extension(ending));
        assert!(manifests.iter().any(|path| path.exists()), "{} belongs to no manifest", file.display());
    }
}

/// What differs from what is written, in words.
fn differences(case: &Case, ended: &Ended) -> Vec<String> {
    let expected = case.result();
    let code = i32::from(expected.is_none());
    let messages = fs::read_to_string(case.golden("err")).unwrap_or_default();
    let mut found = Vec::new();
    if ended.code != Some(code) {
        found.push(format!("{}: exit code {:?}, not {code}", case.name, ended.code));
    }
    let (is, was) = (shown(&ended.stdout), shown(&expected.unwrap_or_default()));
    for (what, is, was) in [("stdout", is, was), ("stderr", ended.stderr.clone(), messages)] {
        if is != was {
            found.push(format!("{}: {what} is\n{is}\nnot\n{was}", case.name));
        }
    }
    found
}

/// Text in which line ends and a byte order mark can be seen.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\r', "\\r").replace('\u{feff}', "\\u{feff}")
}

fn write(case: &Case, ended: &Ended) {
    write_or_remove(&case.golden("out"), (ended.code == Some(0)).then_some(&ended.stdout));
    write_or_remove(&case.golden("err"), Some(ended.stderr.as_bytes()).filter(|text| !text.is_empty()));
}

fn write_or_remove(path: &Path, content: Option<impl AsRef<[u8]>>) {
    match content {
        Some(content) => fs::write(path, content).expect("the corpus can be written"),
        None => drop(fs::remove_file(path)),
    }
}
