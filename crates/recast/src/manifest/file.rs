//! One file of `-f`: as it was read, and as it has been edited.

use std::path::PathBuf;

use json_patch::Patch;

use super::sources::Input;
use super::{EditError, Manifest, ManifestError, replace, unified};
use crate::failure::Failure;
use crate::output::DryRun;

/// A manifest before and after edits, and where it is written back to.
#[derive(Clone, Debug)]
pub struct File {
    path: Option<PathBuf>,
    before: Manifest,
    after: Manifest,
    edits: Vec<(usize, Patch)>,
}

impl File {
    /// Reads the input.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn parse(input: Input) -> Result<Self, ManifestError> {
        let before = Manifest::parse(&input.name, input.bytes)?;
        Ok(Self { path: input.path, after: before.clone(), before, edits: Vec::new() })
    }

    /// The name for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        self.before.name()
    }

    /// As it was read.
    #[must_use]
    pub const fn before(&self) -> &Manifest {
        &self.before
    }

    /// As it is after the edits.
    #[must_use]
    pub const fn after(&self) -> &Manifest {
        &self.after
    }

    /// What was edited: the number of each object, and its patch.
    #[must_use]
    pub fn edits(&self) -> &[(usize, Patch)] {
        &self.edits
    }

    /// Each object as a message names it: `rng.yml:1: Deployment rng`.
    pub fn places(&self) -> impl Iterator<Item = String> {
        self.before.objects().iter().map(|object| {
            // Escaped: a file may hold anything, and this goes to a terminal.
            let name =
                if object.name().is_empty() { String::new() } else { format!(" {}", object.name().escape_debug()) };
            format!("{}:{}: {}{name}", self.name(), object.line, object.kind().escape_debug())
        })
    }

    /// Puts patches into the text, each with the number of its object: all at once, or if that fails one by one. Answers
    /// with those that cannot be put in.
    pub fn edit(&mut self, patches: Vec<(usize, Patch)>) -> Vec<(usize, EditError)> {
        let all: Vec<(usize, &Patch)> = patches.iter().map(|(number, patch)| (*number, patch)).collect();
        if self.after.edit_all(&all).is_ok() {
            self.edits.extend(patches);
            return Vec::new();
        }
        let mut failed = Vec::new();
        for (number, patch) in patches {
            match self.after.edit(number, &patch) {
                Ok(()) => self.edits.push((number, patch)),
                Err(error) => failed.push((number, error)),
            }
        }
        failed
    }

    /// What has changed, as `diff -u` shows it.
    #[must_use]
    pub fn diff(&self) -> String {
        let name = self.name();
        unified(&format!("a/{name}"), self.before.text(), &format!("b/{name}"), self.after.text())
    }

    /// Writes it back in its place if it has changed, and tells whether it has. A dry run only tells.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_back(&self, dry_run: DryRun) -> Result<bool, Failure> {
        let Some(path) = self.path.as_ref().filter(|_| self.before.text() != self.after.text()) else {
            return Ok(false);
        };
        if dry_run == DryRun::None {
            replace(path, self.after.bytes()).map_err(|error| {
                Failure::caused_by(format!("cannot write {}", self.name()), &error).hint("the file is as it was")
            })?;
        }
        Ok(true)
    }

    /// Whether it was written as JSON.
    pub(super) fn is_json(&self) -> bool {
        self.before.text().trim_start_matches('\u{feff}').trim_start().starts_with('{')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_put_in_keeps_nothing_else_out() {
        let text = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: v1\nkind: B\nmetadata: {name: b}\n";
        let input = Input { name: "ab.yml".into(), path: None, bytes: text.into() };
        let mut file = File::parse(input).unwrap();
        let patch = |patch: serde_json::Value| serde_json::from_value::<Patch>(patch).unwrap();
        let failed = file.edit(vec![
            (0, patch(json!([{"op": "test", "path": "/kind", "value": "X"}]))),
            (1, patch(json!([{"op": "replace", "path": "/kind", "value": "C"}]))),
        ]);
        assert_eq!(failed.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0]);
        assert_eq!(file.after().text(), text.replace("kind: B", "kind: C"));
        assert_eq!(file.edits().len(), 1);
        assert_eq!(file.places().collect::<Vec<_>>(), ["ab.yml:1: A a", "ab.yml:5: B b"], "as they were read");
        assert!(!file.write_back(DryRun::None).unwrap(), "standard input has no place to be written back to");
    }
}
