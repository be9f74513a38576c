//! Lines and blanks of a text, by byte offset.

/// Where the line of `at` begins.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of `at` ends, before its line break.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let newline = text[at..].find('\n').map_or(text.len(), |offset| at + offset);
    if newline > at && text.as_bytes()[newline - 1] == b'\r' && newline < text.len() { newline - 1 } else { newline }
}

/// Where the next line begins; the end of the text after its last line.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |offset| at + offset + 1)
}

/// Whether nothing but spaces stand between the beginning of the line and `at`.
pub(crate) fn begins_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].bytes().all(|byte| byte == b' ' || byte == b'\t')
}

/// How many columns `at` is from the beginning of its line; a byte order mark takes none.
pub(crate) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].trim_start_matches('\u{feff}').chars().count()
}

/// The offset of the next token at or after `at`: blanks, line breaks and comments are skipped.
pub(crate) fn skip_blank(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => at = line_end(text, at),
            _ => break,
        }
    }
    at
}

/// The line break that the text uses.
pub(crate) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(newline) if text[..newline].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// 1-based line and column (in characters) of an offset.
pub(crate) fn place(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let line = text[..offset].matches('\n').count() + 1;
    (line, column(text, offset) + 1)
}
