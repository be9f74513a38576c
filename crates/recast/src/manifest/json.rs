//! JSON text to a [`Tree`], so that it is edited as YAML in brackets is.

use std::ops::Range;

use super::fault::{Fault, What};
use super::load::MAX_DEPTH;
use super::tree::{Entry, Kind, Node, NodeId, Style, Syntax, Tree};

/// Parses the JSON value at the beginning of `text`; also says where it ends.
pub(crate) fn load(text: &str) -> Result<(Tree, usize), Fault> {
    let mut reader = Reader { text, at: 0, nodes: Vec::new() };
    let root = reader.value(0)?;
    let end = reader.at;
    Ok((Tree { syntax: Syntax::Json, nodes: reader.nodes, root: Some(root), comments: Vec::new() }, end))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    nodes: Vec<Node>,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    fn blank(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        self.peek()
    }

    fn value(&mut self, depth: usize) -> Result<NodeId, Fault> {
        let start = {
            self.blank();
            self.at
        };
        match self.peek() {
            b'{' | b'[' if depth >= MAX_DEPTH => Err(Fault::new(start, What::TooDeep)),
            b'{' => self.collection(b'}', depth),
            b'[' => self.collection(b']', depth),
            b'"' => self.string(),
            _ => self.word(),
        }
    }

    fn collection(&mut self, close: u8, depth: usize) -> Result<NodeId, Fault> {
        let id = self.push(self.at..self.at, Kind::Alias(NodeId(0)));
        let mut entries = Vec::new();
        self.at += 1;
        while self.blank() != close || !entries.is_empty() {
            let key = if close == b'}' { Some(self.name()?) } else { None };
            let value = self.value(depth + 1)?;
            let start = self.nodes[key.unwrap_or(value).0].start;
            entries.push(Entry { start, key, value });
            match self.blank() {
                b',' => self.at += 1,
                byte if byte == close => break,
                _ => return Err(self.unexpected(&format!("`,` or `{}`", char::from(close)))),
            }
        }
        self.at += 1;
        self.nodes[id.0].range.end = self.at;
        self.nodes[id.0].kind = match close {
            b'}' => Kind::Map { flow: true, entries },
            _ => Kind::Seq { flow: true, entries },
        };
        Ok(id)
    }

    fn name(&mut self) -> Result<NodeId, Fault> {
        if self.blank() != b'"' {
            return Err(self.unexpected("a key in double quotes"));
        }
        let id = self.string()?;
        if self.blank() != b':' {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        Ok(id)
    }

    fn string(&mut self) -> Result<NodeId, Fault> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|&byte| byte != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let Some(token) = self.text.get(start..=end) else {
            return Err(Fault::syntax(start, "the string has no end"));
        };
        let text = serde_json::from_str(token).map_err(|error| {
            let what = error.to_string();
            let what = what.split(" at line").next().unwrap_or_default();
            Fault::syntax(start, what)
        })?;
        self.at = end + 1;
        Ok(self.push(start..self.at, Kind::Scalar { text, style: Style::Double, tag: None }))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<NodeId, Fault> {
        let start = self.at;
        let rest = &self.text[start..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
        let word = &rest[..end];
        // also refuses a number that is too large, as Go does
        if serde_json::from_str::<serde_json::Value>(word).is_err() {
            return Err(self.unexpected("a value"));
        }
        self.at += end;
        Ok(self.push(start..self.at, Kind::Scalar { text: word.to_owned(), style: Style::Plain, tag: None }))
    }

    fn push(&mut self, range: Range<usize>, kind: Kind) -> NodeId {
        self.nodes.push(Node { start: range.start, range, anchor: None, kind });
        NodeId(self.nodes.len() - 1)
    }

    fn unexpected(&self, expected: &str) -> Fault {
        match self.text[self.at..].chars().next() {
            Some(char) => Fault::syntax(self.at, format!("expected {expected}, found {char:?}")),
            None => Fault::syntax(self.at, format!("expected {expected}, found the end")),
        }
    }
}
