//! Label edits of one command.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{LabelEdit, Overwrite, WordError, reserved};
use crate::selector::Labels;

/// Edits of several labels in their order, none of the same key.
///
/// ```
/// use recast::label::LabelEdits;
/// use recast::selector::Labels;
///
/// let edits = LabelEdits::parse(&["isactive=yes", "tier-"])?;
/// let labels = Labels::from([("app".into(), "rng".into()), ("tier".into(), "back".into())]);
/// assert_eq!(edits.apply(&labels), Labels::from([("app".into(), "rng".into()), ("isactive".into(), "yes".into())]));
/// assert_eq!(edits.to_string(), "isactive=yes tier-");
/// # Ok::<(), recast::label::WordError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<String>", try_from = "Vec<String>")]
pub struct LabelEdits(Vec<LabelEdit>);

impl LabelEdits {
    /// Reads the words of a command line, and refuses the labels that controllers keep.
    ///
    /// # Errors
    /// If a word is no edit, two of them contradict each other, or a label is not for people to edit.
    pub fn parse(words: &[impl AsRef<str>]) -> Result<Self, WordError> {
        let edits = Self::read(words)?;
        match edits.0.iter().find_map(|edit| reserved::keeper(&edit.key).map(|keeper| (edit, keeper))) {
            Some((edit, keeper)) => Err(WordError::Reserved { key: edit.key.clone(), keeper }),
            None => Ok(edits),
        }
    }

    fn read(words: &[impl AsRef<str>]) -> Result<Self, WordError> {
        let mut edits: Vec<LabelEdit> = Vec::new();
        for word in words {
            let edit: LabelEdit = word.as_ref().parse()?;
            match edits.iter().find(|known| known.key == edit.key) {
                None => edits.push(edit),
                Some(known) if *known == edit => {}
                Some(known) => return Err(WordError::contradiction(known, &edit)),
            }
        }
        Ok(Self(edits))
    }

    /// The edits in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, LabelEdit> {
        self.0.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What becomes of each key: its value, or nothing.
    #[must_use]
    pub fn wanted(&self) -> BTreeMap<String, Option<String>> {
        self.0.iter().map(|edit| (edit.key.clone(), edit.value.clone())).collect()
    }

    /// The labels as they are to be.
    #[must_use]
    pub fn apply(&self, labels: &Labels) -> Labels {
        let mut labels = labels.clone();
        for edit in &self.0 {
            match &edit.value {
                Some(value) => labels.insert(edit.key.clone(), value.clone()),
                None => labels.remove(&edit.key),
            };
        }
        labels
    }

    /// Whether the labels are not yet as they are to be.
    #[must_use]
    pub fn changes(&self, labels: &Labels) -> bool {
        self.0.iter().any(|edit| !edit.holds(labels.get(&edit.key).map(String::as_str)))
    }

    /// The values that would be lost.
    #[must_use]
    pub fn overwrites(&self, labels: &Labels) -> Vec<Overwrite> {
        let lost = self.0.iter().filter(|edit| edit.value.is_some()).filter_map(|edit| {
            let value = labels.get(&edit.key).filter(|value| !edit.holds(Some(value)))?;
            Some(Overwrite { key: edit.key.clone(), value: value.clone() })
        });
        lost.collect()
    }

    /// What kubectl says of an object that has been edited like this.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match (self.0.iter().any(|edit| edit.value.is_some()), self.0.iter().any(|edit| edit.value.is_none())) {
            (true, true) => "modified",
            (false, true) => "unlabeled",
            _ => "labeled",
        }
    }
}

/// A later edit of a key replaces an earlier one.
impl FromIterator<LabelEdit> for LabelEdits {
    fn from_iter<I: IntoIterator<Item = LabelEdit>>(edits: I) -> Self {
        let mut kept: Vec<LabelEdit> = Vec::new();
        for edit in edits {
            match kept.iter_mut().find(|known| known.key == edit.key) {
                Some(known) => *known = edit,
                None => kept.push(edit),
            }
        }
        Self(kept)
    }
}

impl<'a> IntoIterator for &'a LabelEdits {
    type Item = &'a LabelEdit;
    type IntoIter = std::slice::Iter<'a, LabelEdit>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for LabelEdits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(LabelEdit::to_string).collect();
        f.write_str(&words.join(" "))
    }
}

impl From<LabelEdits> for Vec<String> {
    fn from(edits: LabelEdits) -> Self {
        edits.0.iter().map(LabelEdit::to_string).collect()
    }
}

impl TryFrom<Vec<String>> for LabelEdits {
    type Error = WordError;

    fn try_from(words: Vec<String>) -> Result<Self, WordError> {
        Self::read(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(words: &str) -> Result<LabelEdits, String> {
        let words: Vec<&str> = words.split_whitespace().collect();
        LabelEdits::parse(&words).map_err(|error| error.to_string())
    }

    fn labels(pairs: &str) -> Labels {
        pairs.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
    }

    #[test]
    fn words_become_edits_and_words_again() {
        for words in ["isactive=yes", "tier-", "a= b=1 c-", "example.com/x=true y=null"] {
            let read = edits(words).unwrap();
            assert_eq!(read.to_string(), words);
            let stored = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<LabelEdits>(&stored).unwrap(), read);
        }
        assert_eq!(edits("a=1 b- a=1 b-").unwrap().to_string(), "a=1 b-");
    }

    #[test]
    fn what_is_no_edit_says_why() {
        for (words, error) in [
            ("a=b=c", "invalid label spec: a=b=c"),
            ("abc", "invalid label spec: abc"),
            ("a=1 a-", "can not both modify and remove a label in the same command"),
            ("a- a=", "can not both modify and remove a label in the same command"),
            ("a=1 a=2", "'a' is given two values: 1 and 2"),
            ("a=-", "\"-\" is not a valid label value"),
            ("_=1", "\"_\" is not a valid key"),
            ("-", "\"\" is not a valid key"),
        ] {
            let said = edits(words).unwrap_err();
            assert!(said.starts_with(error), "{words}: {said}");
        }
    }

    #[test]
    fn a_later_edit_of_a_key_replaces_an_earlier_one() {
        let edits: LabelEdits =
            [LabelEdit::set("a", "1"), LabelEdit::remove("b"), LabelEdit::remove("a")].into_iter().collect();
        assert_eq!(edits.to_string(), "a- b-");
    }

    #[test]
    fn labels_are_as_they_are_to_be() {
        for (words, before, after, lost) in [
            ("a=1", "", "a=1", ""),
            ("a=1", "a=1 b=2", "a=1 b=2", ""),
            ("a=2", "a=1", "a=2", "'a' already has a value (1), and --overwrite is false"),
            ("a=", "a=1", "a=", "'a' already has a value (1), and --overwrite is false"),
            ("a-", "a=1 b=2", "b=2", ""),
            ("a- b=3", "", "b=3", ""),
        ] {
            let (edits, before, after) = (edits(words).unwrap(), labels(before), labels(after));
            assert_eq!(edits.apply(&before), after, "{words}");
            assert_eq!(edits.changes(&before), before != after, "{words}");
            assert!(!edits.changes(&after), "{words}");
            let overwrites: Vec<String> = edits.overwrites(&before).iter().map(Overwrite::to_string).collect();
            assert_eq!(overwrites.join("\n"), lost, "{words}");
        }
    }

    #[test]
    fn the_verb_is_kubectls() {
        for (words, verb) in [("a=1", "labeled"), ("a-", "unlabeled"), ("a=1 b-", "modified")] {
            assert_eq!(edits(words).unwrap().verb(), verb);
        }
    }
}
