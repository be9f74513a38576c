//! A label that is set and taken away again leaves a manifest as it was: with every odd manifest that there is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::manifests::case::objects;
use crate::manifests::tool::run_from;
use recast::manifest::Manifest;
use serde_json::{Map, Value};

/// Every manifest of both plugins that can be read.
fn manifests() -> Vec<(PathBuf, String)> {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let folders = ["corpus", "corpus-relabel"].into_iter().flat_map(|corpus| folder(&parent.join(corpus)));
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| folder(&path));
    let manifests = files.filter(|path| path.extension().is_some_and(|end| end == "yml" || end == "json"));
    let texts = manifests.filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)));
    texts.filter(|(_, text)| Manifest::parse("it", text.clone().into_bytes()).is_ok()).collect()
}

fn folder(path: &Path) -> Vec<PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn relabel(text: &str, edit: &str) -> String {
    let ended = run_from(Path::new("/"), &["-f", "-", "--skip-refused", "-q", edit], text.as_bytes());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.text().to_owned()
}

#[test]
fn a_label_set_and_taken_away_leaves_what_was_there() {
    let mut edited = 0;
    for (path, text) in manifests() {
        let with = relabel(&text, "example.com/probe=on");
        assert_eq!(relabel(&with, "example.com/probe=on"), with, "{}: twice is not once", path.display());
        let without = relabel(&with, "example.com/probe-");
        let read = |text: &str| objects("it", text.into()).into_iter().map(tidy).collect::<Vec<_>>();
        assert_eq!(read(&without), read(&text), "{}", path.display());
        assert!(without == text || may_be_written_otherwise(&text), "{}\n{without}", path.display());
        edited += usize::from(with != text);
    }
    assert!(edited > 250, "only {edited} manifests were edited");
}

/// An alias becomes a copy where it is edited, and an empty map goes with its last label.
fn may_be_written_otherwise(text: &str) -> bool {
    [": *", "labels: {}", "labels:\nspec:"].iter().any(|odd| text.contains(odd))
}

/// An empty map of labels is none.
fn tidy(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(key, value)| (key, tidy(value)));
            let empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
            Value::Object(fields.filter(|(_, value)| !empty(value)).collect())
        }
        Value::Array(items) => items.into_iter().map(tidy).collect(),
        other => other,
    }
}
