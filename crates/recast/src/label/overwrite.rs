//! A value that an edit would lose.

use std::fmt;

/// A label that has another value than an edit gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overwrite {
    /// The label's key.
    pub key: String,
    /// The value that it has.
    pub value: String,
}

/// As `kubectl label` says it.
impl fmt::Display for Overwrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' already has a value ({}), and --overwrite is false", self.key, self.value)
    }
}
