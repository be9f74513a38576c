//! The words of a command line: resources first, then edits.

use thiserror::Error;

use super::{LabelEdit, LabelEdits};
use crate::failure::Failure;
use crate::syntax::SyntaxError;

/// Why words are no label edits. The texts are those of `kubectl label`, where it has one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WordError {
    /// Neither `KEY=VALUE` nor `KEY-`.
    #[error("invalid label spec: {0}")]
    Spec(String),
    /// A key or value that the server would refuse.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// `a=1 a-`.
    #[error("can not both modify and remove a label in the same command")]
    Both {
        /// The label's key.
        key: String,
    },
    /// `a=1 a=2`.
    #[error("'{key}' is given two values: {one} and {other}")]
    Twice {
        /// The label's key.
        key: String,
        /// The first value.
        one: String,
        /// The second.
        other: String,
    },
    /// A label that a controller keeps.
    #[error("'{key}' is not for people to edit: {keeper} keeps it")]
    Reserved {
        /// The label's key.
        key: String,
        /// Who keeps it.
        keeper: &'static str,
    },
    /// `a=1 ds/rng`.
    #[error("all resources must be specified before label changes: {0}")]
    Order(String),
    /// No edit.
    #[error("at least one label update is required")]
    NoEdit,
    /// No resource.
    #[error("one or more resources must be specified as <resource> <name> or <resource>/<name>")]
    NoTarget,
}

impl WordError {
    /// Two different edits of the same key.
    pub(super) fn contradiction(one: &LabelEdit, other: &LabelEdit) -> Self {
        let key = one.key.clone();
        match (&one.value, &other.value) {
            (Some(one), Some(other)) => Self::Twice { key, one: one.clone(), other: other.clone() },
            _ => Self::Both { key },
        }
    }

    /// What to do about it, if there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Spec(_) | Self::NoEdit => Some("KEY=VALUE sets a label, KEY- takes it away"),
            Self::Order(_) => Some("write the resources first: TYPE/NAME... KEY=VALUE..."),
            _ => None,
        }
    }
}

impl From<WordError> for Failure {
    fn from(error: WordError) -> Self {
        error.hint().into_iter().fold(Self::new(error.to_string()), Self::hint)
    }
}

/// Splits words into those that name resources and the edits that follow; either may be missing.
///
/// ```
/// use recast::label::split;
///
/// let words: Vec<String> = ["ds/rng", "svc/rng", "isactive=yes"].map(String::from).into();
/// let (targets, edits) = split(&words)?;
/// assert_eq!(targets, ["ds/rng", "svc/rng"]);
/// assert_eq!(edits.to_string(), "isactive=yes");
/// # Ok::<(), recast::label::WordError>(())
/// ```
///
/// # Errors
/// If a resource follows an edit, or as [`LabelEdits::parse`].
pub fn split(words: &[String]) -> Result<(Vec<String>, LabelEdits), WordError> {
    let end = words.iter().position(|word| is_edit(word)).unwrap_or(words.len());
    let (targets, edits) = words.split_at(end);
    match edits.iter().find(|word| !is_edit(word)) {
        Some(target) => Err(WordError::Order(target.clone())),
        None => Ok((targets.to_vec(), LabelEdits::parse(edits)?)),
    }
}

/// kubectl's test ([`GetResourcesAndPairs`]): no name of a resource has a `=` or ends with a `-`.
///
/// [`GetResourcesAndPairs`]: https://github.com/kubernetes/kubectl/blob/v0.37.2/pkg/cmd/util/helpers.go
pub fn is_edit(word: &str) -> bool {
    word.find('=').is_some_and(|at| at > 0) || (word.ends_with('-') && word != "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(words: &str) -> Result<(String, String), WordError> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        split(&words).map(|(targets, edits)| (targets.join(" "), edits.to_string()))
    }

    #[test]
    fn resources_come_first_and_edits_follow() {
        for (words, targets, edits) in [
            ("ds/rng isactive=yes", "ds/rng", "isactive=yes"),
            ("ds rng svc a=1 b-", "ds rng svc", "a=1 b-"),
            ("pod/x a-", "pod/x", "a-"),
            ("a=", "", "a="),
            ("ds/rng -", "ds/rng -", ""),
            ("ds/rng =x", "ds/rng =x", ""),
            ("", "", ""),
        ] {
            assert_eq!(parts(words), Ok((targets.to_owned(), edits.to_owned())), "{words}");
        }
    }

    #[test]
    fn what_cannot_be_split_says_why() {
        assert_eq!(parts("ds/rng a=1 svc/rng"), Err(WordError::Order("svc/rng".into())));
        assert_eq!(parts("ds/rng a=1=2"), Err(WordError::Spec("a=1=2".into())));
        assert_eq!(parts("ds/rng a=1 a-"), Err(WordError::Both { key: "a".into() }));
        assert!(matches!(parts("ds/rng pod-template-hash-"), Err(WordError::Reserved { .. })));
    }
}
