//! What holds for every relabelled manifest, whatever is written beside it.

use json_patch::Patch;
use recast::selector::{label_selector, labels, matches};
use serde_json::{Deserializer, Value};

use crate::manifests::case::{Case, objects};

/// What was edited, and what it has become.
fn edited(case: &Case, result: &[u8]) -> Vec<(Value, Value)> {
    let (before, after) = (case.objects(), objects(&case.name, result.to_vec()));
    assert_eq!(before.len(), after.len(), "{}: an object is lost", case.name);
    before.into_iter().zip(after).filter(|(before, after)| before != after).collect()
}

#[test]
fn the_patches_lead_to_the_result_and_nothing_else_changes() {
    for (case, result) in Case::with_results().filter(|(case, _)| !case.asks_for_a_format()) {
        let printed = case.run_and(&["-o", "patch"]);
        let patches = Deserializer::from_slice(&printed.stdout).into_iter::<Patch>();
        let patches: Vec<Patch> = patches.collect::<Result<_, _>>().expect("each is an RFC 6902 patch");
        let edited = edited(&case, &result);
        assert_eq!(patches.len(), edited.len(), "{}", case.name);
        for (patch, (mut before, after)) in patches.iter().zip(edited) {
            json_patch::patch(&mut before, patch).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            assert_eq!(before, after, "{}", case.name);
        }
    }
}

#[test]
fn a_result_is_not_labeled_again() {
    for (case, result) in Case::with_results() {
        let again = case.run_instead(&result);
        assert_eq!(again.code, Some(0), "{}: {}", case.name, again.stderr);
        assert_eq!(again.text(), String::from_utf8(result).unwrap(), "{}", case.name);
        for verb in [" labeled (", " unlabeled (", " modified ("] {
            assert!(!again.stderr.contains(verb), "{}: {}", case.name, again.stderr);
        }
    }
}

#[test]
fn the_labels_of_what_is_no_pod_are_left_alone() {
    for (case, result) in Case::with_results() {
        for (before, after) in edited(&case, &result).iter().filter(|(before, _)| before["kind"] != "Pod") {
            assert_eq!(before["metadata"], after["metadata"], "{}", case.name);
        }
    }
}

#[test]
fn a_selector_matches_its_template() {
    for (case, result) in Case::with_results() {
        for (_, after) in edited(&case, &result).iter().filter(|(_, after)| after["spec"]["template"].is_object()) {
            let selector = label_selector(&after["spec"]["selector"]).unwrap();
            let template = labels(after.pointer("/spec/template/metadata/labels"));
            assert!(matches(&selector, &template), "{}: {after}", case.name);
        }
    }
}
