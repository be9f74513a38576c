//! Whether what was shown is right: every number once and in order, or a marker where some are gone.

use std::collections::BTreeMap;

use super::containers::line;

/// What is to be shown of a container.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    /// The first number.
    pub first: usize,
    /// The number behind the last one.
    pub end: usize,
    /// Whether its log was rotated, which may cost lines.
    pub may_lose: bool,
    /// Whether it was restarted: if the cluster tells that late there may be a marker for nothing, but no line is lost.
    pub restarted: bool,
    /// Whether its pod is gone.
    pub gone: bool,
}

/// What was shown of a container, or said in between.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Line(usize),
    Marker(String),
}

/// Judges what was printed of all containers. Answers with the number of markers.
#[track_caller]
pub fn judge(printed: &str, accounts: &BTreeMap<String, Account>) -> usize {
    let mut shown: BTreeMap<&str, Vec<Shown>> = BTreeMap::new();
    for text in printed.lines() {
        let (pod, what) = read(text);
        shown.entry(pod).or_default().push(what);
    }
    for (pod, account) in accounts {
        let shown = shown.remove(pod.as_str()).unwrap_or_default();
        if let Err(wrong) = account.judge(&shown) {
            panic!("{pod}: {wrong}; {account:?}");
        }
    }
    assert!(shown.is_empty(), "nobody has written this: {shown:?}");
    printed.lines().filter(|line| line.starts_with("! ")).count()
}

/// `rng-1 number 7;` or `! rng-1/main: lines may be missing here`
#[track_caller]
fn read(text: &str) -> (&str, Shown) {
    if let Some((pod, marker)) = text.strip_prefix("! ").and_then(|marker| marker.split_once("/main: ")) {
        return (pod, Shown::Marker(marker.to_owned()));
    }
    let parts = text.split_once(' ').and_then(|(pod, text)| {
        let number = text.strip_prefix("number ")?.split(';').next()?.parse().ok()?;
        (text == line(number) || text == format!("number {number};")).then_some((pod, Shown::Line(number)))
    });
    parts.unwrap_or_else(|| panic!("this is no line: {text}"))
}

impl Account {
    fn judge(&self, shown: &[Shown]) -> Result<(), String> {
        let (mut next, mut marked) = (self.first, false);
        for one in shown {
            match one {
                Shown::Marker(text) if !(self.may_lose || self.restarted || self.gone) => {
                    return Err(format!("for nothing: {text}"));
                }
                Shown::Marker(_) => marked = true,
                Shown::Line(number) if *number < next => return Err(format!("{number} comes behind {}", next - 1)),
                Shown::Line(number) if *number > next && !(marked && self.may_lose) => {
                    let marked = if marked { "with" } else { "without" };
                    return Err(format!("{next} to {} are lost, {marked} a marker", number - 1));
                }
                Shown::Line(number) => (next, marked) = (number + 1, false),
            }
        }
        // Who is there is read to the end.
        if next == self.end || (self.gone && marked) {
            return Ok(());
        }
        Err(format!("{next} to {} are lost at the end", self.end - 1))
    }
}

#[test]
fn what_is_lost_doubled_or_marked_for_nothing_is_noticed() {
    let line = Shown::Line;
    let marker = || Shown::Marker("gap".to_owned());
    let account = |may_lose, gone| Account { first: 5, end: 8, may_lose, gone, restarted: false };
    let restarted = |gone| Account { restarted: true, ..account(false, gone) };
    for (shown, account, right) in [
        (vec![line(5), line(6), line(7)], account(false, false), true),
        (vec![line(6), line(7)], account(true, true), false),
        (vec![line(5), line(7)], account(true, false), false),
        (vec![line(5), marker(), line(7)], account(true, false), true),
        (vec![line(5), marker(), line(7)], account(false, false), false),
        // Who goes loses nothing in the middle, and who is restarted nothing at all.
        (vec![line(5), marker(), line(7)], account(false, true), false),
        (vec![line(5), marker(), line(7)], restarted(false), false),
        (vec![line(5), marker(), line(6), line(7)], restarted(false), true),
        (vec![line(5), line(6)], restarted(false), false),
        (vec![line(5), marker()], restarted(true), true),
        (vec![line(5), marker(), line(6), line(6), line(7)], account(true, true), false),
        (vec![line(5), line(7), line(6)], account(true, false), false),
        (vec![line(5), line(6)], account(true, true), false),
        (vec![line(5), line(6), marker()], account(false, true), true),
        (vec![line(5), line(6), marker()], account(true, false), false),
        (vec![marker()], account(false, true), true),
        (vec![], account(false, true), false),
    ] {
        assert_eq!(account.judge(&shown).is_ok(), right, "{shown:?} {account:?}");
    }
}
