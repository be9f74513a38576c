//! What holds for every cast manifest, whatever is written beside it.

use json_patch::Patch;
use serde_json::{Deserializer, Value};

use super::case::{Case, objects};

/// What was a source, and what it has become.
fn casts(case: &Case, result: &[u8]) -> Vec<(Value, Value)> {
    let (before, after) = (case.objects(), objects(&case.name, result.to_vec()));
    assert_eq!(before.len(), after.len(), "{}: an object is lost", case.name);
    before.into_iter().zip(after).filter(|(before, after)| before["kind"] != after["kind"]).collect()
}

#[test]
fn objects_that_are_not_cast_stay_as_they_are() {
    for (case, result) in Case::with_results() {
        let (before, after) = (case.objects(), objects(&case.name, result));
        for (before, after) in before.iter().zip(&after) {
            assert!(after["kind"] == "DaemonSet" || before == after, "{}: {before}\n{after}", case.name);
        }
    }
}

#[test]
fn the_patch_turns_the_source_into_the_result() {
    for (case, result) in Case::with_results() {
        let printed = case.run_and(&["-o", "patch"]);
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
    for (case, result) in Case::with_results() {
        let again = case.run_instead(&result);
        assert_eq!(again.code, Some(0), "{}: {}", case.name, again.stderr);
        assert_eq!(again.text(), String::from_utf8(result).unwrap(), "{}", case.name);
        assert!(!again.stderr.contains("cast to DaemonSet"), "{}: {}", case.name, again.stderr);
    }
}
