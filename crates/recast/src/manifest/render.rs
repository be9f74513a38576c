//! JSON values to YAML text.

use serde_json::{Map, Value};

use super::quote::{needs_escape, text};

/// How a document is indented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// From a mapping to the mapping in it.
    pub(crate) step: usize,
    /// From a key to the `-` of the sequence under it; `kubectl get -o yaml` writes 0.
    pub(crate) dash: usize,
}

/// A value as `kubectl get -o yaml` writes it, with a line break at the end.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let layout = Layout { step: 2, dash: 0 };
    let mut lines = Vec::new();
    match value {
        Value::Object(map) if !map.is_empty() => layout.push_map(&mut lines, "", map, 0, false),
        Value::Array(items) if !items.is_empty() => layout.push_seq(&mut lines, "", items, 0, false),
        other => lines.push(inline(other)),
    }
    // a collection begins with the line of its key, which here is none
    let first = usize::from(lines[0].is_empty());
    lines[first..].join("\n") + "\n"
}

/// What stands before a value: a key as it is written, or the dash of an item.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lead<'a> {
    Key(&'a str),
    Dash,
}

impl Layout {
    /// The lines of one entry at `indent`, separated by `\n`, without a line break at the end.
    pub(crate) fn entry(self, lead: Lead, anchor: Option<&str>, value: &Value, indent: usize) -> String {
        let mut lines = Vec::new();
        self.push(&mut lines, &format!("{}{}", " ".repeat(indent), lead_text(lead)), lead, anchor, value, indent);
        lines.join("\n")
    }

    fn push(
        self,
        lines: &mut Vec<String>,
        first: &str,
        lead: Lead,
        anchor: Option<&str>,
        value: &Value,
        indent: usize,
    ) {
        let first = anchor.map_or_else(|| first.to_owned(), |anchor| format!("{first} {anchor}"));
        match (value, lead) {
            (Value::Object(map), _) if !map.is_empty() => {
                let inner = if matches!(lead, Lead::Dash) { indent + 2 } else { indent + self.step };
                let compact = matches!(lead, Lead::Dash) && anchor.is_none();
                self.push_map(lines, &first, map, inner, compact);
            }
            (Value::Array(items), _) if !items.is_empty() => {
                let inner = if matches!(lead, Lead::Dash) { indent + 2 } else { indent + self.dash };
                let compact = matches!(lead, Lead::Dash) && anchor.is_none();
                self.push_seq(lines, &first, items, inner, compact);
            }
            (Value::String(string), _) if is_literal(string) => {
                let inner = if matches!(lead, Lead::Dash) { indent + 2 } else { indent + self.step };
                lines.extend(literal(&first, string, inner));
            }
            _ => lines.push(format!("{first} {}", inline(value))),
        }
    }

    fn push_map(self, lines: &mut Vec<String>, first: &str, map: &Map<String, Value>, indent: usize, compact: bool) {
        let mut before = if compact { format!("{first} ") } else { " ".repeat(indent) };
        if !compact {
            lines.push(first.to_owned());
        }
        for (key, value) in map {
            let key = text(key, false);
            let lead = Lead::Key(&key);
            self.push(lines, &format!("{before}{}", lead_text(lead)), lead, None, value, indent);
            before = " ".repeat(indent);
        }
    }

    fn push_seq(self, lines: &mut Vec<String>, first: &str, items: &[Value], indent: usize, compact: bool) {
        let mut before = if compact { format!("{first} ") } else { " ".repeat(indent) };
        if !compact {
            lines.push(first.to_owned());
        }
        for item in items {
            self.push(lines, &format!("{before}-"), Lead::Dash, None, item, indent);
            before = " ".repeat(indent);
        }
    }
}

/// Whether a string of several lines can be written as it is, under a `|`.
fn is_literal(string: &str) -> bool {
    let readable = |char: char| char == '\n' || !needs_escape(char);
    let trailing_blanks = string.lines().any(|line| line.ends_with(' '));
    string.trim_end_matches('\n').contains('\n')
        && !string.starts_with([' ', '\n'])
        && string.chars().all(readable)
        && !trailing_blanks
        && !string.ends_with("\n\n")
}

fn literal(first: &str, string: &str, indent: usize) -> Vec<String> {
    let header = if string.ends_with('\n') { "|" } else { "|-" };
    let mut lines = vec![format!("{first} {header}")];
    let indent = " ".repeat(indent);
    lines.extend(string.lines().map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") }));
    lines
}

fn lead_text(lead: Lead) -> String {
    match lead {
        Lead::Key(key) => format!("{key}:"),
        Lead::Dash => "-".to_owned(),
    }
}

/// A scalar or a collection in brackets, on one line.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::String(string) => text(string, false),
        other => flow(other),
    }
}

/// The same where a `,` or bracket would end it.
pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::String(string) => text(string, true),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries: Vec<_> =
                map.iter().map(|(key, value)| format!("{}: {}", text(key, true), flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => number(other),
    }
}

/// Numbers, booleans and null. YAML 1.1 takes `1e5` for a string where a float must have a dot, so it gets one.
fn number(value: &Value) -> String {
    let text = value.to_string();
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') && value.is_number() => {
            format!("{mantissa}.0e{exponent}")
        }
        _ => text,
    }
}
