//! What would be done: as a script, or as the messages and objects of a dry run.

use recast::commands::Commands;
use recast::engine::Planned;
use recast::exit::Exit;
use recast::failure::Failure;
use recast::output::DryRun;
use recast::rehearsal::{Answers, requests};
use recast::script;

use super::Run;
use crate::job::Job;

impl<J: Job> Run<'_, J> {
    /// Prints the plans as a script that a person could have typed.
    pub(super) fn explain(&self, plans: &[Vec<Planned>]) -> Result<Exit, Failure> {
        let commands = Commands::like(&self.args.connection);
        self.screen.result(|out| script::write(out, &commands, plans.iter().flatten()))?;
        Ok(Exit::Done)
    }

    /// Prints the messages, objects and reports of a dry run. `answers` is what the server said, by object.
    pub(super) fn show(&self, plans: &[Vec<Planned>], answers: &Answers) -> Result<Exit, Failure> {
        let mut results = Vec::new();
        for (job, plan) in self.jobs.iter().zip(plans) {
            let id = job.creates();
            // What the client would send is clean, whatever stands there.
            let there = self.snapshot.get(id).filter(|_| self.args.dry_run == DryRun::Server);
            let there = there.map(|object| object.value().clone());
            let object = answers.get(id).cloned().or(there).unwrap_or_else(|| job.object().clone());
            results.push((job, object));
            if self.args.output.is_none() {
                self.lines(job, requests(plan), self.args.dry_run)?;
            }
            if requests(plan).next().is_some() {
                job.report(&self.snapshot, self.screen);
            }
        }
        self.print(results)?;
        Ok(Exit::Done)
    }
}
