//! Lines of logs on their way to a terminal: whatever would make it do something is shown and not obeyed.
//!
//! Colours pass, since many programs colour their logs; they end with the line.

/// Writes the line without what would move the cursor, set a title or ring.
pub fn write(line: &[u8], out: &mut Vec<u8>) {
    // The end of a line of Windows is no control character to anybody.
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if !line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte >= 0x7f) {
        out.extend_from_slice(line);
        return;
    }
    let mut coloured = false;
    for part in line.utf8_chunks() {
        coloured |= write_text(part.valid(), out);
        for byte in part.invalid() {
            // An eight-bit terminal takes these for control characters.
            if (0x80..0xa0).contains(byte) { escape(*byte, out) } else { out.push(*byte) }
        }
    }
    if coloured {
        out.extend_from_slice(b"\x1b[0m");
    }
}

/// Answers whether there was a colour.
fn write_text(text: &str, out: &mut Vec<u8>) -> bool {
    let mut coloured = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match colour(rest) {
            Some(length) => {
                coloured = true;
                out.extend_from_slice(&rest.as_bytes()[..length]);
                length
            }
            None if c.is_control() && c != '\t' => {
                out.extend(c.escape_default().map(|c| c as u8));
                c.len_utf8()
            }
            None => {
                out.extend_from_slice(&rest.as_bytes()[..c.len_utf8()]);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    coloured
}

/// How long the colour is that the text begins with: `ESC [ 1 ; 31 m`.
fn colour(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
    rest[end..].starts_with('m').then_some(end + 3)
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    out.extend(format!("\\x{byte:02x}").bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        for (line, shown) in [
            (&b"plain\ttext"[..], &b"plain\ttext"[..]),
            ("\u{e4} \u{2192} \u{1f600}".as_bytes(), "\u{e4} \u{2192} \u{1f600}".as_bytes()),
            (b"from windows\r", b"from windows"),
            (b"over\rwritten", b"over\\rwritten"),
            (b"\x1b]0;title\x07", b"\\u{1b}]0;title\\u{7}"),
            (b"\x1b[2J\x1b[H", b"\\u{1b}[2J\\u{1b}[H"),
            (b"\x1b[1;31mred\x1b[0m", b"\x1b[1;31mred\x1b[0m\x1b[0m"),
            (b"\x1b[31", b"\\u{1b}[31"),
            (b"\xc2\x9b2J", b"\\u{9b}2J"),
            (b"\x9b2J \xff", b"\\x9b2J \xff"),
            (b"del\x7f", b"del\\u{7f}"),
        ] {
            let mut out = Vec::new();
            write(line, &mut out);
            assert_eq!(out, shown, "{}", String::from_utf8_lossy(&out));
        }
    }
}
