//! Where kubectl's YAML reader is stricter than ours, or would read something else.
//!
//! go-yaml v2 is a port of libyaml, a YAML 1.1 reader; ours reads YAML 1.2. Real manifests mean the same to both. What
//! does not is refused here, rather than understood in another way than kubectl does.

use std::ops::Range;

use super::fault::{Fault, What};
use super::lines::{column, line_end, line_start, skip_blank};
use super::tree::{Entry, Kind, Node, NodeId, Style, Tree};

/// What has to be looked at before the text is parsed.
pub(crate) fn characters(text: &str) -> Result<(), Fault> {
    if let Some((offset, char)) = text.char_indices().find(|&(_, char)| is_refused(char)) {
        return Err(Fault::syntax(offset, format!("the character U+{:04X} is not allowed", u32::from(char))));
    }
    Ok(())
}

/// What has to be looked at once the structure is known.
pub(crate) fn check(text: &str, tree: &Tree) -> Result<(), Fault> {
    if text[skip_blank(text, 0)..].starts_with("...") {
        return Err(Fault::syntax(skip_blank(text, 0), "a `...` with no document before it"));
    }
    for (mark, _) in text.match_indices('\u{feff}').filter(|(at, _)| *at > 0) {
        let in_node = |node: &Node| !node.is_block() && (node.start..node.range.end).contains(&mark);
        if !tree.nodes.iter().any(in_node) {
            return Err(Fault::syntax(mark, "a byte order mark within the text"));
        }
    }
    for (index, node) in tree.nodes.iter().enumerate() {
        properties(text, node)?;
        scalar(text, tree, NodeId(index))?;
    }
    if text.contains('\t') {
        let opaque = opaque(text, tree)?;
        text.match_indices('\t').try_for_each(|(tab, _)| indentation(text, &opaque, tab))?;
    }
    Ok(())
}

/// Control characters, and what only YAML 1.1 takes for a line break.
fn is_refused(char: char) -> bool {
    let control = char.is_control() && !matches!(char, '\t' | '\n' | '\r');
    control || matches!(char, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

fn properties(text: &str, node: &Node) -> Result<(), Fault> {
    if let Some(anchor) = &node.anchor {
        name(text, anchor.start, anchor.end)?;
    }
    if matches!(node.kind, Kind::Alias(_)) {
        name(text, node.range.start, node.range.end)?;
    }
    let properties = &text[node.start..node.range.start.max(node.start)];
    let tag_last = properties.split_whitespace().next_back().is_some_and(|word| word.starts_with('!'));
    let after = if node.range.is_empty() {
        &text[node.range.end..]
    } else {
        properties.trim_start_matches(|c: char| !c.is_whitespace())
    };
    if tag_last && !after.starts_with(char::is_whitespace) {
        return Err(Fault::syntax(node.start, "a space is missing after the tag"));
    }
    Ok(())
}

/// The names of anchors: letters, digits, `-` and `_`.
fn name(text: &str, start: usize, end: usize) -> Result<(), Fault> {
    let name = &text[start + 1..end];
    if name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-' || char == '_') {
        return Ok(());
    }
    Err(Fault::syntax(start, format!("the anchor {name:?} has other characters than letters and digits")))
}

fn scalar(text: &str, tree: &Tree, id: NodeId) -> Result<(), Fault> {
    let node = tree.node(id);
    let source = &text[node.range.clone()];
    match &node.kind {
        Kind::Scalar { style: Style::Double, .. } => escapes(source, node.range.start),
        Kind::Scalar { style: Style::Block, .. } => block_scalar(source, node.range.start),
        Kind::Map { flow: true, entries } | Kind::Seq { flow: true, entries } => {
            if let Some(entry) = entries.iter().find(|entry| is_spread(text, tree, entry)) {
                return Err(Fault::syntax(entry.start, "a key within brackets must be on one line"));
            }
            let mut scalars = entries.iter().flat_map(|entry| [entry.key, Some(entry.value)]).flatten();
            scalars.try_for_each(|id| in_brackets(text, tree.node(id)))
        }
        _ => Ok(()),
    }
}

/// Whether a key with no `?` before it takes more than one line, from its anchor or tag to its `:`.
fn is_spread(text: &str, tree: &Tree, entry: &Entry) -> bool {
    let Some(key) = entry.key.map(|key| tree.node(key)).filter(|key| key.start == entry.start) else {
        return false;
    };
    let next = skip_blank(text, key.range.end);
    let end = if text[next..].starts_with(':') { next } else { key.range.end };
    text[key.start..end].contains(['\n', '\r'])
}

/// `?` ends a plain scalar in brackets, and `:` cannot begin one.
fn in_brackets(text: &str, node: &Node) -> Result<(), Fault> {
    if !matches!(node.kind, Kind::Scalar { style: Style::Plain, .. }) {
        return Ok(());
    }
    let source = &text[node.range.clone()];
    if source.starts_with(':') || source.contains('?') {
        return Err(Fault::syntax(node.range.start, format!("{source:?} must be quoted within brackets")));
    }
    Ok(())
}

/// YAML 1.1 has neither `\/` nor surrogate pairs.
fn escapes(source: &str, start: usize) -> Result<(), Fault> {
    let mut chars = source.char_indices();
    while let Some((at, char)) = chars.next() {
        if char != '\\' {
            continue;
        }
        let rest = &source[at + 1..];
        let surrogate = matches!(rest.as_bytes(), [b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
        if rest.starts_with('/') || surrogate {
            return Err(Fault::syntax(start + at, "an escape that kubectl does not know in YAML"));
        }
        chars.next();
    }
    Ok(())
}

/// Where the first line shows the indentation, no tab may be part of it.
fn block_scalar(source: &str, start: usize) -> Result<(), Fault> {
    let header = line_end(source, 0);
    let marks = source.get(1..header).unwrap_or_default();
    if marks.trim_start_matches(['-', '+']).starts_with(|char: char| char.is_ascii_digit()) {
        return Ok(());
    }
    let content = &source[header..];
    let first = content.len() - content.trim_start_matches([' ', '\r', '\n']).len();
    if content[first..].starts_with('\t') {
        return Err(Fault::new(start + header + first, What::Tab));
    }
    Ok(())
}

/// The ranges in which tabs are harmless: scalars and what is in brackets, in order and apart from each other.
fn opaque(text: &str, tree: &Tree) -> Result<Vec<Range<usize>>, Fault> {
    let mut ranges = tree.comments.clone();
    for (node, margin) in tree.nodes.iter().zip(margins(text, tree)).filter(|(node, _)| !node.is_block()) {
        let plain = matches!(node.kind, Kind::Scalar { style: Style::Plain, .. }) && !node.range.is_empty();
        let end = if plain { continued(text, &node.range, margin)? } else { node.range.end };
        ranges.push(node.start..end);
    }
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|inner, outer| inner.start < outer.end);
    Ok(ranges)
}

/// The column at which the lines of each node may begin: right of the innermost indented collection around it, however
/// many brackets are between the two.
fn margins(text: &str, tree: &Tree) -> Vec<usize> {
    let mut margins = vec![0; tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate() {
        let margin = if node.is_block() { column(text, node.range.start) + 1 } else { margins[index] };
        for entry in tree.entries(NodeId(index)) {
            entry.key.into_iter().chain([entry.value]).for_each(|id| margins[id.0] = margin);
        }
    }
    margins
}

/// Where the blanks after a plain scalar end. They and those within it are read alike, as it could go on after them: a
/// tab left of the margin is a fault.
fn continued(text: &str, scalar: &Range<usize>, margin: usize) -> Result<usize, Fault> {
    let rest = &text[scalar.end..];
    let end = text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    for (line_break, _) in text[scalar.start..end].match_indices(['\r', '\n']) {
        let line = scalar.start + line_break + 1;
        let spaces = text[line..].len() - text[line..].trim_start_matches(' ').len();
        if spaces < margin && text[line + spaces..].starts_with('\t') {
            return Err(Fault::new(line + spaces, What::Tab));
        }
    }
    Ok(end)
}

/// A tab may stand in brackets, in scalars and after a key, but not where block structure is told by spaces.
fn indentation(text: &str, opaque: &[Range<usize>], tab: usize) -> Result<(), Fault> {
    let before = &text[line_start(text, tab)..tab];
    let next = opaque.partition_point(|range| range.start <= tab);
    let within = next > 0 && tab < opaque[next - 1].end;
    if within || !before.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'?')) {
        return Ok(());
    }
    Err(Fault::new(tab, What::Tab))
}
