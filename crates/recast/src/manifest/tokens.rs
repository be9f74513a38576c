//! Where the tokens stand that the parser does not report.

use std::ops::Range;

use super::lines::skip_blank;
use super::tree::{Kind, Node, Style};

/// By YAML 1.1 a `:` ends a word only before a blank, in flow collections too.
pub(crate) fn colon_belongs_to(text: &str, key: &Node) -> bool {
    let plain = matches!(key.kind, Kind::Scalar { style: Style::Plain, .. }) && !key.range.is_empty();
    let mut rest = text[key.range.end..].chars();
    plain && rest.next() == Some(':') && rest.next().is_some_and(|next| ",[]{}".contains(next))
}

pub(crate) fn take_colon(key: &mut Node) {
    key.range.end += 1;
    if let Kind::Scalar { text, .. } = &mut key.kind {
        text.push(':');
    }
}

/// The next token that is no `:` or `?`, anchor or tag.
pub(crate) fn skip_properties(text: &str, mut at: usize) -> usize {
    loop {
        at = skip_blank(text, at);
        match text.as_bytes().get(at) {
            Some(b'&' | b'!') => at = word_end(text, at),
            Some(b':' | b'?') => at += 1,
            _ => return at,
        }
    }
}

fn word_end(text: &str, at: usize) -> usize {
    text[at..].find(|char: char| char.is_ascii_whitespace()).map_or(text.len(), |length| at + length)
}

/// Where a key begins: at the `?` before it if there is one after the last token. What `comments` end in does not count.
pub(crate) fn question_mark(text: &str, comments: &[Range<usize>], after: usize, key: usize) -> usize {
    let mut before = text[..key].trim_end();
    while let Some(comment) = comments.iter().rev().find(|comment| comment.start < before.len()) {
        if comment.end < before.len() {
            break;
        }
        before = text[..comment.start].trim_end();
    }
    if before.len() > after && before.ends_with('?') && before.len() < key { before.len() - 1 } else { key }
}

/// The range of a block scalar from its `|` or `>`, which the parser's span leaves out, to the end of its last line.
pub(crate) fn block_scalar(text: &str, after: usize, content: Range<usize>) -> Range<usize> {
    let at = skip_properties(text, after);
    let header = word_end(text, at);
    let content = content.start.max(header)..content.end.max(header);
    let keep = text[at..header].contains('+');
    let lines = &text[content.clone()];
    let kept = if keep {
        // not the indentation of what comes next
        let lines = lines.trim_end_matches([' ', '\t']);
        lines.strip_suffix('\n').map_or(lines, |lines| lines.strip_suffix('\r').unwrap_or(lines))
    } else {
        lines.trim_end_matches([' ', '\t', '\r', '\n'])
    };
    if kept.is_empty() { at..header } else { at..content.start + kept.len() }
}
