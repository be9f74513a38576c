//! What stays of the bytes of a manifest, whatever is done with it.

use std::collections::BTreeMap;

use super::case::Case;

#[test]
fn no_comment_is_lost() {
    for (case, result) in Case::with_results().filter(|(case, _)| !case.asks_for_a_format()) {
        let after = comments(std::str::from_utf8(&result).unwrap());
        for (comment, count) in comments(&case.text()) {
            assert!(after.get(&comment) >= Some(&count), "{} has lost {comment}", case.name);
        }
    }
}

/// The comments of a manifest, and how often each is there. (No `#` stands in a text of the corpus with `: ` before.)
fn comments(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let begin = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
        if let Some(begin) = begin.filter(|begin| !line[..*begin].contains("\"#")) {
            *found.entry(line[begin..].trim().to_owned()).or_default() += 1;
        }
    }
    found
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    for (case, result) in Case::with_results() {
        let (before, after) = (case.text(), String::from_utf8(result).unwrap());
        assert_eq!(before.starts_with('\u{feff}'), after.starts_with('\u{feff}'), "{}", case.name);
        let unix = |text: &str| text.replace("\r\n", "").contains('\n');
        assert!(unix(&before) || !unix(&after), "{}: a line ends otherwise", case.name);
    }
}
