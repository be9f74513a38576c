//! In which order lines go out, and when.

use super::*;
use crate::batch::Splitter;

/// In milliseconds.
fn at(milliseconds: i64) -> Stamp {
    Stamp(milliseconds * 1_000_000)
}

struct Clock(Instant);

impl Clock {
    fn at(&self, milliseconds: u64) -> Now {
        let stamp = at(i64::try_from(milliseconds).unwrap());
        Now { instant: self.0 + Duration::from_millis(milliseconds), stamp }
    }
}

#[derive(Default)]
struct Out {
    lines: Vec<String>,
    spent: usize,
}

impl Outlet for Out {
    fn line(&mut self, _: Source, batch: &Batch, line: &Line) {
        self.lines.push(String::from_utf8_lossy(batch.text(line)).into_owned());
    }

    fn spent(&mut self, _: Source, _: Batch) {
        self.spent += 1;
    }

    fn is_full(&self) -> bool {
        false
    }
}

impl Out {
    fn taken(&mut self) -> String {
        std::mem::take(&mut self.lines).join(" ")
    }
}

/// Lines that say when they were written, and where.
fn batch(name: &str, times: &[i64]) -> Batch {
    let mut splitter = Splitter::new(100);
    for time in times {
        splitter.feed(format!("{name}{time}\n").as_bytes());
        let found = splitter.next().unwrap();
        splitter.keep(&found, at(*time), 0);
    }
    splitter.hand_out(Batch::default())
}

const WINDOW: Option<Duration> = Some(Duration::from_millis(200));

#[test]
fn without_following_the_earliest_goes_first() {
    let clock = Clock(Instant::now());
    let now = clock.at(0);
    let mut merge = Merge::new(Order::Time, None);
    let mut out = Out::default();
    let (a, b) = (merge.open(&now, true), merge.open(&now, true));
    merge.push(a, batch("a", &[1, 4, 3, 8]), &now);
    assert_eq!(merge.drain(&now, &mut out), None);
    assert_eq!(out.taken(), "", "the other may have an earlier one");
    merge.push(b, batch("b", &[2, 5]), &now);
    merge.drain(&now, &mut out);
    assert_eq!(out.taken(), "a1 b2 a4 a3 b5", "the order within a container stays");
    merge.push(b, batch("b", &[9]), &now);
    merge.drain(&now, &mut out);
    assert_eq!(out.taken(), "a8");
    merge.close(a);
    merge.drain(&now, &mut out);
    assert_eq!(out.taken(), "b9");
    assert!(!merge.is_over());
    merge.close(b);
    assert!(merge.is_over());
    assert_eq!(out.spent, 3);
}

#[test]
fn following_a_line_waits_for_earlier_ones_of_others() {
    let clock = Clock(Instant::now());
    let mut merge = Merge::new(Order::Time, WINDOW);
    let mut out = Out::default();
    let start = clock.at(0);
    let (a, b, quiet) = (merge.open(&start, true), merge.open(&start, true), merge.open(&start, true));
    for source in [a, b, quiet] {
        merge.begun(source, &start);
    }
    merge.drain(&clock.at(100), &mut out);
    merge.push(a, batch("a", &[1000]), &clock.at(1001));
    assert_eq!(merge.drain(&clock.at(1001), &mut out), Some(clock.at(1200).instant));
    merge.push(b, batch("b", &[990]), &clock.at(1100));
    assert_eq!(merge.drain(&clock.at(1100), &mut out), Some(clock.at(1190).instant));
    assert_eq!(out.taken(), "");
    merge.drain(&clock.at(1190), &mut out);
    assert_eq!(out.taken(), "b990");
    merge.drain(&clock.at(1200), &mut out);
    assert_eq!(out.taken(), "a1000");
}

#[test]
fn following_what_was_written_before_is_put_in_order_as_a_whole() {
    let clock = Clock(Instant::now());
    let mut merge = Merge::new(Order::Time, WINDOW);
    let mut out = Out::default();
    let (a, b) = (merge.open(&clock.at(90_000), true), merge.open(&clock.at(90_000), true));
    merge.push(a, batch("a", &[1000, 3000]), &clock.at(90_010));
    assert_eq!(merge.drain(&clock.at(90_010), &mut out), Some(clock.at(91_500).instant), "b has not begun");
    assert_eq!(out.taken(), "");
    merge.push(b, batch("b", &[2000, 5000]), &clock.at(90_400));
    merge.drain(&clock.at(90_400), &mut out);
    assert_eq!(out.taken(), "a1000 b2000 a3000");
    merge.push(a, batch("a", &[4000]), &clock.at(90_450));
    merge.drain(&clock.at(90_450), &mut out);
    assert_eq!(out.taken(), "a4000");
    merge.drain(&clock.at(90_551), &mut out);
    assert_eq!(out.taken(), "b5000", "a is quiet by now");
}

#[test]
fn a_container_that_never_answers_holds_nobody_up() {
    let clock = Clock(Instant::now());
    let mut merge = Merge::new(Order::Time, WINDOW);
    let mut out = Out::default();
    let (a, _silent) = (merge.open(&clock.at(90_000), true), merge.open(&clock.at(90_000), true));
    merge.push(a, batch("a", &[1000]), &clock.at(90_001));
    merge.drain(&clock.at(90_001), &mut out);
    merge.drain(&clock.at(91_500), &mut out);
    assert_eq!(out.taken(), "a1000");
}

#[test]
fn whoever_comes_later_holds_nobody_up() {
    let clock = Clock(Instant::now());
    let mut merge = Merge::new(Order::Time, WINDOW);
    let mut out = Out::default();
    let there = merge.open(&clock.at(0), true);
    merge.begun(there, &clock.at(0));
    merge.drain(&clock.at(5000), &mut out);
    let late = merge.open(&clock.at(5000), false);
    merge.push(there, batch("there", &[4700]), &clock.at(5000));
    merge.drain(&clock.at(5000), &mut out);
    assert_eq!(out.taken(), "there4700", "the late one has not begun");
    // What it brings is put among what still waits.
    merge.push(there, batch("there", &[5100]), &clock.at(5100));
    merge.push(late, batch("late", &[4000, 5050]), &clock.at(5110));
    merge.drain(&clock.at(5300), &mut out);
    assert_eq!(out.taken(), "late4000 late5050 there5100");
}

#[test]
fn a_clock_that_is_ahead_holds_nothing_back() {
    let clock = Clock(Instant::now());
    let mut merge = Merge::new(Order::Time, WINDOW);
    let mut out = Out::default();
    let (ahead, right) = (merge.open(&clock.at(0), true), merge.open(&clock.at(0), true));
    merge.close(right);
    let other = merge.open(&clock.at(0), true);
    merge.begun(other, &clock.at(0));
    merge.drain(&clock.at(5000), &mut out);
    merge.push(ahead, batch("ahead", &[3_600_000]), &clock.at(10_000));
    merge.drain(&clock.at(10_100), &mut out);
    assert_eq!(out.taken(), "");
    merge.drain(&clock.at(10_200), &mut out);
    assert_eq!(out.taken(), "ahead3600000");
}

#[test]
fn one_container_after_the_other_or_all_as_they_arrive() {
    let now = Clock(Instant::now()).at(0);
    for (order, first, second) in [(Order::Pod, "a9", "b1 b2"), (Order::Arrival, "b1 a9 b2", "")] {
        let mut merge = Merge::new(order, None);
        let mut out = Out::default();
        let (a, b) = (merge.open(&now, true), merge.open(&now, true));
        merge.push(b, batch("b", &[1]), &now);
        merge.push(a, batch("a", &[9]), &now);
        merge.push(b, batch("b", &[2]), &now);
        merge.drain(&now, &mut out);
        assert_eq!(out.taken(), first);
        merge.close(a);
        merge.drain(&now, &mut out);
        assert_eq!(out.taken(), second);
        merge.close(b);
        assert!(merge.is_over());
    }
}

#[test]
fn the_times_of_a_container_that_go_back_do_not_go_before_its_own() {
    let now = Clock(Instant::now()).at(0);
    let mut merge = Merge::new(Order::Time, None);
    let mut out = Out::default();
    let (a, b) = (merge.open(&now, true), merge.open(&now, true));
    merge.push(a, batch("a", &[5, 1, 6]), &now);
    merge.push(b, batch("b", &[2, 5, 7]), &now);
    merge.close(a);
    merge.close(b);
    merge.drain(&now, &mut out);
    assert_eq!(out.taken(), "b2 a5 a1 b5 a6 b7");
}
