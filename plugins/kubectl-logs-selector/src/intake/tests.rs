//! Streams of logs, cut at every byte.

use super::*;

const LIMITS: Limits = Limits { line: 1000, bytes: None, times: false };

fn texts(intake: &mut Intake) -> Vec<String> {
    let batch = intake.hand_out(Batch::default());
    let text = |line| String::from_utf8_lossy(batch.text(line)).into_owned();
    batch.lines().iter().map(|line| if line.remark { format!("({})", text(line)) } else { text(line) }).collect()
}

/// What the server sends from then on: it cuts a fraction off, and what lies before is left out line by line.
fn sent(log: &str, from: Option<Stamp>) -> String {
    let mut reader = StampReader::default();
    let since = |line: &str| from.is_none_or(|from| reader.read(line.as_bytes()).is_none_or(|(time, _)| time >= from));
    let mut since = since;
    log.split_inclusive('\n').filter(|line| since(line)).collect()
}

const LOG: &str = "\
2026-11-22T15:00:01.100000000Z one
2026-11-22T15:00:01.900000000Z two
2026-11-22T15:00:03.000000000Z three
2026-11-22T15:00:02.999000000Z out of order
2026-11-22T15:00:03.000000000Z three
2026-11-22T15:00:09.000000000Z \u{fc}ml\u{e4}ut
2026-11-22T15:00:09.000000001Z last
";
const TEXTS: [&str; 7] = ["one", "two", "three", "out of order", "three", "\u{fc}ml\u{e4}ut", "last"];

#[test]
fn a_stream_may_be_cut_at_any_byte() {
    for cut in 0..=LOG.len() {
        let mut intake = Intake::new(LIMITS, false);
        intake.resume();
        assert_eq!(intake.take(&LOG.as_bytes()[..cut]), Flow::Onward);
        let mut all = texts(&mut intake);
        let again = sent(LOG, intake.resume());
        for part in again.as_bytes().chunks(7) {
            assert_eq!(intake.take(part), Flow::Onward, "cut at {cut}");
            all.extend(texts(&mut intake));
        }
        assert_eq!(all, TEXTS, "cut at {cut}");
    }
}

#[test]
fn a_rotated_log_is_doubted_and_goes_on_with_a_remark() {
    let mut intake = Intake::new(LIMITS, false);
    intake.take(b"2026-11-22T15:00:01Z one\n");
    intake.resume();
    assert_eq!(intake.take(b"2026-11-22T15:00:09Z two\n2026-11-22T15:00:10Z thr"), Flow::Doubt);
    assert_eq!(texts(&mut intake), ["one"]);
    assert_eq!(intake.accept("gap"), Flow::Onward);
    intake.take(b"ee\n");
    assert_eq!(texts(&mut intake), ["(gap)", "two", "three"]);
}

#[test]
fn a_doubted_stream_can_be_left() {
    let mut intake = Intake::new(LIMITS, false);
    intake.take(b"2026-11-22T15:00:01Z one\n");
    intake.resume();
    assert_eq!(intake.take(b"2026-11-22T15:00:09Z of the next life\nmore"), Flow::Doubt);
    intake.resume();
    intake.take(b"2026-11-22T15:00:01Z one\n2026-11-22T15:00:02Z two\n");
    assert_eq!(texts(&mut intake), ["one", "two"]);
}

#[test]
fn so_many_bytes_are_shown_as_were_asked_for() {
    for (bytes, times, shown) in [
        (4, false, vec!["one"]),
        (3, false, vec!["one"]),
        (2, false, vec!["on"]),
        (6, false, vec!["one", "tw"]),
        (21, true, vec![""]),
        (25, true, vec!["one"]),
        (100, false, vec!["one", "two"]),
    ] {
        let mut intake = Intake::new(Limits { bytes: Some(bytes), times, ..LIMITS }, false);
        let flow = intake.take(b"2026-11-22T15:00:01Z one\n2026-11-22T15:00:02Z two\n");
        assert_eq!(texts(&mut intake), shown, "{bytes}");
        assert_eq!(flow == Flow::Enough, bytes < 100, "{bytes}");
    }
}

#[test]
fn the_end_of_a_container_ends_its_last_line() {
    let mut intake = Intake::new(LIMITS, false);
    intake.take(b"2026-11-22T15:00:01Z one\n2026-11-22T15:00:02Z tw");
    assert_eq!(intake.unfinished().as_deref(), Some(&b"2026-11-22T15:00:02Z tw"[..]));
    assert_eq!(intake.finish(), None);
    assert_eq!(intake.finish(), None);
    assert_eq!(texts(&mut intake), ["one", "tw"]);
}

#[test]
fn what_the_server_says_inside_a_log_is_no_line() {
    let mut intake = Intake::new(LIMITS, false);
    intake.take(b"2026-11-22T15:00:01Z one\nfailed to create fsnotify watcher: too many open files");
    assert_eq!(intake.finish().as_deref(), Some("failed to create fsnotify watcher: too many open files"));
    assert_eq!(texts(&mut intake), ["one"]);
}

#[test]
fn a_line_that_is_too_long_says_so() {
    let mut intake = Intake::new(Limits { line: 24, ..LIMITS }, false);
    intake.take(b"2026-11-22T15:00:01Z one and more\n2026-11-22T15:00:02Z two\n");
    assert_eq!(texts(&mut intake), ["one", "(the line before is 9 bytes longer than --max-line shows)", "two"]);
}
