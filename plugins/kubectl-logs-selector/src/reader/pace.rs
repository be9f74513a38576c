//! How long to wait before a log is asked for again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The more attempts came to nothing, the longer the wait; a line begins it anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    attempts: u32,
}

impl Pace {
    /// How long to wait now. What went well before is tried again at once.
    pub fn next(&mut self) -> Duration {
        let wait = match self.attempts {
            0 => Duration::ZERO,
            attempts => FIRST.saturating_mul(1 << (attempts - 1).min(10)).min(LONGEST),
        };
        self.attempts = self.attempts.saturating_add(1);
        wait
    }

    /// There was a line.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Whether it is too early to give up: for about three seconds.
    pub const fn is_fresh(self) -> bool {
        self.attempts < 6
    }

    /// Whether a server may still be beginning: for about fifteen seconds.
    pub const fn is_hopeful(self) -> bool {
        self.attempts < 9
    }

    /// Whether a person should know of the wait.
    pub const fn is_slow(self) -> bool {
        self.attempts >= 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_up_to_some_seconds_and_begins_anew_with_a_line() {
        let mut pace = Pace::default();
        let waits: Vec<_> = (0..8).map(|_| pace.next().as_millis()).collect();
        assert_eq!(waits, [0, 100, 200, 400, 800, 1600, 3200, 5000]);
        pace.reset();
        assert_eq!(pace.next(), Duration::ZERO);
    }
}
