//! Edits in collections that are spelled by indentation.
//!
//! Every comment of the document stays: one on a line of its own as it is, one at the end of a removed line on a line
//! of its own at that place.

use serde_json::Value;

use super::draft::{Draft, Target};
use super::edit::EditError;
use super::lines::{line_end, line_start, next_line};
use super::quote;
use super::render::{self, Lead};
use super::tree::{Kind, NodeId, Style};

impl Draft {
    /// Replaces the value of an entry, and gives it `anchor` (with its `&`).
    pub(crate) fn replace_in_block(
        &mut self,
        target: Target,
        value: &Value,
        anchor: Option<&str>,
    ) -> Result<(), EditError> {
        let entry = self.entry(target);
        let node = self.tree.node(entry.value).clone();
        let after_lead = entry.key.map_or(entry.start + 1, |key| self.tree.node(key).range.end);
        let same_line = !self.source(after_lead..node.start).contains('\n');
        let nested = matches!(value, Value::Object(map) if !map.is_empty())
            || matches!(value, Value::Array(items) if !items.is_empty());
        let header = matches!(node.kind, Kind::Scalar { style: Style::Block, .. });
        let comments = self.comments(node.start..node.range.end);
        if nested || node.is_block() || !same_line || comments.len() > usize::from(header) {
            let lead = match entry.key {
                Some(key) => Lead::Key(self.source(self.tree.node(key).start..self.tree.node(key).range.end)),
                None => Lead::Dash,
            };
            let lines = self.layout.entry(lead, anchor, value, self.column(entry.start));
            return self.replace_lines(target, Some(&lines));
        }
        let mut new = self.requoted(entry.value, value);
        if let Some(anchor) = anchor {
            new = format!("{anchor} {new}");
        }
        if let Some(comment) = comments.first() {
            new = format!("{new} {comment}");
        }
        if node.range.end == node.start || !self.source(node.start - 1..node.start).starts_with(char::is_whitespace) {
            new.insert(0, ' ');
        }
        self.splice(&[(node.start..node.range.end, new)])
    }

    /// The text of a scalar in the quotes that the old one has.
    fn requoted(&self, old: NodeId, value: &Value) -> String {
        match (&self.tree.node(old).kind, value) {
            (Kind::Scalar { style: Style::Double, .. }, Value::String(text)) => quote::double(text),
            (Kind::Scalar { style: Style::Single, .. }, Value::String(text)) if !text.contains(quote::needs_escape) => {
                quote::single(text)
            }
            _ => render::inline(value),
        }
    }

    /// Takes out the lines of an entry, and puts others in their place.
    pub(crate) fn replace_lines(&mut self, target: Target, lines: Option<&str>) -> Result<(), EditError> {
        let entry = self.entry(target);
        if self.begins_line(entry.start) {
            return self.replace_whole_lines(target, lines);
        }
        let end = self.tree.end(entry);
        match (lines, self.tree.entries(target.parent).get(target.index + 1)) {
            (Some(lines), _) => {
                let inner: String = self
                    .comments(entry.start..end)
                    .iter()
                    .map(|comment| self.on_own_line(entry.start, comment))
                    .collect();
                let line_end = line_end(&self.text, end);
                let lines = self.lines(lines.trim_start());
                self.splice(&[(entry.start..end, lines), (line_end..line_end, inner)])
            }
            // the next entry moves up to where this one began
            (None, Some(next)) => {
                let next = next.start;
                let break_and_indent = format!("{}{}", self.newline, " ".repeat(self.column(next)));
                let comments = self.comments(entry.start..next).into_iter();
                let comments = comments.fold(String::new(), |kept, comment| kept + &comment + &break_and_indent);
                self.splice(&[(entry.start..next, comments)])
            }
            (None, None) => Err(EditError::unsupported("an entry that stands behind another on its line")),
        }
    }

    fn replace_whole_lines(&mut self, target: Target, lines: Option<&str>) -> Result<(), EditError> {
        let entry = self.entry(target);
        let mut from = line_start(&self.text, entry.start);
        let mut to = next_line(&self.text, self.tree.end(entry));
        let indent = self.column(entry.start);
        let literal = lines.is_some_and(|lines| lines.contains(" |"));
        if literal || lines.is_none() && self.follows_block_scalar(from) {
            to = self.past_deeper_comments(to, indent);
        }
        let mut with = self.kept_comments(from, to, indent);
        if let Some(lines) = lines {
            with.push_str(&self.lines(lines));
            with.push_str(self.newline);
        }
        if to == self.text.len() && !self.text.ends_with('\n') {
            // the file has no line break at its end, and gets none
            from = self.without_line_break(from, &mut with);
        }
        self.splice(&[(from..to, with)])
    }

    /// Puts lines behind an entry.
    pub(crate) fn insert_after(&mut self, target: Target, lines: &str) -> Result<(), EditError> {
        let end = self.tree.end(self.entry(target));
        let indent = self.column(self.tree.node(target.parent).range.start);
        let last = self.tree.node(self.entry(target).value);
        let at = self.past_own_comments(next_line(&self.text, end), indent, last);
        let lines = self.lines(lines);
        let with = if at == self.text.len() && !self.text.ends_with('\n') {
            format!("{}{lines}", self.newline)
        } else {
            format!("{lines}{}", self.newline)
        };
        self.splice(&[(at..at, with)])
    }

    /// Puts lines before an entry.
    pub(crate) fn insert_before(&mut self, target: Target, lines: &str) -> Result<(), EditError> {
        let start = self.entry(target).start;
        let lines = self.lines(lines);
        let (at, with) = if self.begins_line(start) {
            (line_start(&self.text, start), format!("{lines}{}", self.newline))
        } else {
            (start, format!("{}{}{}", lines.trim_start(), self.newline, " ".repeat(self.column(start))))
        };
        self.splice(&[(at..at, with)])
    }

    /// Removes the only entry of a collection, which then is empty: `{}` or `[]`.
    pub(crate) fn empty_block(&mut self, id: NodeId) -> Result<(), EditError> {
        let node = self.tree.node(id).clone();
        let brackets = if matches!(node.kind, Kind::Map { .. }) { "{}" } else { "[]" };
        let only = self.entry(Target { parent: id, index: 0 });
        let own_lines = self.begins_line(only.start);
        let Some(holder) = self.holder(id).filter(|_| own_lines) else {
            let end = node.range.end;
            let inner: String =
                self.comments(only.start..end).iter().map(|comment| self.on_own_line(only.start, comment)).collect();
            let line_end = line_end(&self.text, end);
            return self.splice(&[(only.start..end, brackets.to_owned()), (line_end..line_end, inner)]);
        };
        let at = self.after_lead(holder, &node);
        let from = line_start(&self.text, only.start);
        let to = next_line(&self.text, node.range.end);
        let mut kept = self.kept_comments(from, to, self.column(only.start));
        let mut from = from;
        if to == self.text.len() && !self.text.ends_with('\n') {
            from = self.without_line_break(from, &mut kept);
        }
        self.splice(&[(at..at, format!(" {brackets}")), (from..to, kept)])
    }

    /// Where a value can be put on the line of its key or dash: behind the anchor and tag if it has any.
    fn after_lead(&self, holder: Target, node: &super::tree::Node) -> usize {
        let entry = self.entry(holder);
        let properties = self.source(node.start..node.range.start);
        let words = properties.split('#').next().unwrap_or_default().trim_end();
        if !words.is_empty() {
            return node.start + words.len();
        }
        match entry.key {
            None => entry.start + 1,
            Some(key) => {
                let key = self.tree.node(key).range.end;
                key + self.source(key..node.start).find(':').map_or(0, |colon| colon + 1)
            }
        }
    }
}
