//! The loop that brings the cluster to a goal: look, decide, act, look again.
//!
//! It is level-triggered, as controllers are: a goal keeps no record of how far it came, it reads that off the
//! snapshot. A run that was interrupted is finished by the same loop.

mod plan;
mod watch;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::action::Action;
use crate::cluster::{Cluster, ClusterError, Scope};
use crate::failure::Failure;
use crate::snapshot::Snapshot;
use crate::timeout::Timeout;

pub use plan::{Planned, plan};
pub use watch::Watch;

/// What must become true before the next action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// What is waited for: `daemonset.apps/rng is ready on every node`.
    pub waits_for: String,
    /// What the cluster says at the moment: `2 of 4 ready`.
    pub sees: String,
    /// The kubectl command that waits for the same.
    pub command: String,
}

/// What to do now.
#[derive(Clone, Debug)]
pub enum Step {
    /// A write.
    Act(Box<Action>),
    /// Nothing, until the cluster has changed.
    Wait(Gate),
    /// Nothing more: the goal is reached.
    Done,
}

/// What a command wants of the cluster.
pub trait Goal {
    /// Decides what to do now from what the cluster says now, and from nothing else.
    ///
    /// # Errors
    /// If the goal cannot or must not be reached from here.
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure>;
}

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

/// Why a goal was not reached.
#[derive(Debug)]
pub enum Stop {
    /// It cannot or must not be reached.
    Refused(Failure),
    /// It was not reached in time.
    TimedOut {
        /// What was waited for.
        gate: Gate,
        /// Since when.
        waited: Duration,
    },
    /// It would have to wait, and nothing is watched.
    Left {
        /// What it would wait for.
        gate: Gate,
    },
    /// The user interrupted.
    Interrupted {
        /// What was waited for.
        gate: Option<Gate>,
    },
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
                    Ok(Step::Act(action)) => match self.act(&action).await {
                        Ok(Outcome::Granted) => {
                            acted = true;
                            sink(Happening::Acted { goal: position, action: &action, snapshot: &self.snapshot });
                        }
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

    async fn act(&mut self, action: &Action) -> Result<Outcome, Failure> {
        match self.cluster.perform(&action.request, false).await {
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
    LookAgain,
    WaitForNews,
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

async fn expired(begun: Instant, timeout: Timeout) {
    match timeout.0.map(|limit| limit.saturating_sub(begun.elapsed())) {
        Some(left) => tokio::time::sleep(left).await,
        None => std::future::pending().await,
    }
}

/// Ctrl-C, or SIGTERM where there is one.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler the default applies, and that ends the process: nothing to wait for.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Reads scopes side by side into a snapshot. A scope that is `optional` and forbidden is noted as withheld.
///
/// # Errors
/// If a scope that is needed cannot be read.
pub async fn gather(cluster: &Cluster, scopes: &[(Scope, Need)]) -> Result<Snapshot, Failure> {
    let lists = scopes.iter().map(|(scope, _)| cluster.list(scope));
    let mut snapshot = Snapshot::default();
    let mut seen = BTreeSet::new();
    for ((scope, need), list) in scopes.iter().zip(futures::future::join_all(lists).await) {
        match list {
            Ok(objects) => {
                for object in objects {
                    seen.insert(snapshot.observe(scope.kind, object));
                }
            }
            Err(error) if *need == Need::Optional && error.is_forbidden() => {
                snapshot.withhold(scope.kind, format!("may not list {}", scope.kind.resource().plural));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(snapshot)
}

/// Whether a command can do without what a scope tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it there is no safe decision.
    Required,
    /// Only the report is poorer.
    Optional,
}
