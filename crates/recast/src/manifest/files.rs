//! All the files of `-f`: read at once or refused at once, and printed as one result.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::io::{self, Read, Write};

use super::File;
use super::sources::{Input, Source, SourceError, read};
use crate::failure::Failure;
use crate::output::{Format, write_json, write_objects};

/// What `-f` names, and what goes with it.
#[derive(Clone, Copy, Debug)]
pub struct Filenames<'a> {
    /// Files, folders, or `-`.
    pub names: &'a [String],
    /// Whether to go into the folders below.
    pub recursive: bool,
    /// Whether the files are to be written back.
    pub in_place: bool,
    /// The command that reads them, for hints: `kubectl ds-cast`.
    pub command: &'a str,
}

impl Filenames<'_> {
    /// Reads them all, or says all that is wrong with them.
    ///
    /// # Errors
    /// If one is not there, named twice, no manifest, or cannot be written back.
    pub fn open(&self, stdin: &mut dyn Read) -> Result<Vec<File>, Vec<Failure>> {
        let sources: Vec<Source> = self.names.iter().map(|name| Source::from(name.as_str())).collect();
        if self.in_place && sources.contains(&Source::Stdin) {
            return Err(vec![
                Failure::new("standard input cannot be written back")
                    .hint("leave --in-place out: the result goes to stdout"),
            ]);
        }
        let inputs = read(&sources, self.recursive, stdin).map_err(|error| vec![self.unreadable(&error)])?;
        if let Some(twice) = named_twice(&inputs) {
            return Err(vec![Failure::new(format!("{twice} is named twice")).hint("name each file once")]);
        }
        parse(inputs)
    }

    fn unreadable(&self, error: &SourceError) -> Failure {
        let failure = match error.source() {
            Some(cause) => Failure::caused_by(error.to_string(), cause),
            None => Failure::new(error.to_string()),
        };
        match error.hint(self.command) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn named_twice(inputs: &[Input]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    inputs
        .iter()
        .find(|input| input.path.as_ref().is_some_and(|path| !seen.insert(path)))
        .map(|input| input.name.as_str())
}

fn parse(inputs: Vec<Input>) -> Result<Vec<File>, Vec<Failure>> {
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    for input in inputs {
        match File::parse(input) {
            Ok(file) => files.push(file),
            Err(error) => {
                let failure = Failure::new(error.to_string());
                failures.push(error.hint().map_or(failure.clone(), |hint| failure.hint(hint)));
            }
        }
    }
    if failures.is_empty() { Ok(files) } else { Err(failures) }
}

/// Writes the files as they are after the edits: their text, unless another format is asked for. Names and patches are
/// those of what was edited.
///
/// # Errors
/// If the writer fails.
pub fn write(out: &mut dyn Write, format: Option<Format>, files: &[&File]) -> io::Result<()> {
    match format {
        None => concatenate(out, files),
        // What was YAML stays as it was written.
        Some(Format::Yaml) if !files.iter().any(|file| file.is_json()) => concatenate(out, files),
        Some(Format::Name) => files.iter().try_for_each(|file| names(out, file)),
        Some(Format::Patch) => files.iter().try_for_each(|file| patches(out, file)),
        Some(format @ (Format::Yaml | Format::Json)) => {
            let objects = files.iter().flat_map(|file| file.after().objects());
            write_objects(out, format, objects.map(|object| object.value.clone()).collect())
        }
    }
}

/// One stream of documents; a file of its own bytes alone stays just these.
fn concatenate(out: &mut dyn Write, files: &[&File]) -> io::Result<()> {
    let Some((first, others)) = files.split_first() else { return Ok(()) };
    out.write_all(first.after().bytes())?;
    let mut ended = first.after().text().ends_with('\n');
    for other in others {
        // A byte order mark belongs at the beginning of a stream only.
        let text = other.after().text().trim_start_matches('\u{feff}');
        let separator = if text.starts_with("---") { "" } else { "---\n" };
        write!(out, "{}{separator}{text}", if ended { "" } else { "\n" })?;
        ended = text.ends_with('\n');
    }
    Ok(())
}

fn names(out: &mut dyn Write, file: &File) -> io::Result<()> {
    let objects = file.edits().iter().filter_map(|(number, _)| file.after().objects().get(*number));
    objects.into_iter().try_for_each(|object| writeln!(out, "{}", object.id()))
}

fn patches(out: &mut dyn Write, file: &File) -> io::Result<()> {
    file.edits().iter().try_for_each(|(_, patch)| write_json(out, &serde_json::to_value(patch)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> File {
        File::parse(Input { name: name.into(), path: None, bytes: text.into() }).unwrap()
    }

    fn written(format: Option<Format>, files: &[&File]) -> String {
        let mut out = Vec::new();
        write(&mut out, format, files).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn several_files_are_one_stream_of_documents() {
        let (a, b) = (file("a", "apiVersion: v1\nkind: A"), file("b", "\u{feff}apiVersion: v1\nkind: B\n"));
        assert_eq!(written(None, &[&a, &b]), "apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n");
        assert_eq!(written(None, &[&a]), "apiVersion: v1\nkind: A", "a single one stays as it was");
    }

    #[test]
    fn names_are_those_of_what_was_edited() {
        let mut file = file("a", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: rng}\n");
        assert_eq!(written(Some(Format::Name), &[&file]), "");
        let patch =
            serde_json::from_value(serde_json::json!([{"op": "replace", "path": "/kind", "value": "DaemonSet"}]));
        assert!(file.edit(vec![(0, patch.unwrap())]).is_empty());
        assert_eq!(written(Some(Format::Name), &[&file]), "daemonset.apps/rng\n");
    }

    #[test]
    fn a_name_may_be_named_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yml");
        std::fs::write(&path, "apiVersion: v1\nkind: A\n").unwrap();
        let names = vec![path.display().to_string(); 2];
        let filenames = Filenames { names: &names, recursive: false, in_place: false, command: "kubectl x" };
        let failures = filenames.open(&mut io::empty()).unwrap_err();
        assert_eq!(failures[0].message(), format!("{} is named twice", path.display()));
    }
}
