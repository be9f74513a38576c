//! Strings, quoted where some reader of YAML would take them for something else.

use std::fmt::Write;

use super::scalar::{self, Scalar};

/// A string: unquoted if every reader takes it for the same string, else quoted.
pub(crate) fn text(string: &str, flow: bool) -> String {
    if is_plain(string, flow) {
        string.to_owned()
    } else if string.contains(['"', '\\']) && !string.contains(needs_escape) {
        single(string)
    } else {
        double(string)
    }
}

/// In single quotes; only for what has no control characters.
pub(crate) fn single(string: &str) -> String {
    format!("'{}'", string.replace('\'', "''"))
}

/// In double quotes.
pub(crate) fn double(string: &str) -> String {
    let mut quoted = String::from("\"");
    for char in string.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            char if needs_escape(char) => {
                // writing to a string does not fail
                let _ = write!(quoted, "\\u{:04x}", u32::from(char));
            }
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// Control characters, and the line separators and byte order marks that readers disagree about.
pub(crate) fn needs_escape(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a string may stand without quotes for readers of YAML 1.1 and 1.2 alike.
fn is_plain(string: &str, flow: bool) -> bool {
    let first = string.chars().next().is_some_and(|char| char.is_ascii_alphanumeric() || "/._$(".contains(char));
    let within = |char: char| char.is_ascii_graphic() || char == ' ';
    let broken = string.contains(": ") || string.contains(" #") || string.ends_with([':', ' ']);
    let brackets = flow && string.contains([',', '[', ']', '{', '}', '?', ':']);
    first && string.chars().all(within) && !broken && !brackets && !looks_typed(string)
}

/// Whether some reader takes it for a boolean, a number, a date or a time.
fn looks_typed(string: &str) -> bool {
    const WORDS: [&str; 14] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity", ".nan", ".inf"];
    let typed = !matches!(scalar::resolve(None, string, true), Ok(Scalar::Text(_)));
    let numeric = string.starts_with(|char: char| char.is_ascii_digit() || char == '.')
        && string.chars().all(|char| char.is_ascii_hexdigit() || "_.:+-xXoOtTzZ ".contains(char));
    typed || numeric || WORDS.contains(&string.to_ascii_lowercase().as_str()) || string == "..."
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_string_that_some_reader_takes_for_something_else_is_quoted() {
        let quoted = [
            "",
            "y",
            "Yes",
            "on",
            "null",
            "~",
            "1",
            "0400",
            "0x1",
            "1e3",
            "1_000",
            ".5",
            "12:30",
            "2001-01-01",
            "a: b",
            "a #b",
            "a:",
            "- a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "{a",
            "[a",
            "#a",
            "?",
            "=",
            "<<",
            " a",
            "a ",
            "tab\t",
            "...",
            ".inf",
            "NaN",
            "0o7",
            "ä",
        ];
        for string in quoted {
            assert!(text(string, false).starts_with('"'), "{string:?}");
        }
    }

    #[test]
    fn what_can_be_nothing_else_is_not_quoted() {
        for string in ["a", "25%", "100m", "1Gi", "nginx:1.25", "http://a:80/?b=c", "/etc/x", "a b", "RollingUpdate"] {
            assert_eq!(text(string, false), string);
        }
    }

    #[test]
    fn brackets_and_commas_are_quoted_within_brackets() {
        assert_eq!(text("a,b", false), "a,b");
        assert_eq!(text("a,b", true), "\"a,b\"");
    }

    #[test]
    fn json_in_a_string_stays_readable() {
        assert_eq!(text(r#"{"a":"it's"}"#, false), r#"'{"a":"it''s"}'"#);
    }
}
