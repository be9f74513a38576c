//! How jobs have ended, and how to go on.

use std::time::Duration;

use recast::action::Request;
use recast::ending;
use recast::engine::Stop;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::output::DryRun;

use super::Run;
use crate::diagnosis::diagnose;
use crate::job::Job;

/// How long the reasons of a failure may be looked for.
const DIAGNOSIS: Duration = Duration::from_secs(10);

impl<J: Job> Run<'_, J> {
    /// Says how each job has ended. `acted` is what was written for each.
    pub(super) async fn conclude(
        &self,
        results: Vec<Result<(), Stop>>,
        acted: &[Vec<Request>],
        mut failures: Vec<Failure>,
    ) -> Outcome {
        let mut exit = Exit::Done;
        let mut objects = Vec::new();
        for ((job, result), acted) in self.jobs.iter().zip(results).zip(acted) {
            let object = self.snapshot.get(job.creates());
            // An object that somebody else made is no result of this run.
            if let Some(object) = object.filter(|_| result.is_ok() || self.snapshot.has_written(job.creates())) {
                objects.push((job, object.value().clone()));
            }
            match result {
                Ok(()) if acted.is_empty() && self.args.output.is_none() => {
                    failures.extend(self.lines(job, std::iter::empty(), DryRun::None).err());
                }
                Ok(()) => {}
                Err(Stop::Left { gate }) => {
                    ending::left(self.screen, &gate);
                }
                Err(Stop::Interrupted(during)) => {
                    exit = Exit::Interrupted;
                    self.screen.failures(&[ending::interrupted(&during).details(standing(job, acted))]);
                }
                Err(Stop::Refused(failure)) if acted.is_empty() => failures.push(failure),
                Err(Stop::Refused(failure)) => failures.push(failure.details(standing(job, acted))),
                Err(Stop::TimedOut { gate, waited }) => {
                    let reasons = diagnose(self.cluster, &self.snapshot, job.creates());
                    let reasons = tokio::time::timeout(DIAGNOSIS, reasons).await.unwrap_or_default();
                    failures.push(ending::gave_up(&gate, waited).details(reasons).details(standing(job, acted)));
                }
            }
        }
        failures.extend(self.print(objects).err());
        ending::outcome(self.screen, exit, failures)
    }
}

/// What has been done and what has not.
fn standing<J: Job>(job: &J, acted: &[Request]) -> Vec<String> {
    let mut lines: Vec<String> = ending::done(acted).collect();
    let gone = |id| acted.iter().any(|request| matches!(request, Request::Delete { .. }) && request.id() == id);
    match job.removes() {
        Some(id) if !gone(id) => lines.push(format!("not done: {id} is still there, untouched")),
        _ => {}
    }
    lines
}
