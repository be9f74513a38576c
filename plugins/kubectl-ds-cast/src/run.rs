//! Carries jobs out: as a plan, as dry runs, or for real.

mod conclusion;
mod preview;

use recast::action::Request;
use recast::cluster::Cluster;
use recast::engine::{Engine, Happening, Planned, Watch, plan};
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::output::DryRun;
use recast::product::{self, Product};
use recast::rehearsal::{Answers, rehearse, requests};
use recast::screen::Screen;
use recast::snapshot::Snapshot;
use serde_json::Value;

use crate::args::Args;
use crate::job::Job;
use crate::model;

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
        if plans.is_empty() {
            return Ok(Exit::Done);
        }
        for job in &self.jobs {
            job.announce(&self.snapshot, self.screen);
        }
        if self.args.explain {
            return self.explain(&plans).map_err(one);
        }
        let mut answers = Answers::new();
        let alone = self.jobs.len() == 1 && self.jobs[0].removes().is_none();
        // A single creation is its own test; before anything larger the server is asked about all of it.
        if self.args.dry_run == DryRun::Server || (self.args.dry_run == DryRun::None && !alone) {
            let requests = plans.iter().flat_map(|plan| requests(plan)).collect();
            answers = rehearse(self.cluster, requests, self.watch.as_mut(), &mut self.snapshot).await?;
        }
        if self.args.dry_run != DryRun::None {
            return self.show(&plans, &answers).map_err(one);
        }
        self.drive().await
    }

    /// The plan of each job. With `--skip-refused` the jobs that have none are left out.
    fn plans(&mut self) -> Result<Vec<Vec<Planned>>, Vec<Failure>> {
        let (mut plans, mut failures, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        for job in std::mem::take(&mut self.jobs) {
            match plan(&job, &mut self.snapshot.clone(), |snapshot| model::settle(snapshot, job.creates())) {
                Ok(steps) => {
                    plans.push(steps);
                    jobs.push(job);
                }
                Err(failure) => failures.push(failure),
            }
        }
        self.jobs = jobs;
        if self.args.skip_refused {
            self.screen.failures(&failures);
        } else if !failures.is_empty() {
            return Err(failures);
        }
        Ok(plans)
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
                Happening::Finishes(danger) => screen.say(danger),
            })
            .await;
        self.snapshot = engine.snapshot;
        self.conclude(results, &acted, failures).await
    }

    /// What `-o` asks for, of the jobs that have a result.
    fn print(&self, results: Vec<(&J, Value)>) -> Result<(), Failure> {
        let Some(format) = self.args.output.filter(|_| !results.is_empty()) else { return Ok(()) };
        let product = |(job, object): (&J, Value)| Product { id: job.creates().clone(), patch: job.patch(), object };
        self.screen.result(|out| product::write(out, format, results.into_iter().map(product).collect()))
    }
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
