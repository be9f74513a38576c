use super::*;

fn at(begun: Instant, millis: u64) -> Instant {
    begun + Duration::from_millis(millis)
}

/// A line every 25 milliseconds.
fn forty_a_second(tally: &mut Tally, begun: Instant, from: u64, to: u64) {
    for millis in (from..to).step_by(25) {
        let now = at(begun, millis);
        tally.line(Arrival { since: now, live: true }, now);
    }
}

#[test]
fn a_rate_is_that_of_the_last_seconds() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::In, begun, begun);
    assert_eq!(tally.rate(at(begun, 100)).to_string(), "0");
    forty_a_second(&mut tally, begun, 0, 30_000);
    for (millis, rate) in [(30_000, "40"), (32_500, "20"), (35_000, "0"), (3_600_000, "0")] {
        assert_eq!(tally.rate(at(begun, millis)).to_string(), rate, "{millis}");
    }
    assert_eq!(tally.lines, 1200);
}

#[test]
fn a_rate_does_not_shrink_at_the_beginning() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::In, begun, begun);
    forty_a_second(&mut tally, begun, 0, 2000);
    for millis in [1000, 1400, 2000] {
        assert_eq!(tally.rate(at(begun, millis)).to_string(), "40", "{millis}");
    }
}

#[test]
fn a_trend_shows_whole_seconds() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::In, begun, begun);
    forty_a_second(&mut tally, begun, 0, 3000);
    forty_a_second(&mut tally, begun, 5000, 5500);
    assert_eq!(tally.trend(at(begun, 5900)), [0, 0, 0, 40, 40, 40, 0, 0]);
    assert_eq!(tally.trend(at(begun, 6100)), [0, 0, 40, 40, 40, 0, 0, 20]);
    assert_eq!(tally.trend(at(begun, 60_000)), [0; TREND]);
}

#[test]
fn what_comes_after_leaving_is_counted_for_itself() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::In, begun, begun);
    forty_a_second(&mut tally, begun, 0, 10_000);
    tally.be(Place::Out, at(begun, 10_000));
    assert_eq!(tally.rate_since_change(at(begun, 10_000)).to_string(), "0", "nothing has come since");
    forty_a_second(&mut tally, begun, 10_000, 14_000);
    // Two seconds are granted to whoever sends.
    assert_eq!((tally.served, tally.strayed), (0, 80));
    let rate = tally.rate_since_change(at(begun, 14_000));
    assert!((rate - 40.0).abs() < 3.0, "{rate}");
    tally.be(Place::In, at(begun, 14_000));
    assert_eq!((tally.served, tally.strayed), (0, 80), "it must get traffic anew");
}

#[test]
fn a_pod_that_never_served_is_granted_nothing() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::Out, begun, begun);
    forty_a_second(&mut tally, begun, 0, 1000);
    assert_eq!((tally.served, tally.strayed, tally.has_left), (0, 40, false));
}

#[test]
fn what_may_have_been_written_before_is_no_stray_and_no_proof() {
    let before = Instant::now();
    let begun = at(before, 60_000);
    for (left, since, served, strayed, sure) in [
        // It may be older than the watch.
        (None, at(before, 59_000), 0, 0, 0),
        (None, at(begun, 1000), 1, 0, 1),
        // It may be older than its leaving.
        (Some(5000), at(begun, 4000), 0, 0, 1),
        (Some(5000), at(begun, 8000), 0, 1, 1),
    ] {
        let mut tally = Tally::new(Place::In, begun, begun);
        if let Some(left) = left {
            tally.be(Place::Out, at(begun, left));
        }
        tally.line(Arrival { since, live: false }, at(begun, 9000));
        assert_eq!((tally.served, tally.strayed, tally.sure), (served, strayed, sure), "{left:?} {since:?}");
        assert_eq!((tally.lines, tally.rate(at(begun, 9250)).to_string().as_str()), (1, "0"), "it says nothing of now");
    }
}

#[test]
fn a_pod_is_silent_after_ten_seconds_without_a_line() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::In, begun, begun);
    assert!(!tally.is_active(begun));
    tally.line(Arrival { since: begun, live: true }, begun);
    assert!(tally.is_active(at(begun, 9999)) && !tally.is_active(at(begun, 10_000)));
}

#[test]
fn what_a_pod_writes_while_it_starts_is_no_stray() {
    let begun = Instant::now();
    let mut tally = Tally::new(Place::Coming, begun, begun);
    forty_a_second(&mut tally, begun, 0, 1000);
    tally.be(Place::In, at(begun, 1000));
    assert_eq!((tally.served, tally.strayed, tally.has_left), (0, 0, false));
}

#[test]
fn a_pod_that_is_not_ready_any_more_has_left() {
    for (standing, has_left, place) in [
        (None, false, Place::In),
        (Some(Standing::Serving), true, Place::In),
        (Some(Standing::NotReady), false, Place::Coming),
        (Some(Standing::NotReady), true, Place::Out),
        (Some(Standing::Draining), false, Place::Out),
        (Some(Standing::NotSelected), false, Place::Out),
    ] {
        assert_eq!(Place::of(standing, has_left), place, "{standing:?} {has_left}");
    }
}
