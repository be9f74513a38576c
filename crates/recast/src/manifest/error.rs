//! Why a manifest cannot be read.

use std::fmt;

use super::fault::{Fault, What};
use super::lines::place;

/// A place in a file, shown as `rng.yml:7:3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name that the file was given.
    pub name: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}

/// Why a file is no manifest that kubectl could read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Neither YAML nor JSON.
    #[error("{at}: {what}")]
    Syntax {
        /// Where the parser stopped.
        at: Place,
        /// What it found.
        what: String,
    },
    /// A tab where YAML wants spaces.
    #[error("{at}: a tab is used as indentation")]
    Tab {
        /// The tab.
        at: Place,
    },
    /// Helm's or another template, not its result.
    #[error("{at}: this is not YAML: {what}")]
    Template {
        /// Where the parser stopped.
        at: Place,
        /// What it found.
        what: String,
    },
    /// A key that its mapping has already.
    #[error("{at}: duplicate key {key:?} (first at line {first})")]
    DuplicateKey {
        /// The second one.
        at: Place,
        /// The key.
        key: String,
        /// The line of the first one.
        first: usize,
    },
    /// Collections in collections, deeper than any object.
    #[error("{at}: nested too deeply")]
    TooDeep {
        /// Where it became too much.
        at: Place,
    },
    /// Aliases that stand for more than a document can hold.
    #[error("{at}: the aliases stand for too much")]
    Aliases {
        /// The anchor.
        at: Place,
    },
    /// A document that is no object with `kind` and `apiVersion`.
    #[error("{at}: not a Kubernetes object: {what}")]
    NotAnObject {
        /// The document.
        at: Place,
        /// What it is, or lacks.
        what: String,
    },
    /// No object in the whole file.
    #[error("{name}: no Kubernetes object in it")]
    Empty {
        /// The file.
        name: String,
    },
    /// Larger than [`super::MAX_SIZE`].
    #[error("{name}: larger than {} MiB", limit / 1024 / 1024)]
    TooLarge {
        /// The file.
        name: String,
        /// The bound in bytes.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("{at}: not UTF-8 text{}", if *.utf16 { ", but UTF-16" } else { "" })]
    Encoding {
        /// The first byte that is wrong.
        at: Place,
        /// Whether the file begins with the mark of UTF-16.
        utf16: bool,
    },
}

impl ManifestError {
    /// What to do about it, if there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Template { .. } => {
                Some("this looks like a template: render it first, for example with helm template")
            }
            Self::Tab { .. } => Some("YAML is indented with spaces"),
            Self::Encoding { utf16: true, .. } => Some("convert it first: iconv -f UTF-16 -t UTF-8"),
            _ => None,
        }
    }

    pub(crate) fn new(name: &str, text: &str, fault: Fault) -> Self {
        let at = place_of(name, text, fault.offset);
        match fault.what {
            What::Syntax(what) if is_template(text, at.line) => Self::Template { at, what },
            What::Syntax(what) => Self::Syntax { at, what },
            What::Tab => Self::Tab { at },
            What::Duplicate { key, first } => Self::DuplicateKey { at, key, first: place(text, first).0 },
            What::TooDeep => Self::TooDeep { at },
            What::Aliases => Self::Aliases { at },
            What::NotAnObject(what) => Self::NotAnObject { at, what },
        }
    }
}

pub(crate) fn place_of(name: &str, text: &str, offset: usize) -> Place {
    let (line, column) = place(text, offset);
    Place { name: name.to_owned(), line, column }
}

/// Whether the line at fault, or any line that is nothing but an action, has the braces of a template.
fn is_template(text: &str, line: usize) -> bool {
    let action = |line: &str| line.trim_start().starts_with("{{") && line.trim_end().ends_with("}}");
    let near = text.lines().skip(line.saturating_sub(2)).take(2).any(|line| line.contains("{{"));
    near || text.lines().any(action)
}
