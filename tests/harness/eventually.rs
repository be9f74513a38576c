//! Waiting for what the cluster does in its own time.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long anything may take. Two cores share the cluster, the tests and whatever is being built.
pub const DEADLINE: Duration = Duration::from_mins(2);

/// Asks again and again until there is an answer.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < DEADLINE, "in {DEADLINE:?} it never came to this: {what}");
        sleep(Duration::from_millis(100));
    }
}
