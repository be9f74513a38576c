//! What is expected of the traffic: that every pod that serves gets some, and that no other does.

use std::time::Duration;

use recast::failure::Failure;
use recast::timeout::Timeout;

use super::verdict::age;

/// A pod as it is judged.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Whether it should get traffic: it serves, or there is no Service and it is there.
    pub serves: bool,
    /// Whether it should get none. One that is still to be ready is neither.
    pub outside: bool,
    /// How long it has been where it is.
    pub since: Duration,
    /// How many lines have come since.
    pub served: u64,
    /// How many have come that should not have.
    pub strayed: u64,
    /// Whether nobody knows what it writes.
    pub dark: bool,
    /// What else is to be said of it.
    pub verdict: String,
}

/// What is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Every pod that serves gets a line within the time.
    Traffic,
    /// No other pod gets one in the whole of the time.
    Silence,
}

/// Something that is expected, and what has become of it.
#[derive(Clone, Debug)]
pub struct Expectation {
    wish: Wish,
    limit: Duration,
    /// Whether a Service says who serves; without one all pods are meant.
    service: bool,
    outcome: Option<Result<String, Failure>>,
}

impl Expectation {
    /// Nothing is decided yet.
    #[must_use]
    pub const fn new(wish: Wish, limit: Duration, service: bool) -> Self {
        Self { wish, limit, service, outcome: None }
    }

    /// What has become of it.
    #[must_use]
    pub const fn outcome(&self) -> Option<&Result<String, Failure>> {
        self.outcome.as_ref()
    }

    /// Judges after a time; `over` says that nothing more will come. What is decided stays so.
    pub fn judge(&mut self, cases: &[Case], elapsed: Duration, over: bool) {
        if self.outcome.is_none() {
            let over = over || elapsed >= self.limit;
            self.outcome = match self.wish {
                Wish::Traffic => self.traffic(cases, over),
                Wish::Silence => self.silence(cases, over),
            };
        }
    }

    fn traffic(&self, cases: &[Case], over: bool) -> Option<Result<String, Failure>> {
        let serving: Vec<&Case> = cases.iter().filter(|case| case.serves).collect();
        let short: Vec<&&Case> = serving.iter().filter(|case| case.served == 0).collect();
        let who = if self.service { " that serve" } else { "" };
        if !serving.is_empty() && short.is_empty() {
            return Some(Ok(format!("{} of {} pods{who} get traffic", serving.len(), serving.len())));
        }
        if !over {
            return None;
        }
        let limit = Timeout(Some(self.limit));
        if serving.is_empty() {
            return Some(Err(match cases.len() {
                0 => Failure::new(format!("there was no pod within {limit}")),
                count => Failure::new(format!("none of {count} pods serves, so that none could get traffic")),
            }));
        }
        let failure =
            Failure::new(format!("{} of {} pods{who} got no traffic within {limit}", short.len(), serving.len()));
        Some(Err(
            failure.details(short.iter().map(|case| case.shortfall(if self.service { "serving" } else { "there" })))
        ))
    }

    fn silence(&self, cases: &[Case], over: bool) -> Option<Result<String, Failure>> {
        if !over {
            return None;
        }
        let limit = Timeout(Some(self.limit));
        if cases.is_empty() {
            return Some(Err(Failure::new(format!("there was no pod within {limit}"))));
        }
        let meant: Vec<&Case> = cases.iter().filter(|case| !self.service || case.outside || case.strayed > 0).collect();
        let loud: Vec<&&Case> = meant.iter().filter(|case| case.strayed > 0 || case.dark).collect();
        let who = if self.service { " that do not serve" } else { "" };
        if meant.is_empty() {
            return Some(Ok(format!("none of {} pods should be silent: each serves, or is about to", cases.len())));
        }
        if loud.is_empty() {
            return Some(Ok(format!("{} of {} pods{who} are silent", meant.len(), meant.len())));
        }
        let failure = Failure::new(format!("{} of {} pods{who} were not silent for {limit}", loud.len(), meant.len()));
        Some(Err(failure.details(loud.iter().map(|case| case.excess()))))
    }
}

impl Case {
    fn shortfall(&self, state: &str) -> String {
        let lines = if self.dark { "its log could not be read" } else { "no line" };
        format!("{}: {lines} ({state} for {})", self.name, age(self.since))
    }

    fn excess(&self) -> String {
        match self.strayed {
            0 => format!("{}: its log could not be read", self.name),
            1 => format!("{}: 1 line ({})", self.name, self.verdict),
            count => format!("{}: {count} lines ({})", self.name, self.verdict),
        }
    }
}

#[cfg(test)]
mod tests;
