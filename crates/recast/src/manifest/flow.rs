//! Edits in brackets: YAML flow collections and JSON.

use serde_json::Value;

use super::draft::{Draft, Target};
use super::edit::EditError;
use super::lines::{line_end, line_start, skip_blank};
use super::quote;
use super::render;
use super::tree::{Kind, NodeId, Style, Syntax};

impl Draft {
    /// Replaces a value within brackets, and gives it `anchor` (with its `&`).
    pub(crate) fn replace_in_flow(
        &mut self,
        target: Target,
        value: &Value,
        anchor: Option<&str>,
    ) -> Result<(), EditError> {
        let entry = self.entry(target);
        let node = self.tree.node(entry.value);
        let range = node.start..node.range.end;
        let mut new = self.flow_value(target.parent, value, self.line_lead(entry.start));
        if let Some(anchor) = anchor {
            new = format!("{anchor} {new}");
        }
        for comment in self.comments(range.clone()) {
            new = format!("{new} {comment}{}{}", self.newline, self.line_lead(entry.start));
        }
        if range.is_empty() {
            let colon = self.source(0..range.start).ends_with(':');
            new = format!("{}{new}", if colon || entry.key.is_none() { " " } else { ": " });
        }
        self.splice(&[(range, new)])
    }

    /// Takes an entry out of brackets.
    pub(crate) fn remove_from_flow(&mut self, target: Target) -> Result<(), EditError> {
        let entries = self.tree.entries(target.parent);
        let entry = entries[target.index];
        let (range, blank) = match (entries.get(target.index + 1), target.index.checked_sub(1)) {
            (Some(next), _) => (entry.start..self.to_next(self.tree.end(entry), next.start), ""),
            (None, Some(previous)) => (self.tree.end(entries[previous])..self.tree.end(entry), " "),
            (None, None) => return self.empty_flow(target.parent),
        };
        let indent = format!("{}{}", self.newline, self.line_lead(entry.start));
        let comments = self.comments(range.clone()).into_iter();
        let kept = comments.fold(String::new(), |kept, comment| kept + blank + &comment + &indent);
        self.splice(&[(range, kept)])
    }

    /// From the end of an entry to the next one, or to a comment before that: comments stay on their line.
    fn to_next(&self, end: usize, next: usize) -> usize {
        let comma = skip_blank(&self.text, end) + 1;
        self.tree.comments_in(comma..next).first().map_or(next, |comment| comment.start)
    }

    fn empty_flow(&mut self, id: NodeId) -> Result<(), EditError> {
        let node = self.tree.node(id);
        let bracketed = self.source(node.range.clone()).starts_with(['{', '[']);
        let comments = self.comments(node.range.clone());
        let indent = self.line_lead(node.range.start);
        let kept = comments.iter().fold(String::new(), |kept, comment| kept + " " + comment + self.newline + indent);
        let (open, close) = if matches!(node.kind, Kind::Map { .. }) { ("{", "}") } else { ("[", "]") };
        let range = node.range.clone();
        if !bracketed && !comments.is_empty() {
            return Err(EditError::unsupported("a pair without braces that has a comment"));
        }
        self.splice(&[(range, format!("{open}{kept}{close}"))])
    }

    /// Puts an entry into brackets, before the entry at `index` or behind the last.
    pub(crate) fn insert_in_flow(
        &mut self,
        id: NodeId,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<(), EditError> {
        let node = self.tree.node(id);
        if !self.source(node.range.clone()).starts_with(['{', '[']) {
            // a pair in a list, which needs no braces as long as it is one
            let (start, end) = (node.range.start, node.range.end);
            self.splice(&[(start..start, "{".to_owned()), (end..end, "}".to_owned())])?;
        }
        let entries = self.tree.entries(id);
        let Some(last) = entries.last().copied() else {
            return self.fill_empty(id, key, value);
        };
        let spread = self.begins_line(last.start);
        let entry = self.flow_entry(id, key, value, self.line_lead(last.start));
        let gap = match (spread, self.is_tight()) {
            (true, _) => format!("{}{}", self.newline, self.source(line_start(&self.text, last.start)..last.start)),
            (false, true) => String::new(),
            (false, false) => " ".to_owned(),
        };
        if let Some(next) = entries.get(index) {
            let at = next.start;
            return self.splice(&[(at..at, format!("{entry},{gap}"))]);
        }
        let end = self.tree.end(last);
        let comma = skip_blank(&self.text, end);
        if self.source(comma..comma + 1) == "," {
            let at = if spread { line_end(&self.text, comma) } else { comma + 1 };
            let comma = if spread { "," } else { "" };
            return self.splice(&[(at..at, format!("{gap}{entry}{comma}"))]);
        }
        let line_end = line_end(&self.text, end).min(self.tree.node(id).range.end);
        let comment_follows = spread && !self.comments(end..line_end).is_empty();
        let at = if comment_follows { line_end } else { end };
        self.splice(&[(end..end, ",".to_owned()), (at..at, format!("{gap}{entry}"))])
    }

    fn fill_empty(&mut self, id: NodeId, key: Option<&str>, value: &Value) -> Result<(), EditError> {
        let range = self.tree.node(id).range.clone();
        let inner = range.start + 1..range.end - 1;
        let outer = self.line_lead(range.start);
        let spread = self.syntax == Syntax::Json && self.text.contains('\n');
        let with = if spread {
            let inner = format!("{outer}{}", self.json_step());
            let entry = self.flow_entry(id, key, value, &inner);
            format!("{0}{inner}{entry}{0}{outer}", self.newline)
        } else {
            self.flow_entry(id, key, value, outer)
        };
        if self.comments(inner.clone()).is_empty() {
            self.splice(&[(inner, with)])
        } else {
            self.splice(&[(inner.start..inner.start, with)])
        }
    }

    fn flow_entry(&self, parent: NodeId, key: Option<&str>, value: &Value, indent: &str) -> String {
        let value = self.flow_value(parent, value, indent);
        let Some(key) = key else { return value };
        let key = if self.is_json(parent) { quote::double(key) } else { quote::text(key, true) };
        if self.is_tight() { format!("{key}:{value}") } else { format!("{key}: {value}") }
    }

    /// The text of a value within brackets whose lines are indented by `indent`.
    fn flow_value(&self, parent: NodeId, value: &Value, indent: &str) -> String {
        if !self.is_json(parent) {
            return render::flow(value);
        }
        let spread = self.text.contains('\n') && self.syntax == Syntax::Json;
        if !spread && !self.is_tight() {
            return spaced(value);
        }
        if !spread {
            return value.to_string();
        }
        let pretty = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
        let step = self.json_step();
        let mut lines = pretty.lines().map(|line| {
            let bare = line.trim_start();
            let depth = (line.len() - bare.len()) / 2;
            format!("{}{bare}", step.repeat(depth))
        });
        let first = lines.next().unwrap_or_default();
        lines.fold(first, |text, line| format!("{text}{}{indent}{line}", self.newline))
    }

    /// Whether keys and strings have to be, or are, in double quotes.
    fn is_json(&self, id: NodeId) -> bool {
        let quoted = |id: NodeId| matches!(self.tree.node(id).kind, Kind::Scalar { style: Style::Double, .. });
        self.syntax == Syntax::Json || self.tree.entries(id).iter().any(|entry| entry.key.is_some_and(quoted))
    }

    /// Whether it is JSON without a blank: `{"a":1}`.
    fn is_tight(&self) -> bool {
        self.syntax == Syntax::Json && !self.text.contains("\": ") && self.text.contains("\":")
    }

    /// The blanks at the beginning of the line.
    fn line_lead(&self, at: usize) -> &str {
        let line = &self.text[line_start(&self.text, at)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// By what JSON is indented.
    fn json_step(&self) -> &str {
        let root = self.tree.root.map_or("", |root| self.line_lead(self.tree.node(root).start));
        let first = self.tree.root.and_then(|root| self.tree.entries(root).first());
        let lead = first.filter(|entry| self.begins_line(entry.start)).map(|entry| self.line_lead(entry.start));
        lead.and_then(|lead| lead.strip_prefix(root)).filter(|step| !step.is_empty()).unwrap_or("  ")
    }
}

/// JSON on one line with a blank after `:` and `,`.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries: Vec<_> =
                map.iter().map(|(key, value)| format!("{}: {}", quote::double(key), spaced(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::String(text) => quote::double(text),
        other => other.to_string(),
    }
}
