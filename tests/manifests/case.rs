//! One case of the corpus: a manifest, what is to be done with it, and what comes out.

use std::fs;
use std::path::{Path, PathBuf};

use recast::manifest::Manifest;
use serde_json::Value;

use super::tool::{Ended, run, run_from};
use crate::PLUGIN;

/// The folder of the corpus.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PLUGIN.corpus)
}

/// A manifest of the corpus.
pub struct Case {
    /// Its path in the corpus.
    pub name: String,
    path: PathBuf,
    /// Further arguments.
    arguments: Vec<String>,
}

impl Case {
    /// All cases, sorted by name.
    pub fn all() -> Vec<Self> {
        let mut cases: Vec<Self> = files().into_iter().filter_map(Self::of).collect();
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        assert!(cases.len() >= PLUGIN.cases, "only {} cases were found", cases.len());
        cases
    }

    /// The cases with a manifest as their result.
    pub fn with_results() -> impl Iterator<Item = (Self, Vec<u8>)> {
        Self::all().into_iter().filter(Self::gives_a_manifest).map(|case| {
            let result = case.result().unwrap();
            (case, result)
        })
    }

    /// The case of a file, if it is a manifest.
    fn of(path: PathBuf) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        if !["yaml", "yml", "json"].contains(&ending) {
            return None;
        }
        let name = path.strip_prefix(corpus()).ok()?.to_str()?.to_owned();
        let arguments = fs::read_to_string(path.with_extension("args")).unwrap_or(PLUGIN.arguments.to_owned());
        Some(Self { name, path, arguments: arguments.split_whitespace().map(str::to_owned).collect() })
    }

    /// The file with what is printed to stdout (`out`) or stderr (`err`).
    pub fn golden(&self, ending: &str) -> PathBuf {
        self.path.with_extension(ending)
    }

    /// What is printed to stdout. Without such a file, nothing is, and the exit code is 1.
    pub fn result(&self) -> Option<Vec<u8>> {
        fs::read(self.golden("out")).ok()
    }

    /// Whether the result is a manifest, and not a patch, a diff or names.
    pub fn gives_a_manifest(&self) -> bool {
        self.result().is_some() && !["name", "patch", "--diff"].iter().any(|word| self.asks_for(word))
    }

    /// Whether the result is written anew as JSON or YAML.
    pub fn asks_for_a_format(&self) -> bool {
        self.asks_for("-o")
    }

    fn asks_for(&self, word: &str) -> bool {
        self.arguments.iter().any(|argument| argument == word)
    }

    /// Runs the plugin on the manifest.
    pub fn run(&self) -> Ended {
        run(&corpus(), &self.words(&["-f", &self.name]))
    }

    /// Runs it, asking for something else as well.
    pub fn run_and(&self, more: &[&str]) -> Ended {
        run(&corpus(), &[&self.words(&["-f", &self.name]), more].concat())
    }

    /// Runs it on something else in the same way.
    pub fn run_instead(&self, manifest: &[u8]) -> Ended {
        run_from(&corpus(), &self.words(&["-f", "-"]), manifest)
    }

    fn words<'a>(&'a self, first: &[&'a str]) -> Vec<&'a str> {
        first.iter().copied().chain(self.arguments.iter().map(String::as_str)).collect()
    }

    /// The manifest as text.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("the manifest is UTF-8")
    }

    /// The objects of the manifest.
    pub fn objects(&self) -> Vec<Value> {
        objects(&self.name, fs::read(&self.path).expect("the manifest can be read"))
    }
}

/// The objects of a manifest, items of lists among them.
pub fn objects(name: &str, bytes: Vec<u8>) -> Vec<Value> {
    let manifest = Manifest::parse(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    manifest.objects().iter().map(|object| object.value.clone()).collect()
}

/// All files of the corpus.
pub fn files() -> Vec<PathBuf> {
    let folders = fs::read_dir(corpus()).expect("the corpus is there").map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.is_dir());
    folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect()
}
