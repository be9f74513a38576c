//! What would be done: as a script, or as the messages and objects of a dry run.

use std::collections::BTreeMap;

use recast::commands::Commands;
use recast::engine::Planned;
use recast::exit::Exit;
use recast::failure::Failure;
use recast::output::DryRun;
use serde_json::Value;

use super::{Run, action_of};
use crate::job::Job;

impl<J: Job> Run<'_, J> {
    /// Prints the plans as a script that a person could have typed.
    pub(super) fn explain(&self, plans: &[Vec<Planned>]) -> Result<Exit, Failure> {
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

    /// Prints the messages, objects and reports of a dry run. `answers` is what the server said, by object.
    pub(super) fn show(&self, plans: &[Vec<Planned>], answers: &BTreeMap<String, Value>) -> Result<Exit, Failure> {
        let mut results = Vec::new();
        for (job, plan) in self.jobs.iter().zip(plans) {
            let id = job.creates();
            // What the client would send is clean, whatever stands there.
            let there = self.snapshot.get(id).filter(|_| self.args.dry_run == DryRun::Server);
            let there = there.map(|object| object.value().clone());
            let object = answers.get(&id.to_string()).cloned().or(there).unwrap_or_else(|| job.object().clone());
            results.push((job, object));
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
}
