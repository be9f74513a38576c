//! What is shown of logs whose streams end again and again.

use super::*;

/// In milliseconds.
fn at(milliseconds: i64) -> Stamp {
    Stamp(milliseconds * 1_000_000)
}

/// A log, each line with its time in milliseconds.
type Log = Vec<(i64, &'static str)>;

/// What the server sends from then on.
fn sent(log: &Log, from: Option<Stamp>) -> Vec<(i64, &'static str)> {
    log.iter().filter(|(time, _)| from.is_none_or(|from| at(*time) >= from)).copied().collect()
}

/// What is shown of a log when its stream is cut at each of these lengths, and taken up again.
fn shown(log: &Log, cuts: &[usize]) -> Vec<&'static str> {
    let mut continuity = Continuity::default();
    let mut shown = Vec::new();
    for length in cuts.iter().copied().chain([log.len()]) {
        let from = continuity.resume();
        for (time, text) in sent(&log[..length].to_vec(), from) {
            match continuity.judge(Some(at(time)), text.as_bytes()) {
                Verdict::New => shown.push(text),
                Verdict::Known => {}
                other => panic!("{other:?} at {text}"),
            }
        }
    }
    shown
}

#[test]
fn each_line_is_shown_once_wherever_the_stream_is_cut() {
    let log: Log = vec![
        (100, "a"),
        (900, "b"),
        (1100, "c"),
        (1100, "c"),
        (2999, "d"),
        // Two streams of a container, out of order around a second.
        (3001, "e"),
        (2998, "f"),
        (3002, "g"),
        (9000, "h"),
        (9000, "h"),
    ];
    let all: Vec<_> = log.iter().map(|(_, text)| *text).collect();
    for first in 0..=log.len() {
        for second in first..=log.len() {
            assert_eq!(shown(&log, &[first, second]), all, "cut at {first} and {second}");
        }
    }
}

#[test]
fn the_rest_of_a_long_line_is_no_line() {
    let mut continuity = Continuity::default();
    continuity.resume();
    continuity.judge(Some(at(100)), b"long");
    continuity.judge(Some(at(5000)), b"last");
    assert_eq!(continuity.resume(), Some(at(4000)));
    assert_eq!(continuity.judge(None, b"ng"), Verdict::Rest);
    assert_eq!(continuity.judge(Some(at(5000)), b"last"), Verdict::Known);
    assert_eq!(continuity.judge(Some(at(5001)), b"next"), Verdict::New);
}

#[test]
fn a_log_that_does_not_go_on_is_doubted() {
    let mut continuity = Continuity::default();
    continuity.judge(Some(at(5000)), b"last");
    continuity.resume();
    for _ in 0..2 {
        assert_eq!(continuity.judge(Some(at(5000)), b"other"), Verdict::Doubt);
    }
    continuity.accept();
    assert_eq!(continuity.judge(Some(at(5000)), b"other"), Verdict::New);
}

#[test]
fn a_stream_without_a_time_at_its_beginning_is_shown_when_it_is_the_first() {
    let mut continuity = Continuity::default();
    assert_eq!(continuity.resume(), None);
    assert_eq!(continuity.judge(None, b"rest of a line, as --tail may give it"), Verdict::New);
    assert_eq!(continuity.resume(), None, "nothing is known that could come again");
}

#[test]
fn a_line_that_another_stream_has_shown_is_known() {
    let mut continuity = Continuity::default();
    continuity.judge(Some(at(5000)), b"last");
    assert!(continuity.knows(at(5000), b"last"));
    assert!(continuity.knows(at(4000), b"earlier"));
    assert!(!continuity.knows(at(5000), b"beside it"));
    assert!(!continuity.knows(at(5001), b"later"));
}

#[test]
fn only_the_last_seconds_are_kept() {
    let mut continuity = Continuity::default();
    for time in 0..100_000 {
        continuity.judge(Some(at(time)), b"x");
    }
    assert!(continuity.seen.len() <= 2000, "{}", continuity.seen.len());
}

#[test]
fn lines_that_differ_in_one_byte_have_another_hash() {
    let line = *b"GET / HTTP/1.1 200 17";
    let hashes: std::collections::BTreeSet<_> = (0..line.len())
        .map(|place| {
            let mut other = line;
            other[place] ^= 1;
            hash(&other)
        })
        .chain([hash(&line), hash(&line[..20]), hash(b""), hash(b"\0")])
        .collect();
    assert_eq!(hashes.len(), line.len() + 4);
}

#[test]
fn lines_before_those_that_were_asked_for_are_not_wanted_later() {
    let mut continuity = Continuity::new(true);
    continuity.resume();
    for time in [5000, 5001] {
        continuity.judge(Some(at(time)), b"of the tail");
    }
    assert_eq!(continuity.resume(), Some(at(4000)));
    for (time, line, verdict) in [
        (4100, "before", Verdict::Known),
        (5000, "before too", Verdict::Known),
        (5000, "of the tail", Verdict::Known),
        (5001, "of the tail", Verdict::Known),
        (5001, "new", Verdict::New),
    ] {
        assert_eq!(continuity.judge(Some(at(time)), line.as_bytes()), verdict, "{line}");
    }
    continuity.resume();
    assert_eq!(continuity.judge(Some(at(6000)), b"rotated"), Verdict::Doubt);
}

#[test]
fn behind_a_line_that_was_the_last_only_what_follows_is_new() {
    let mut continuity = Continuity::new(true);
    continuity.resume();
    continuity.begin_behind(at(5200), b"last");
    // The stream that was asked for before brings what was written meanwhile.
    assert_eq!(continuity.clone().judge(Some(at(5100)), b"meanwhile"), Verdict::New);
    assert_eq!(continuity.resume(), Some(at(4000)));
    for (time, text, verdict) in [
        (4500, "old", Verdict::Known),
        (5100, "old", Verdict::Known),
        (5200, "last", Verdict::Known),
        (5200, "new", Verdict::New),
        (9000, "newer", Verdict::New),
    ] {
        assert_eq!(continuity.judge(Some(at(time)), text.as_bytes()), verdict, "{time} {text}");
    }
}
