//! The loop that brings the cluster to a goal: look, decide, act, look again.
//!
//! It is level-triggered, as controllers are: a goal keeps no record of how far it came, it reads that off the
//! snapshot. A run that was interrupted is finished by the same loop.

mod gather;
mod goal;
mod interrupt;
mod plan;
mod watch;
mod writes;

use std::time::Duration;

use crate::action::Action;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::snapshot::Snapshot;
use crate::timeout::Timeout;

pub use gather::{Need, gather, read};
pub use goal::{During, Gate, Goal, Step, Stop};
pub use interrupt::Interrupts;
pub use plan::{PLANNED, PLANNED_REVISION, Planned, plan};
pub use watch::Watch;

use interrupt::Patience;
use writes::{Ends, Turns};

/// Something that happened.
#[derive(Debug)]
pub enum Happening<'a> {
    /// A write was granted.
    Acted {
        /// The position of the goal that it is for.
        goal: usize,
        /// What was written.
        action: &'a Action,
        /// What is known now, the answer included.
        snapshot: &'a Snapshot,
    },
    /// No goal can go on.
    Waits(&'a [(usize, Gate)]),
    /// The user has interrupted, and it goes on until this is in no danger any more.
    Finishes(&'a str),
}

/// How far a set of goals is driven, and on what.
pub struct Engine<'a> {
    /// The cluster to write to.
    pub cluster: &'a Cluster,
    /// What is known of it.
    pub snapshot: Snapshot,
    /// Watches that keep the snapshot current, if the goals may have to wait.
    pub watch: Option<Watch>,
    /// How long to wait in all.
    pub timeout: Timeout,
}

impl Engine<'_> {
    /// Drives every goal until it is reached or stopped. The results stand in the order of the goals.
    ///
    /// An interrupt stops it at once, unless a goal says that something would be in danger: then it goes on until
    /// nothing is, or until the second interrupt.
    pub async fn drive<G: Goal>(&mut self, goals: &[G], mut sink: impl FnMut(Happening<'_>)) -> Vec<Result<(), Stop>> {
        let patience = Patience::new(self.timeout);
        let mut results: Vec<Option<Result<(), Stop>>> = goals.iter().map(|_| None).collect();
        let mut interrupts = Interrupts::new();
        let mut interrupted = false;
        loop {
            if let Some(watch) = &mut self.watch
                && let Err(failure) = watch.catch_up(&mut self.snapshot).await
            {
                end(&mut results, || Stop::Refused(failure.clone()));
            }
            let mut gates: Vec<(usize, Gate)> = Vec::new();
            let mut turns = Turns::new();
            for (position, goal) in goals.iter().enumerate() {
                if results[position].is_some() {
                    continue;
                }
                if interrupted && goal.exposed(&self.snapshot).is_none() {
                    results[position] = Some(Err(Stop::Interrupted(During::Danger)));
                    continue;
                }
                match goal.next(&self.snapshot) {
                    Err(failure) => results[position] = Some(Err(Stop::Refused(failure))),
                    Ok(Step::Done) => results[position] = Some(Ok(())),
                    Ok(Step::Wait(gate)) => gates.push((position, gate)),
                    Ok(Step::Act(actions)) => drop(turns.insert(position, actions)),
                }
            }
            // Where nothing is sent, an interrupt is for the wait below.
            if !turns.is_empty() {
                let patience = if self.danger(goals).is_some() { patience.doubled() } else { patience };
                let ends = Ends { interrupts: &mut interrupts, interrupted: &mut interrupted, patience };
                for (position, stop) in self.act(&turns, goals, ends, &mut sink).await {
                    results[position] = Some(Err(stop));
                }
            }
            if results.iter().all(Option::is_some) {
                return results.into_iter().flatten().collect();
            }
            if !turns.is_empty() {
                continue;
            }
            if self.watch.is_none() {
                for (position, gate) in gates {
                    results[position] = Some(Err(Stop::Left { gate }));
                }
                continue;
            }
            sink(Happening::Waits(&gates));
            let ended = tokio::select! {
                biased;
                () = interrupts.next() => Some(Ended::Interrupted),
                () = patience.over() => Some(Ended::TimedOut),
                news = self.news() => news.err().map(Ended::Lost),
            };
            let Some(ended) = ended else { continue };
            if matches!(ended, Ended::Interrupted)
                && !std::mem::replace(&mut interrupted, true)
                && let Some(danger) = self.danger(goals)
            {
                sink(Happening::Finishes(&danger));
                continue;
            }
            for (position, gate) in gates {
                results[position] = Some(Err(ended.stop(gate, patience.passed())));
            }
        }
    }

    /// What would be in danger if the goals were left as they are now.
    fn danger<G: Goal>(&self, goals: &[G]) -> Option<String> {
        goals.iter().find_map(|goal| goal.exposed(&self.snapshot))
    }

    async fn news(&mut self) -> Result<(), Failure> {
        match &mut self.watch {
            Some(watch) => watch.next(&mut self.snapshot).await,
            None => Err(Failure::new("nothing is watched, so nothing can be waited for")),
        }
    }
}

fn end(results: &mut [Option<Result<(), Stop>>], stop: impl Fn() -> Stop) {
    for result in results.iter_mut().filter(|result| result.is_none()) {
        *result = Some(Err(stop()));
    }
}

enum Ended {
    Interrupted,
    TimedOut,
    Lost(Failure),
}

impl Ended {
    fn stop(&self, gate: Gate, waited: Duration) -> Stop {
        match self {
            Self::Interrupted => Stop::Interrupted(During::Wait(gate)),
            Self::TimedOut => Stop::TimedOut { gate, waited },
            Self::Lost(failure) => Stop::Refused(failure.clone()),
        }
    }
}
