//! What is to be thought of a pod: whether it gets traffic, and whether it should.

use std::fmt;
use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::membership::Standing;

/// What is to be thought of a pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It serves, and lines come.
    Serving,
    /// No lines come, whether they should or not.
    Silent,
    /// Lines come, and there is no Service that says whether they should.
    Active,
    /// It is on its way out.
    Draining {
        /// How many lines a second come all the same.
        rate: f64,
    },
    /// It has served, and does not any more.
    Left {
        /// How long ago.
        ago: Duration,
        /// How many lines a second come all the same.
        rate: f64,
    },
    /// It has not served yet, and will once it is ready.
    Coming,
    /// It has not served since the watch began.
    Outside {
        /// How many lines a second come all the same.
        rate: f64,
    },
    /// The pod is gone.
    Gone {
        /// How long ago.
        ago: Duration,
    },
}

impl Verdict {
    /// Judges by what has arrived; `standing` is the best that a Service thinks of it, `None` if there is no Service.
    #[must_use]
    pub fn of(tally: &Tally, standing: Option<Standing>, deleting: bool, now: Instant) -> Self {
        let rate = tally.rate_since_change(now);
        let ago = now.saturating_duration_since(tally.since);
        match standing {
            _ if let Some(gone) = tally.gone => Self::Gone { ago: now.saturating_duration_since(gone) },
            None if deleting => Self::Draining { rate: tally.rate(now) },
            None if tally.is_active(now) => Self::Active,
            Some(Standing::Serving) if tally.is_active(now) => Self::Serving,
            None | Some(Standing::Serving) => Self::Silent,
            Some(Standing::Draining) => Self::Draining { rate },
            Some(Standing::NotReady | Standing::NotSelected) if tally.has_left => Self::Left { ago, rate },
            Some(Standing::NotReady) => Self::Coming,
            Some(_) if rate > 0.0 => Self::Outside { rate },
            Some(_) => Self::Silent,
        }
    }

    /// In one word, for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Silent => "silent",
            Self::Active => "active",
            Self::Draining { .. } => "draining",
            Self::Left { .. } => "left",
            Self::Coming => "not ready",
            Self::Outside { .. } => "not serving",
            Self::Gone { .. } => "gone",
        }
    }

    /// How much a person should look at it: what is most amiss comes first.
    #[must_use]
    pub fn concern(self) -> u8 {
        match self {
            Self::Left { rate, .. } | Self::Outside { rate } if rate > 0.0 => 0,
            Self::Draining { .. } => 1,
            Self::Silent | Self::Left { .. } | Self::Outside { .. } => 2,
            Self::Serving | Self::Active | Self::Coming => 3,
            Self::Gone { .. } => 4,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let still = |rate: f64| if rate > 0.0 { format!(", still {} lines/s", number(rate)) } else { String::new() };
        match *self {
            Self::Serving | Self::Silent | Self::Active | Self::Coming => f.write_str(self.word()),
            Self::Draining { rate } => write!(f, "draining{}", still(rate)),
            Self::Left { ago, rate } => write!(f, "left {} ago{}", span(ago), still(rate)),
            Self::Outside { rate } => write!(f, "not serving, yet {} lines/s", number(rate)),
            Self::Gone { ago } => write!(f, "gone {} ago", span(ago)),
        }
    }
}

/// A rate as a person reads it.
#[must_use]
pub fn number(rate: f64) -> String {
    if rate >= 9.95 {
        return format!("{rate:.0}");
    }
    let text = format!("{rate:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// A length of time as a person reads it.
#[must_use]
pub fn span(span: Duration) -> String {
    let (count, unit) = rounded(span);
    format!("{count} {}", if unit == "m" { "min" } else { unit })
}

/// The same as kubectl writes ages.
#[must_use]
pub fn age(span: Duration) -> String {
    let (count, unit) = rounded(span);
    format!("{count}{unit}")
}

const fn rounded(span: Duration) -> (u64, &'static str) {
    match span.as_secs() {
        seconds @ 0..120 => (seconds, "s"),
        seconds @ 120..7200 => (seconds / 60, "m"),
        seconds => (seconds / 3600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::arrival::Arrival;
    use crate::traffic::tally::Place;

    /// A pod that gets forty lines a second up to then, and serves until it leaves; judged after twenty seconds.
    fn judged(standing: Option<Standing>, deleting: bool, left: Option<u64>, lines_until: u64) -> String {
        let begun = Instant::now();
        let at = |millis| begun + Duration::from_millis(millis);
        let place = if left.is_some() { Place::In } else { Place::of(standing, false) };
        let mut tally = Tally::new(place, begun, begun);
        for millis in (0..20_000).step_by(25) {
            if left == Some(millis / 1000) {
                tally.be(Place::Out, at(millis));
            }
            if millis < lines_until * 1000 {
                tally.line(Arrival { since: at(millis), live: true }, at(millis));
            }
        }
        Verdict::of(&tally, standing, deleting, at(20_000)).to_string()
    }

    #[test]
    fn a_pod_is_judged_by_what_comes_and_by_what_the_service_thinks_of_it() {
        use Standing::{Draining, NotReady, NotSelected, Serving};
        for (standing, deleting, left, lines_until, verdict) in [
            (Some(Serving), false, None, 20, "serving"),
            // For some seconds quiet is no silence yet.
            (Some(Serving), false, None, 12, "serving"),
            (Some(Serving), false, None, 8, "silent"),
            (Some(Serving), false, None, 0, "silent"),
            (Some(NotSelected), false, Some(8), 20, "left 12 s ago, still 40 lines/s"),
            (Some(NotSelected), false, Some(8), 8, "left 12 s ago"),
            (Some(NotReady), false, Some(8), 12, "left 12 s ago"),
            (Some(NotSelected), false, None, 20, "not serving, yet 40 lines/s"),
            (Some(NotSelected), false, None, 0, "silent"),
            (Some(NotReady), false, None, 20, "not ready"),
            (Some(Draining), true, Some(15), 20, "draining, still 40 lines/s"),
            (Some(Draining), true, Some(15), 10, "draining"),
            (None, false, None, 20, "active"),
            (None, false, None, 0, "silent"),
            (None, true, None, 20, "draining, still 40 lines/s"),
        ] {
            assert_eq!(judged(standing, deleting, left, lines_until), verdict, "{standing:?} {left:?} {lines_until}");
        }
    }

    #[test]
    fn a_pod_that_is_gone_is_only_that() {
        let begun = Instant::now();
        let mut tally = Tally::new(Place::In, begun, begun);
        tally.gone = Some(begun);
        let verdict = Verdict::of(&tally, Some(Standing::Serving), true, begun + Duration::from_mins(3));
        assert_eq!(verdict.to_string(), "gone 3 min ago");
    }

    #[test]
    fn numbers_are_as_fine_as_they_are_worth() {
        for (rate, text) in [(0.0, "0"), (0.2, "0.2"), (8.04, "8"), (9.94, "9.9"), (9.96, "10"), (1234.5, "1234")] {
            assert_eq!(number(rate), text);
        }
        for (seconds, long, short) in
            [(0, "0 s", "0s"), (119, "119 s", "119s"), (120, "2 min", "2m"), (7200, "2 h", "2h")]
        {
            assert_eq!(
                (span(Duration::from_secs(seconds)).as_str(), age(Duration::from_secs(seconds)).as_str()),
                (long, short)
            );
        }
    }
}
