//! What becomes of the objects of a file, and how it is told.

use json_patch::Patch;

use super::File;
use crate::failure::Failure;
use crate::screen::Screen;

/// What becomes of an object of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    /// It is edited like this.
    Edited(T),
    /// It is none that the command works on.
    PassedOn,
    /// The command could work on it, but does not, for this reason.
    Left(String),
    /// The command should work on it, and cannot.
    Refused {
        /// Why.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
}

/// A file, and what becomes of each of its objects.
#[derive(Clone, Debug)]
pub struct Judged<T> {
    file: File,
    verdicts: Vec<Verdict<T>>,
}

impl<T: AsRef<Patch>> Judged<T> {
    /// Puts the edits into the text of the file. One that cannot be put in is refused; one without operations is none.
    #[must_use]
    pub fn new(mut file: File, mut verdicts: Vec<Verdict<T>>) -> Self {
        let patches = verdicts.iter().enumerate().filter_map(|(number, verdict)| match verdict {
            Verdict::Edited(edit) => Some((number, edit.as_ref().clone())).filter(|(_, patch)| !patch.0.is_empty()),
            _ => None,
        });
        for (number, error) in file.edit(patches.collect()) {
            let hint = Some("write the object in plain block style first".into());
            verdicts[number] = Verdict::Refused { reason: error.to_string(), hint };
        }
        Self { file, verdicts }
    }

    /// The file as it is now.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Every refusal; `done` is what cannot be done, `cast`.
    pub fn refusals(&self, done: &str) -> impl Iterator<Item = Failure> {
        self.places().filter_map(move |(place, verdict)| match verdict {
            Verdict::Refused { reason, hint } => {
                let failure = Failure::new(format!("{place} cannot be {done}: {reason}"));
                Some(hint.iter().fold(failure, Failure::hint))
            }
            _ => None,
        })
    }

    /// Says what becomes of each object. `edited` says what the edit of one does, with its place before it. Where the
    /// edits are not `kept`, since one was refused, the refusals are told elsewhere.
    pub fn list(&self, screen: &Screen, kept: bool, edited: impl Fn(&str, &T)) {
        for (place, verdict) in self.places() {
            match verdict {
                Verdict::Edited(edit) => edited(&place, edit),
                Verdict::PassedOn => screen.say(&format!("{place} passed on")),
                Verdict::Left(reason) => screen.say(&format!("{place} left as it is: {reason}")),
                Verdict::Refused { reason, .. } if kept => {
                    screen.say(&format!("{place} refused, left as it is: {reason}"));
                }
                Verdict::Refused { .. } => {}
            }
        }
    }

    fn places(&self) -> impl Iterator<Item = (String, &Verdict<T>)> {
        self.file.places().zip(&self.verdicts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifest::sources::Input;

    struct Edit(Patch);

    impl AsRef<Patch> for Edit {
        fn as_ref(&self) -> &Patch {
            &self.0
        }
    }

    fn edit(patch: serde_json::Value) -> Verdict<Edit> {
        Verdict::Edited(Edit(serde_json::from_value(patch).unwrap()))
    }

    #[test]
    fn an_edit_that_the_text_does_not_take_is_a_refusal() {
        let text = "apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n---\napiVersion: v1\nkind: C\n";
        let file = File::parse(Input { name: "a.yml".into(), path: None, bytes: text.into() }).unwrap();
        let fits = json!([{"op": "replace", "path": "/kind", "value": "X"}]);
        let does_not = json!([{"op": "remove", "path": "/none"}]);
        let judged = Judged::new(file, vec![edit(fits), edit(does_not), edit(json!([]))]);
        assert_eq!(judged.file().after().text(), text.replace("kind: A", "kind: X"));
        assert_eq!(judged.file().edits().len(), 1, "an empty patch is no edit");
        let refusals: Vec<Failure> = judged.refusals("cast").collect();
        assert!(refusals[0].message().starts_with("a.yml:4: B cannot be cast: the patch does not fit"), "{refusals:?}");
        assert_eq!(refusals.len(), 1);
    }
}
