//! A program that is killed at a moment that can be named, and thus at every moment there is.

use super::proxy::{Proxy, Verdict};
use super::{Caller, Ended, Running};

/// When a program is killed: by its writes, which are counted from 1.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// When it has sent this one, and the API server has not got it.
    Before(usize),
    /// When the API server has answered this one, and the program has not got the answer.
    After(usize),
}

/// Starts a program, which is given the words that lead it over a proxy, and kills it at that moment. Answers with how
/// it ended if it did so before: then there was no such moment.
///
/// ```ignore
/// for number in 1.. {
///     let ended = killed(&ns, Moment::After(number), |server| ns.begin_cast(&format!("rng --replace {server}")));
///     …
///     if ended.is_some() { break }
/// }
/// ```
pub fn killed(caller: &Caller, moment: Moment, start: impl FnOnce(&str) -> Running) -> Option<Ended> {
    let proxy = Proxy::watching(caller, move |request| match (moment, request.write()) {
        (Moment::Before(wanted), Some(number)) if number == wanted => Verdict::StopBefore,
        (Moment::After(wanted), Some(number)) if number == wanted => Verdict::StopAfter,
        _ => Verdict::Pass,
    });
    let mut running = start(&format!("--server {}", proxy.address()));
    if running.ends_before(|| proxy.has_stopped()) {
        return Some(running.ended());
    }
    running.signal("KILL");
    // Whatever it has started itself does not wait for an answer any longer.
    drop(proxy);
    assert_eq!(running.ended().code(), None, "it was killed");
    None
}
