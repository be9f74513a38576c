//! Whole files, before and after a patch: `tests/manifests/*/{before,after}.*` and `edit.json`.

use std::fs;
use std::path::{Path, PathBuf};

use super::Manifest;

fn file(folder: &Path, stem: &str) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.file_stem().unwrap() == stem).unwrap()
}

#[test]
fn a_patch_changes_nothing_but_what_it_names() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests");
    let mut seen = 0;
    for case in fs::read_dir(cases).unwrap() {
        let case = case.unwrap().path();
        let edit: serde_json::Value = serde_json::from_slice(&fs::read(file(&case, "edit")).unwrap()).unwrap();
        let mut manifest = Manifest::parse("before", fs::read(file(&case, "before")).unwrap()).unwrap();
        let patch = serde_json::from_value(edit["patch"].clone()).unwrap();
        let object = usize::try_from(edit["object"].as_u64().unwrap()).unwrap();
        manifest.edit(object, &patch).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        let expected = fs::read_to_string(file(&case, "after")).unwrap();
        assert_eq!(manifest.text(), expected, "{}", case.display());
        seen += 1;
    }
    assert!(seen >= 13, "only {seen} cases found");
}
