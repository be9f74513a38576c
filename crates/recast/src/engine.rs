//! The loop that brings the cluster to a goal: look, decide, act, look again.
//!
//! It is level-triggered, as controllers are: a goal keeps no record of how far it came, it reads that off the
//! snapshot. A run that was interrupted is finished by the same loop.

mod gather;
mod goal;
mod interrupt;
mod plan;
mod watch;

use std::time::{Duration, Instant};

use crate::action::Action;
use crate::cluster::{Cluster, ClusterError};
use crate::failure::Failure;
use crate::snapshot::Snapshot;
use crate::timeout::Timeout;

pub use gather::{Need, gather};
pub use goal::{Gate, Goal, Step, Stop};
pub use plan::{Planned, plan};
pub use watch::Watch;

use interrupt::{expired, interrupted};

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
    pub async fn drive<G: Goal>(&mut self, goals: &[G], mut sink: impl FnMut(Happening<'_>)) -> Vec<Result<(), Stop>> {
        let begun = Instant::now();
        let mut results: Vec<Option<Result<(), Stop>>> = goals.iter().map(|_| None).collect();
        let mut interrupt = Box::pin(interrupted());
        loop {
            if let Some(watch) = &mut self.watch
                && let Err(failure) = watch.catch_up(&mut self.snapshot).await
            {
                fail(&mut results, &failure);
            }
            let mut gates: Vec<(usize, Gate)> = Vec::new();
            let mut acted = false;
            for (position, goal) in goals.iter().enumerate() {
                if results[position].is_some() {
                    continue;
                }
                match goal.next(&self.snapshot) {
                    Err(failure) => results[position] = Some(Err(Stop::Refused(failure))),
                    Ok(Step::Done) => results[position] = Some(Ok(())),
                    Ok(Step::Wait(gate)) => gates.push((position, gate)),
                    Ok(Step::Act(action)) => match self.act(&action, &mut interrupt).await {
                        Ok(Outcome::Granted) => {
                            acted = true;
                            sink(Happening::Acted { goal: position, action: &action, snapshot: &self.snapshot });
                        }
                        Ok(Outcome::Interrupted) => results[position] = Some(Err(Stop::Interrupted { gate: None })),
                        Ok(Outcome::LookAgain) => acted = true,
                        Ok(Outcome::WaitForNews) => gates.push((position, news_of(&action))),
                        Err(failure) => results[position] = Some(Err(Stop::Refused(failure))),
                    },
                }
            }
            if results.iter().all(Option::is_some) {
                return results.into_iter().flatten().collect();
            }
            if acted {
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
                () = &mut interrupt => Some(Ended::Interrupted),
                () = expired(begun, self.timeout) => Some(Ended::TimedOut),
                news = self.news() => news.err().map(Ended::Lost),
            };
            let Some(ended) = ended else { continue };
            for (position, gate) in gates {
                results[position] = Some(Err(ended.stop(gate, begun.elapsed())));
            }
        }
    }

    async fn act(
        &mut self,
        action: &Action,
        interrupt: &mut (impl Future<Output = ()> + Unpin),
    ) -> Result<Outcome, Failure> {
        let answer = tokio::select! {
            answer = self.cluster.perform(&action.request, false) => answer,
            () = interrupt => return Ok(Outcome::Interrupted),
        };
        match answer {
            Ok(answer) => {
                self.snapshot.enter(&action.request, answer);
                Ok(Outcome::Granted)
            }
            Err(error) => self.after(action, error).await,
        }
    }

    /// Somebody else was faster: look at what stands there now, and decide anew.
    async fn after(&mut self, action: &Action, error: ClusterError) -> Result<Outcome, Failure> {
        let id = action.request.id();
        let unseen = self.snapshot.get(id).is_none();
        if error.is_already_exists() && unseen {
            if let Some(object) = self.cluster.get(id).await? {
                self.snapshot.observe(id.kind, object);
                return Ok(Outcome::LookAgain);
            }
        } else if (error.is_conflict() || error.is_not_found()) && self.watch.is_some() {
            return Ok(Outcome::WaitForNews);
        }
        Err(error.into())
    }

    async fn news(&mut self) -> Result<(), Failure> {
        match &mut self.watch {
            Some(watch) => watch.next(&mut self.snapshot).await,
            None => Err(Failure::new("nothing is watched, so nothing can be waited for")),
        }
    }
}

enum Outcome {
    Granted,
    Interrupted,
    LookAgain,
    WaitForNews,
}

fn fail(results: &mut [Option<Result<(), Stop>>], failure: &Failure) {
    for result in results.iter_mut().filter(|result| result.is_none()) {
        *result = Some(Err(Stop::Refused(failure.clone())));
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
            Self::Interrupted => Stop::Interrupted { gate: Some(gate) },
            Self::TimedOut => Stop::TimedOut { gate, waited },
            Self::Lost(failure) => Stop::Refused(failure.clone()),
        }
    }
}

fn news_of(action: &Action) -> Gate {
    let id = action.request.id();
    Gate {
        waits_for: format!("the newest state of {id}"),
        sees: "it was changed meanwhile".to_owned(),
        command: format!("kubectl get {id}"),
    }
}
