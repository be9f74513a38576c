//! Lines, however what arrives is cut.

use super::*;

fn lines(splitter: &mut Splitter) -> Vec<(String, u64)> {
    let mut lines = Vec::new();
    while let Some(found) = splitter.next() {
        lines.push((String::from_utf8(splitter.bytes(&found).to_vec()).unwrap(), found.left_out));
    }
    lines
}

fn of(texts: &[(&str, u64)]) -> Vec<(String, u64)> {
    texts.iter().map(|(text, left_out)| ((*text).to_owned(), *left_out)).collect()
}

#[test]
fn a_line_is_found_however_it_arrives() {
    let text = b"one\n\ntwo and more\nthree\nwithout an end";
    for size in 1..text.len() {
        let mut splitter = Splitter::new(1000);
        let mut found = Vec::new();
        for part in text.chunks(size) {
            splitter.feed(part);
            found.extend(lines(&mut splitter));
        }
        assert_eq!(found, of(&[("one", 0), ("", 0), ("two and more", 0), ("three", 0)]), "{size}");
        let rest = splitter.rest().unwrap();
        assert_eq!(splitter.bytes(&rest), b"without an end");
        assert_eq!(splitter.rest(), None);
    }
}

#[test]
fn of_a_line_that_is_too_long_the_beginning_is_kept_and_the_rest_counted() {
    let text = b"0123456789abcdef\nshort\n0123456789\n01234567890\n";
    for size in 1..text.len() {
        let mut splitter = Splitter::new(10);
        let mut found = Vec::new();
        for part in text.chunks(size) {
            splitter.feed(part);
            found.extend(lines(&mut splitter));
            assert!(splitter.start > 0 || splitter.held() <= 10 + size, "memory is bounded");
        }
        assert_eq!(found, of(&[("0123456789", 6), ("short", 0), ("0123456789", 0), ("0123456789", 1)]), "{size}");
    }
}

#[test]
fn a_line_can_be_looked_at_again() {
    for size in [3, 100] {
        let mut splitter = Splitter::new(4);
        for part in b"abcdefgh\nsecond\n".chunks(size) {
            splitter.feed(part);
            if let Some(found) = splitter.next() {
                splitter.unread(&found);
            }
        }
        assert_eq!(lines(&mut splitter), of(&[("abcd", 4), ("seco", 2)]), "{size}");
    }
}

#[test]
fn what_is_handed_out_has_the_lines_and_what_is_not_whole_stays() {
    let mut splitter = Splitter::new(100);
    splitter.feed(b"1 one\n2 two\n3 th");
    while let Some(found) = splitter.next() {
        splitter.keep(&found, Stamp(1), 2);
    }
    splitter.remark(Stamp(1), "a gap");
    let batch = splitter.hand_out(Batch::default());
    let texts: Vec<_> = batch.lines().iter().map(|line| (batch.text(line), batch.time(line), line.remark)).collect();
    assert_eq!(texts, [(&b"one"[..], &b"1 "[..], false), (b"two", b"2 ", false), (b"a gap", b"", true)]);
    splitter.feed(b"ree\n");
    assert_eq!(lines(&mut splitter), of(&[("3 three", 0)]));
}

#[test]
fn a_line_that_was_cut_is_forgotten() {
    let mut splitter = Splitter::new(100);
    splitter.feed(b"one\ntw");
    assert_eq!(lines(&mut splitter).len(), 1);
    splitter.forget();
    splitter.feed(b"two\n");
    assert_eq!(lines(&mut splitter), of(&[("two", 0)]));
}
