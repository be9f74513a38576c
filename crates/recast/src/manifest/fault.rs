//! What is wrong with a document, and where.

use granit_parser::{ErrorKind, ScanError};

use super::lines::line_start;

/// A fault at a byte offset of a document's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Syntax(String),
    Tab,
    /// A key that stands at the offset `first` already.
    Duplicate {
        key: String,
        first: usize,
    },
    TooDeep,
    Aliases,
    NotAnObject(String),
}

impl Fault {
    pub(crate) fn new(offset: usize, what: What) -> Self {
        Self { offset, what }
    }

    pub(crate) fn syntax(offset: usize, what: impl Into<String>) -> Self {
        Self::new(offset, What::Syntax(what.into()))
    }

    /// The same in a text that begins `by` bytes earlier.
    pub(crate) fn shifted(self, by: usize) -> Self {
        let what = match self.what {
            What::Duplicate { key, first } => What::Duplicate { key, first: first + by },
            what => what,
        };
        Self { offset: self.offset + by, what }
    }

    /// The parser's error; `text` is what it read.
    pub(crate) fn from_scan(error: &ScanError, text: &str) -> Self {
        let offset = error.marker().byte_offset().unwrap_or(0).min(text.len());
        let what = match error.kind() {
            ErrorKind::RecursionLimitExceeded => What::TooDeep,
            ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
                let tab = text.get(line_start(text, offset)..offset).and_then(|before| before.find('\t'));
                return Self::new(tab.map_or(offset, |tab| line_start(text, offset) + tab), What::Tab);
            }
            ErrorKind::DirectiveDisallowed => What::Syntax("kubectl reads no %directives".to_owned()),
            kind => What::Syntax(kind.to_string()),
        };
        Self { offset, what }
    }
}
