//! A file to its documents, as [`apimachinery`] splits it.
//!
//! kubectl takes lines that begin with `---` for separators before any YAML is parsed, and a file that begins with `{`
//! for a stream of JSON objects, until that fails.
//!
//! [`apimachinery`]: https://github.com/kubernetes/apimachinery/blob/v0.37.2/pkg/util/yaml/decoder.go

use std::borrow::Cow;
use std::ops::Range;

use super::fault::{Fault, What};
use super::json;
use super::lines::next_line;
use super::load;
use super::tree::{Syntax, Tree};

/// One document and where it stands in the file.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) range: Range<usize>,
    pub(crate) tree: Tree,
}

impl Document {
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Tree, Fault> {
        match syntax {
            Syntax::Yaml => load::load(&with_line_break(text)),
            Syntax::Json => {
                let (tree, end) = json::load(text)?;
                let alone = text[end..].trim().is_empty();
                if alone { Ok(tree) } else { Err(Fault::syntax(end, "something follows the JSON value")) }
            }
        }
    }
}

/// All documents of a file; the faults are at offsets of the whole text.
pub(crate) fn documents(text: &str) -> Result<Vec<Document>, Fault> {
    let mut documents = Vec::new();
    if !text.trim_start().starts_with('{') {
        yaml(text, 0, &mut documents)?;
        return Ok(documents);
    }
    let mut at = 0;
    loop {
        let start = at + (text[at..].len() - text[at..].trim_start().len());
        if start == text.len() {
            return Ok(documents);
        }
        match json::load(&text[start..]) {
            Ok((tree, length)) => {
                at = start + length;
                documents.push(Document { range: start..at, tree });
            }
            // after one JSON value at most, kubectl tries the rest as YAML
            Err(fault) if documents.len() <= 1 && matches!(fault.what, What::Syntax(_)) => {
                let rest = after_first_line_break(text, at, start);
                let as_yaml = yaml(text, rest, &mut documents);
                return as_yaml.map(|()| documents).map_err(|as_yaml| better(fault.shifted(start), as_yaml));
            }
            Err(fault) => return Err(fault.shifted(start)),
        }
    }
}

/// Where YAML begins after a JSON value: the rest of its line is blank and skipped.
fn after_first_line_break(text: &str, at: usize, start: usize) -> usize {
    match text[at..start].find('\n') {
        Some(newline) => at + newline + 1,
        None => start,
    }
}

/// Of the two ways in which a document failed, the one that came further.
fn better(as_json: Fault, as_yaml: Fault) -> Fault {
    let syntax = matches!(as_yaml.what, What::Syntax(_));
    if syntax && as_json.offset >= as_yaml.offset { as_json } else { as_yaml }
}

fn yaml(text: &str, from: usize, documents: &mut Vec<Document>) -> Result<(), Fault> {
    for range in chunks(text, from)? {
        let tree = Document::parse(&text[range.clone()], Syntax::Yaml).map_err(|fault| fault.shifted(range.start))?;
        documents.push(Document { range, tree });
    }
    Ok(())
}

/// The ranges between the separators. The first separator is left to the document that it begins.
fn chunks(text: &str, from: usize) -> Result<Vec<Range<usize>>, Fault> {
    let mut chunks = Vec::new();
    let mut start = from;
    let mut at = from;
    while at < text.len() {
        let next = next_line(text, at);
        if let Some(rest) = text[at..next].strip_prefix("---") {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(Fault::syntax(at, "kubectl reads nothing but a comment on the line of a `---`"));
            }
            if start < at {
                chunks.push(start..at);
                start = next;
            }
        }
        at = next;
    }
    if start < text.len() {
        chunks.push(start..text.len());
    }
    Ok(chunks)
}

/// Whether an edited document is still one, which begins as the old one did.
pub(crate) fn is_one_document(new: &str, old: &str, syntax: Syntax) -> bool {
    syntax == Syntax::Json
        || new.starts_with("---") == old.starts_with("---") && chunks(new, 0).is_ok_and(|chunks| chunks.len() == 1)
}

/// The text as kubectl sees it, which always ends its last line.
fn with_line_break(text: &str) -> Cow<'_, str> {
    if text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) }
}
