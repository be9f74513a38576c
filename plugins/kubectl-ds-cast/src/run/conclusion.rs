//! How jobs have ended, and how to go on.

use recast::action::Request;
use recast::engine::Stop;
use recast::failure::Failure;
use recast::output::DryRun;

use super::Run;
use crate::diagnosis::diagnose;
use crate::job::Job;
use crate::{Exit, Outcome};

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
