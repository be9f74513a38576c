//! What holds for every cast manifest, whatever is written beside it.

use std::collections::BTreeMap;

use json_patch::Patch;
use serde_json::{Deserializer, Value};

use super::case::{Case, objects};

/// The cases with a manifest as their result.
fn cast_manifests() -> impl Iterator<Item = (Case, Vec<u8>)> {
    Case::all().into_iter().filter(Case::gives_a_manifest).map(|case| {
        let result = case.result().unwrap();
        (case, result)
    })
}

/// What was a source, and what it has become.
fn casts(case: &Case, result: &[u8]) -> Vec<(Value, Value)> {
    let (before, after) = (case.objects(), objects(&case.name, result.to_vec()));
    assert_eq!(before.len(), after.len(), "{}: an object is lost", case.name);
    before.into_iter().zip(after).filter(|(before, after)| before["kind"] != after["kind"]).collect()
}

#[test]
fn objects_that_are_not_cast_stay_as_they_are() {
    for (case, result) in cast_manifests() {
        let (before, after) = (case.objects(), objects(&case.name, result));
        for (before, after) in before.iter().zip(&after) {
            assert!(after["kind"] == "DaemonSet" || before == after, "{}: {before}\n{after}", case.name);
        }
    }
}

#[test]
fn the_patch_turns_the_source_into_the_result() {
    for (case, result) in cast_manifests() {
        let printed = case.cast_and(&["-o", "patch"]);
        if case.asks_for_a_format() {
            continue; // it has an -o of its own
        }
        let patches = Deserializer::from_slice(&printed.stdout).into_iter::<Patch>();
        let patches: Vec<Patch> = patches.collect::<Result<_, _>>().expect("each is an RFC 6902 patch");
        let casts = casts(&case, &result);
        assert_eq!(patches.len(), casts.len(), "{}", case.name);
        for (patch, (mut source, result)) in patches.iter().zip(casts) {
            json_patch::patch(&mut source, patch).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            assert_eq!(source, result, "{}", case.name);
        }
    }
}

#[test]
fn a_result_is_not_cast_again() {
    for (case, result) in cast_manifests() {
        let again = case.cast_instead(&result);
        assert_eq!(again.code, Some(0), "{}: {}", case.name, again.stderr);
        assert_eq!(again.text(), String::from_utf8(result).unwrap(), "{}", case.name);
        assert!(!again.stderr.contains("cast to DaemonSet"), "{}: {}", case.name, again.stderr);
    }
}

#[test]
fn no_comment_is_lost() {
    for (case, result) in cast_manifests().filter(|(case, _)| !case.asks_for_a_format()) {
        let after = comments(std::str::from_utf8(&result).unwrap());
        for (comment, count) in comments(&case.text()) {
            assert!(after.get(&comment) >= Some(&count), "{} has lost {comment}", case.name);
        }
    }
}

/// The comments of a manifest, and how often each is there. (No `#` stands in a text of the corpus with `: ` before.)
fn comments(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let begin = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
        if let Some(begin) = begin.filter(|begin| !line[..*begin].contains("\"#")) {
            *found.entry(line[begin..].trim().to_owned()).or_default() += 1;
        }
    }
    found
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    for (case, result) in cast_manifests() {
        let (before, after) = (case.text(), String::from_utf8(result).unwrap());
        assert_eq!(before.starts_with('\u{feff}'), after.starts_with('\u{feff}'), "{}", case.name);
        let unix = |text: &str| text.replace("\r\n", "").contains('\n');
        assert!(unix(&before) || !unix(&after), "{}: a line ends otherwise", case.name);
    }
}
