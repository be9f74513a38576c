//! What has arrived from one pod: how much, how fast, and how much of it while it served and while it did not.

use std::time::{Duration, Instant};

use super::arrival::Arrival;
use crate::membership::Standing;

/// How finely arrivals are counted, and for how long that is remembered: sixteen seconds.
const GRAIN: Duration = Duration::from_millis(250);
const GRAINS: usize = 64;
const GRAINS_A_SECOND: u64 = 4;

/// Over how much time a rate is taken.
const WINDOW: Duration = Duration::from_secs(5);

/// After how long without a line a pod is silent.
const SILENCE: Duration = Duration::from_secs(10);

/// How much later than we whoever sends traffic may hear that a pod has left.
const LAG: Duration = Duration::from_secs(2);

/// How many seconds a trend shows.
pub const TREND: usize = 8;

/// Where a pod stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It should get traffic: it serves, or there is no Service.
    In,
    /// It has not served yet, and will once it is ready: what it writes is about its start.
    Coming,
    /// It should get none.
    Out,
}

impl Place {
    /// By the best that a Service thinks of it, if there is one.
    #[must_use]
    pub fn of(standing: Option<Standing>, has_left: bool) -> Self {
        match standing {
            None | Some(Standing::Serving) => Self::In,
            Some(Standing::NotReady) if !has_left => Self::Coming,
            Some(_) => Self::Out,
        }
    }
}

/// What has arrived from one pod.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How many lines.
    pub lines: u64,
    /// When the last one came.
    pub last: Option<Instant>,
    /// Where it stands.
    pub place: Place,
    /// Since when it stands there.
    pub since: Instant,
    /// Whether it has served before.
    pub has_left: bool,
    /// When it went for good.
    pub gone: Option<Instant>,
    /// How many lines were surely written since the watch began.
    pub sure: u64,
    /// How many of them since it serves.
    pub served: u64,
    /// How many of them while it did not serve.
    pub strayed: u64,
    begun: Instant,
    grains: [u32; GRAINS],
    latest: u64,
}

impl Tally {
    /// Nothing has arrived yet.
    #[must_use]
    pub const fn new(place: Place, begun: Instant, now: Instant) -> Self {
        Self {
            lines: 0,
            last: None,
            place,
            since: now,
            has_left: false,
            gone: None,
            sure: 0,
            served: 0,
            strayed: 0,
            begun,
            grains: [0; GRAINS],
            latest: 0,
        }
    }

    /// Where it stands now.
    pub fn be(&mut self, place: Place, now: Instant) {
        if self.place != place {
            self.has_left |= self.place == Place::In;
            self.served = 0;
            (self.place, self.since) = (place, now);
        }
    }

    /// A line has come.
    pub fn line(&mut self, arrival: Arrival, now: Instant) {
        self.lines += 1;
        if arrival.live {
            self.last = Some(now);
            self.advance(self.grain(now));
            self.grains[place(self.latest)] += 1;
        } else {
            self.last.get_or_insert(arrival.since);
        }
        self.sure += u64::from(arrival.since >= self.begun);
        // What was sent to it before everybody knew that it had left is no stray.
        let left = if self.has_left { self.since + LAG } else { self.since };
        match self.place {
            Place::In => self.served += u64::from(arrival.since >= self.since),
            Place::Coming => {}
            Place::Out => self.strayed += u64::from(arrival.since >= left),
        }
    }

    /// Whether lines come.
    #[must_use]
    pub fn is_active(&self, now: Instant) -> bool {
        self.last.is_some_and(|last| now.saturating_duration_since(last) < SILENCE)
    }

    /// How many lines a second come.
    #[must_use]
    pub fn rate(&self, now: Instant) -> f64 {
        self.rate_since(self.begun, now)
    }

    /// How many lines a second come since it stands where it stands.
    #[must_use]
    pub fn rate_since_change(&self, now: Instant) -> f64 {
        self.rate_since(self.since, now)
    }

    fn rate_since(&self, since: Instant, now: Instant) -> f64 {
        // The grain that is not over yet would make it too low.
        let to = self.grain(now);
        let window = u64::try_from(WINDOW.as_millis() / GRAIN.as_millis()).unwrap_or(u64::MAX);
        let changed = if since <= self.begun { 0 } else { self.grain(since) + 1 };
        let from = to.saturating_sub(window).max(changed);
        let span = GRAIN.as_secs_f64() * f64::from(u32::try_from(to.saturating_sub(from)).unwrap_or(u32::MAX));
        // In its first second it is not known yet.
        f64::from(self.between(from, to)) / span.max(1.0)
    }

    /// How many lines came in each of the last seconds.
    #[must_use]
    pub fn trend(&self, now: Instant) -> [u32; TREND] {
        let second = self.grain(now) / GRAINS_A_SECOND;
        std::array::from_fn(|number| {
            let ago = (TREND - number) as u64;
            let Some(from) = second.checked_sub(ago) else { return 0 };
            self.between(from * GRAINS_A_SECOND, (from + 1) * GRAINS_A_SECOND)
        })
    }

    fn grain(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.begun).as_millis();
        u64::try_from(since / GRAIN.as_millis()).unwrap_or(u64::MAX)
    }

    fn advance(&mut self, to: u64) {
        for grain in (self.latest + 1..=to).take(GRAINS) {
            self.grains[place(grain)] = 0;
        }
        self.latest = self.latest.max(to);
    }

    fn between(&self, from: u64, to: u64) -> u32 {
        let oldest = (self.latest + 1).saturating_sub(GRAINS as u64);
        (from.max(oldest)..to.min(self.latest + 1)).map(|grain| self.grains[place(grain)]).sum()
    }
}

fn place(grain: u64) -> usize {
    usize::try_from(grain % GRAINS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests;
