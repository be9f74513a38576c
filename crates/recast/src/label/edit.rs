//! One label edit, `KEY=VALUE` or `KEY-`.

use std::fmt;
use std::str::FromStr;

use super::WordError;
use crate::syntax::{check_key, check_value};

/// One edit of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelEdit {
    /// The label's key.
    pub key: String,
    /// What it is set to; `None` takes it away.
    pub value: Option<String>,
}

impl LabelEdit {
    /// Gives the label this value.
    #[must_use]
    pub fn set(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: Some(value.into()) }
    }

    /// Takes the label away.
    #[must_use]
    pub fn remove(key: impl Into<String>) -> Self {
        Self { key: key.into(), value: None }
    }

    /// Whether labels that have this value, or none, are as the edit wants them.
    pub(super) fn holds(&self, value: Option<&str>) -> bool {
        self.value.as_deref() == value
    }
}

impl FromStr for LabelEdit {
    type Err = WordError;

    fn from_str(word: &str) -> Result<Self, WordError> {
        let invalid = || WordError::Spec(word.to_owned());
        let (key, value) = match word.split_once('=') {
            Some((_, value)) if value.contains('=') => return Err(invalid()),
            Some((key, value)) => (key, Some(value)),
            None => (word.strip_suffix('-').ok_or_else(invalid)?, None),
        };
        check_key(key)?;
        check_value(value.unwrap_or_default())?;
        Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }
}

/// The word that is typed for it; no shell needs it quoted.
impl fmt::Display for LabelEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.key),
            None => write!(f, "{}-", self.key),
        }
    }
}
