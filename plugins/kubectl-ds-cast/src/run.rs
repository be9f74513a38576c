//! Carries jobs out: as a plan, as dry runs, or for real.

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream};
use recast::action::{Action, Request};
use recast::cluster::{Answer, Cluster};
use recast::engine::{Engine, Happening, Planned, Stop, Watch, plan};
use recast::failure::Failure;
use recast::output::{DryRun, Format, write_json, write_objects};
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::args::Args;
use crate::commands::Commands;
use crate::diagnosis::diagnose;
use crate::job::Job;
use crate::screen::Screen;
use crate::{Exit, Outcome, model};

/// How many dry runs are under way at once.
const DRY_RUNS_AT_ONCE: usize = 8;

/// Jobs, and what they are carried out on.
pub struct Run<'a, J> {
    /// The command line.
    pub args: &'a Args,
    /// Where to print.
    pub screen: &'a Screen,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// What is known of it.
    pub snapshot: Snapshot,
    /// Watches, if there may be something to wait for.
    pub watch: Option<Watch>,
    /// The jobs.
    pub jobs: Vec<J>,
}

impl<J: Job> Run<'_, J> {
    /// Carries the jobs out.
    pub async fn carry_out(mut self) -> Outcome {
        let plans = self.plans()?;
        if self.args.explain {
            return self.explain(&plans).map_err(one);
        }
        let mut answers = BTreeMap::new();
        let alone = self.jobs.len() == 1 && self.jobs[0].removes().is_none();
        // A single creation is its own test; before anything larger the server is asked about all of it.
        if self.args.dry_run == DryRun::Server || (self.args.dry_run == DryRun::None && !alone) {
            answers = self.rehearse(&plans).await?;
        }
        if self.args.dry_run != DryRun::None {
            return self.show(&plans, &answers).map_err(one);
        }
        self.drive().await
    }

    fn plans(&self) -> Result<Vec<Vec<Planned>>, Vec<Failure>> {
        let plan = |job: &J| plan(job, self.snapshot.clone(), |snapshot| model::settle(snapshot, job.creates()));
        let (plans, failures): (Vec<_>, Vec<_>) = self.jobs.iter().map(plan).partition(Result::is_ok);
        let failures: Vec<Failure> = failures.into_iter().filter_map(Result::err).collect();
        if failures.is_empty() { Ok(plans.into_iter().flatten().collect()) } else { Err(failures) }
    }

    /// Prints the plans as a script that a person could have typed.
    fn explain(&self, plans: &[Vec<Planned>]) -> Result<Exit, Failure> {
        let commands = Commands::like(&self.args.connection);
        self.screen.result(|out| {
            let mut number = 0;
            for step in plans.iter().flatten() {
                number += 1;
                let (what, why, command) = match step {
                    Planned::Act(action) => {
                        (action.request.summary(), action.why.clone(), commands.same_as(&action.request))
                    }
                    Planned::Wait(gate) => ("wait".to_owned(), format!("for {}", gate.waits_for), gate.command.clone()),
                };
                writeln!(out, "# {number}. {what}: {why}\n{command}\n")?;
            }
            if number == 0 { writeln!(out, "# nothing to do: it is all as asked") } else { Ok(()) }
        })?;
        Ok(Exit::Done)
    }

    /// Asks the server about every write to come, side by side.
    async fn rehearse(&self, plans: &[Vec<Planned>]) -> Result<BTreeMap<String, Value>, Vec<Failure>> {
        let actions: Vec<&Action> = plans.iter().flatten().filter_map(action_of).collect();
        let asked = stream::iter(actions).map(|action| async move {
            (action.request.id().to_string(), self.cluster.perform(&action.request, true).await)
        });
        let (mut answers, mut failures) = (BTreeMap::new(), Vec::new());
        for (id, answer) in asked.buffered(DRY_RUNS_AT_ONCE).collect::<Vec<_>>().await {
            match answer {
                Ok(Answer::Is(object)) => drop(answers.insert(id, object.into_value())),
                Ok(Answer::Gone) => {}
                Err(error) => failures.push(error.into()),
            }
        }
        if failures.is_empty() { Ok(answers) } else { Err(failures) }
    }

    fn show(&self, plans: &[Vec<Planned>], answers: &BTreeMap<String, Value>) -> Result<Exit, Failure> {
        let mut results = Vec::new();
        for (job, plan) in self.jobs.iter().zip(plans) {
            let id = job.creates();
            let there = self.snapshot.get(id).map(|object| object.value().clone());
            results.push(answers.get(&id.to_string()).cloned().or(there).unwrap_or_else(|| job.object().clone()));
            if self.args.output.is_none() {
                let requests = plan.iter().filter_map(action_of).map(|action| &action.request);
                self.lines(job, requests, self.args.dry_run)?;
            }
            if plan.iter().any(|step| action_of(step).is_some()) {
                job.report(&self.snapshot, self.screen);
            }
        }
        self.print(results)?;
        Ok(Exit::Done)
    }

    /// kubectl's messages for what was done; `unchanged` if that is nothing.
    fn lines<'r>(&self, job: &J, requests: impl Iterator<Item = &'r Request>, dry_run: DryRun) -> Result<(), Failure> {
        let mut lines: Vec<String> =
            requests.map(|request| format!("{} {}", request.id(), request.past_tense())).collect();
        if lines.is_empty() {
            lines.push(format!("{} unchanged", job.creates()));
        }
        lines.iter().try_for_each(|line| self.screen.line(&format!("{line}{}", dry_run.suffix())))
    }

    async fn drive(&mut self) -> Outcome {
        let (jobs, screen, speaks) = (&self.jobs, self.screen, self.args.output.is_none());
        let mut engine = Engine {
            cluster: self.cluster,
            snapshot: std::mem::take(&mut self.snapshot),
            watch: self.watch.take(),
            timeout: self.args.timeout,
        };
        let mut acted: Vec<Vec<Request>> = vec![Vec::new(); jobs.len()];
        let mut failures = Vec::new();
        let results = engine
            .drive(jobs, |happening| match happening {
                Happening::Acted { goal, action, snapshot } => {
                    acted[goal].push(action.request.clone());
                    let line = format!("{} {}", action.request.id(), action.request.past_tense());
                    if speaks && !matches!(action.request, Request::Patch { .. }) {
                        failures.extend(screen.line(&line).err());
                    }
                    if matches!(action.request, Request::Create { .. }) {
                        jobs[goal].report(snapshot, screen);
                    }
                }
                Happening::Waits(gates) => screen.progress(gates.iter().map(|(_, gate)| gate)),
            })
            .await;
        self.snapshot = engine.snapshot;
        self.conclude(results, &acted, failures).await
    }

    async fn conclude(
        &self,
        results: Vec<Result<(), Stop>>,
        acted: &[Vec<Request>],
        mut failures: Vec<Failure>,
    ) -> Outcome {
        let mut exit = Exit::Done;
        let mut objects = Vec::new();
        for ((job, result), acted) in self.jobs.iter().zip(results).zip(acted) {
            if let Some(object) = self.snapshot.get(job.creates()) {
                objects.push(object.value().clone());
            }
            match result {
                Ok(()) if acted.is_empty() && self.args.output.is_none() => {
                    failures.extend(self.lines(job, std::iter::empty(), DryRun::None).err());
                }
                Ok(()) => {}
                Err(Stop::Refused(failure)) => failures.push(failure),
                Err(Stop::TimedOut { gate, waited }) => {
                    let message =
                        format!("gave up after {} s waiting for {}: {}", waited.as_secs(), gate.waits_for, gate.sees);
                    let reasons = diagnose(self.cluster, &self.snapshot, job.creates()).await;
                    failures.push(Failure::new(message).details(reasons).details(standing(job, acted)).hint(AGAIN));
                }
                Err(Stop::Left { gate }) => {
                    self.screen.labelled("left", &format!("{}: {}", gate.waits_for, gate.sees));
                    self.screen.labelled("next", AGAIN);
                }
                Err(Stop::Interrupted { gate }) => {
                    exit = Exit::Interrupted;
                    let gate = gate.map(|gate| format!(" while waiting for {}: {}", gate.waits_for, gate.sees));
                    let failure = Failure::new(format!("interrupted{}", gate.unwrap_or_default()));
                    self.screen.failures(&[failure.details(standing(job, acted)).hint(AGAIN)]);
                }
            }
        }
        failures.extend(self.print(objects).err());
        if failures.is_empty() { Ok(exit) } else { Err(failures) }
    }

    /// What `-o` asks for.
    fn print(&self, objects: Vec<Value>) -> Result<(), Failure> {
        match self.args.output {
            None => Ok(()),
            Some(Format::Name) => self.jobs.iter().try_for_each(|job| self.screen.line(&job.creates().to_string())),
            Some(Format::Patch) => self.jobs.iter().try_for_each(|job| {
                let patch = serde_json::to_value(job.patch()).unwrap_or_default();
                self.screen.result(|out| write_json(out, &patch))
            }),
            Some(format) => self.screen.result(|out| write_objects(out, format, objects)),
        }
    }
}

/// How to go on after a stop.
const AGAIN: &str = "run the same command again to go on: it takes up where this one ended";

/// What has been done and what has not.
fn standing<J: Job>(job: &J, acted: &[Request]) -> Vec<String> {
    let mut lines: Vec<String> =
        acted.iter().map(|request| format!("done: {} {}", request.id(), request.past_tense())).collect();
    let gone = |id| acted.iter().any(|request| matches!(request, Request::Delete { .. }) && request.id() == id);
    match job.removes() {
        Some(id) if !gone(id) => lines.push(format!("not done: {id} is still there, untouched")),
        _ => {}
    }
    lines
}

fn action_of(step: &Planned) -> Option<&Action> {
    match step {
        Planned::Act(action) => Some(action),
        Planned::Wait(_) => None,
    }
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
