//! When a line was written, as far as its arrival tells: by our clock alone.
//!
//! What comes over a stream that is open was written a moment ago. Behind a lost connection comes what was written
//! meanwhile, all at once: of that only the earliest moment is known.

use std::time::{Duration, Instant};

/// For how long a stream that was taken up again may bring what was written meanwhile.
const CATCH_UP: Duration = Duration::from_secs(1);

/// How much of the time before it first began a log is asked for again, if nothing of it was seen.
const BEFORE: Duration = Duration::from_secs(3);

/// How a line has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// It was not written before this.
    pub since: Instant,
    /// Whether it was written a moment ago.
    pub live: bool,
}

/// The streams of one log, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// When it was last known that all that had been written was here.
    contact: Option<Instant>,
    /// Whether a line was seen, or that there is none.
    seen: bool,
    /// When it was taken up again, and since when what comes then may have been written.
    again: Option<(Instant, Instant)>,
    /// Since when the server owes an answer.
    asked: Option<Instant>,
    state: State,
}

/// What is known of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// It is read, or asked for.
    #[default]
    Read,
    /// The same, and there was nothing to answer with.
    Quiet,
    /// There is nothing to be read.
    Rests,
    /// It cannot be read at the moment.
    Lost,
}

impl Stream {
    /// The server is asked.
    pub fn is_asked(&mut self, now: Instant) {
        self.asked.get_or_insert(now);
        if self.state != State::Lost {
            self.state = State::Read;
        }
    }

    /// All that was written is here. An answer may come only with the next line.
    pub const fn is_quiet(&mut self, now: Instant) {
        (self.asked, self.contact, self.seen) = (None, Some(now), true);
        self.state = State::Quiet;
    }

    /// There is nothing to be read; what could not be read is no better for that.
    pub fn rests(&mut self) {
        self.asked = None;
        if self.state != State::Lost {
            self.state = State::Rests;
        }
    }

    /// The server has answered.
    pub fn begins(&mut self, now: Instant) {
        let quiet = std::mem::take(&mut self.state) == State::Quiet;
        let asked = self.asked.take().unwrap_or(now);
        match self.contact {
            // An answer that was slow to come brings what was written meanwhile.
            None if now.saturating_duration_since(asked) >= CATCH_UP => {
                self.contact = Some(now);
                self.again = Some((now, asked.checked_sub(BEFORE).unwrap_or(asked)));
            }
            None => self.contact = Some(now),
            Some(_) if quiet => self.contact = Some(now),
            Some(contact) => {
                let before = if self.seen { Duration::ZERO } else { BEFORE };
                self.again = Some((now, contact.checked_sub(before).unwrap_or(contact)));
            }
        }
    }

    /// The log cannot be read.
    pub const fn is_lost(&mut self) {
        self.state = State::Lost;
    }

    /// Whether nobody knows what is written.
    #[must_use]
    pub fn is_dark(&self, now: Instant) -> bool {
        let unanswered = self.asked.is_some_and(|asked| now.saturating_duration_since(asked) >= CATCH_UP);
        self.state == State::Lost || unanswered || (self.contact.is_none() && self.state != State::Rests)
    }

    /// A line has come.
    pub fn line(&mut self, now: Instant) -> Arrival {
        let late = self.again.filter(|(again, _)| now.saturating_duration_since(*again) < CATCH_UP);
        if let Some((_, since)) = late {
            return Arrival { since, live: false };
        }
        (self.contact, self.seen) = (Some(now), true);
        Arrival { since: now, live: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_an_open_stream_was_written_as_it_came() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut stream = Stream::default();
        stream.begins(start);
        for millis in [0, 40, 5000] {
            assert_eq!(stream.line(at(millis)), Arrival { since: at(millis), live: true });
        }
    }

    #[test]
    fn what_comes_behind_a_lost_connection_may_be_as_old_as_that() {
        let start = Instant::now() + Duration::from_mins(1);
        let at = |millis| start + Duration::from_millis(millis);
        let mut stream = Stream::default();
        stream.begins(start);
        assert!(stream.line(at(1000)).live);
        stream.is_lost();
        assert!(stream.is_dark(at(2000)));
        stream.begins(at(9000));
        assert!(!stream.is_dark(at(9000)));
        assert_eq!(stream.line(at(9010)), Arrival { since: at(1000), live: false });
        // It is lost once more before it has caught up.
        stream.begins(at(9500));
        assert_eq!(stream.line(at(9600)), Arrival { since: at(1000), live: false });
        assert_eq!(stream.line(at(10_600)), Arrival { since: at(10_600), live: true });
    }

    #[test]
    fn a_log_is_known_only_once_the_server_has_answered() {
        let start = Instant::now() + Duration::from_mins(1);
        let at = |millis| start + Duration::from_millis(millis);
        let mut stream = Stream::default();
        assert!(stream.is_dark(start));
        // A container that has not begun writes nothing.
        stream.rests();
        assert!(!stream.is_dark(at(1)));
        stream.is_asked(at(10));
        assert!(stream.is_dark(at(20)));
        stream.begins(at(6000));
        assert!(!stream.is_dark(at(6000)));
        assert_eq!(stream.line(at(6010)), Arrival { since: at(10).checked_sub(BEFORE).unwrap(), live: false });
        // Whoever asks again is soon answered, or not.
        stream.is_asked(at(9000));
        assert!(!stream.is_dark(at(9100)) && stream.is_dark(at(10_100)));
        stream.is_asked(at(10_200));
        assert!(stream.is_dark(at(10_200)));
        stream.is_quiet(at(10_300));
        assert!(!stream.is_dark(at(19_000)));
        // The answer comes with its first line.
        stream.begins(at(19_500));
        assert_eq!(stream.line(at(19_501)), Arrival { since: at(19_501), live: true });
        stream.is_asked(at(19_600));
        stream.rests();
        assert!(!stream.is_dark(at(20_000)));
        stream.is_lost();
        stream.rests();
        assert!(stream.is_dark(at(30_000)));
    }

    #[test]
    fn of_a_log_of_which_nothing_was_seen_a_little_more_is_asked_for() {
        let before = Instant::now();
        let start = before + BEFORE;
        let mut stream = Stream::default();
        stream.begins(start);
        stream.begins(start + Duration::from_secs(20));
        let arrival = stream.line(start + Duration::from_secs(20));
        assert_eq!(arrival, Arrival { since: before, live: false });
    }
}
