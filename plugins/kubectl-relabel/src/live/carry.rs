//! Carrying a change out: as a plan, as dry runs, or for real.

use recast::action::Request;
use recast::ending;
use recast::engine::{Engine, Goal as _, Happening, Planned, Stop, Watch, plan};
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::model::settle;
use recast::output::DryRun;
use recast::rehearsal::{elsewhere, expected, rehearse, samples};
use recast::script;
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Journal, Swap, fresh_id};
use serde_json::Value;

use super::begin::Unchanged;
use super::pod::Job;
use super::{Live, one};
use crate::change::Target;
use crate::preflight::changed_by_admission;

impl Live<'_> {
    pub(super) fn swap(&self, journal: Journal, direction: Direction) -> Swap {
        Swap {
            journal,
            direction,
            run: fresh_id(),
            wait: self.args.wait,
            field_manager: self.args.connection.field_manager.clone(),
            commands: self.commands.clone(),
        }
    }

    pub(super) async fn carry_out(
        &self,
        jobs: Vec<Job>,
        targets: &[Target],
        unchanged: &Unchanged,
        mut snapshot: Snapshot,
        mut watch: Option<Watch>,
    ) -> Outcome {
        let steps = planned(&jobs, &snapshot).map_err(one)?;
        if self.args.explain {
            return self.explain(&steps).map_err(one);
        }
        let has_units = jobs.iter().any(|job| matches!(job, Job::Swap(swap) if swap.journal.changes_pods()));
        if self.args.dry_run != DryRun::Client && has_units {
            self.check_rights(&steps).await?;
        }
        if self.args.dry_run == DryRun::Server || (self.args.dry_run == DryRun::None && has_units) {
            self.rehearse(&steps, &mut snapshot, watch.as_mut()).await?;
        }
        if self.args.dry_run != DryRun::None {
            self.report_plan(targets, unchanged, &snapshot).map_err(one)?;
            return Ok(Exit::Done);
        }
        if let Some(exit) = self.is_approved(&steps).map_err(one)? {
            return Ok(exit);
        }
        let before = snapshot.clone();
        let (results, after, acted) = self.drive(&jobs, snapshot, watch).await;
        let outcome = self.conclude(&jobs, results, targets, unchanged, (&before, &after), &acted);
        // The process is about to end, and does not give back a thousand pods piece by piece before that.
        std::mem::forget((before, after));
        outcome
    }

    /// The steps as a script.
    pub(super) fn explain(&self, steps: &[Planned]) -> Result<Exit, Failure> {
        self.screen.result(|out| script::write(out, &self.commands, steps))?;
        Ok(Exit::Done)
    }

    /// Asks the server about each kind of write to come; what is created under a name that is taken is asked for under
    /// another one as well.
    pub(super) async fn rehearse(
        &self,
        steps: &[Planned],
        snapshot: &mut Snapshot,
        watch: Option<&mut Watch>,
    ) -> Result<(), Vec<Failure>> {
        let requests = samples(steps, snapshot);
        // As it is known now: the watches go on while the server is asked.
        let others: Vec<Option<Request>> = requests.iter().map(|request| elsewhere(request, snapshot)).collect();
        let wanted: Vec<Option<Value>> = requests.iter().map(|request| expected(request, snapshot)).collect();
        let all = requests.iter().chain(others.iter().flatten()).collect();
        let answers = rehearse(self.cluster, all, watch, snapshot).await?;
        let changed = requests.iter().zip(&others).zip(wanted).filter_map(|((request, other), wanted)| {
            // What is made anew was asked for under another name.
            let answer = answers.get(other.as_ref().unwrap_or(request).id())?;
            changed_by_admission(request.id(), &wanted?, answer)
        });
        let failures: Vec<Failure> = changed.collect();
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    pub(super) async fn drive(
        &self,
        jobs: &[Job],
        snapshot: Snapshot,
        watch: Option<Watch>,
    ) -> (Vec<Result<(), Stop>>, Snapshot, Vec<Request>) {
        let mut engine = Engine { cluster: self.cluster, snapshot, watch, timeout: self.args.timeout };
        let mut acted = Vec::new();
        let results = engine
            .drive(jobs, |happening| match happening {
                Happening::Acted { action, .. } => acted.push(action.request.clone()),
                Happening::Waits(gates) => self.screen.progress(gates.iter().map(|(_, gate)| gate)),
                Happening::Finishes(danger) => {
                    self.screen.say(&format!("{danger}; this is finished first, a second interrupt leaves it so"));
                }
            })
            .await;
        (results, engine.snapshot, acted)
    }

    /// Says how it has ended.
    pub(super) fn conclude(
        &self,
        jobs: &[Job],
        results: Vec<Result<(), Stop>>,
        targets: &[Target],
        unchanged: &Unchanged,
        (before, after): (&Snapshot, &Snapshot),
        acted: &[Request],
    ) -> Outcome {
        let (mut exit, mut failures) = (Exit::Done, Vec::new());
        for (job, result) in jobs.iter().zip(results) {
            let danger = job.exposed(after);
            let failure = match result {
                Ok(()) => {
                    failures.extend(job.lost(after));
                    continue;
                }
                Err(Stop::Left { gate }) => {
                    ending::left(self.screen, &gate);
                    continue;
                }
                Err(Stop::Refused(failure)) => failure,
                Err(Stop::TimedOut { gate, waited }) => ending::gave_up(&gate, waited),
                Err(Stop::Interrupted(during)) => {
                    exit = Exit::Interrupted;
                    ending::interrupted(&during)
                }
            };
            failures.push(failure.details(danger).details(ending::summary(acted)));
        }
        if failures.is_empty() {
            failures.extend(self.report(targets, unchanged, before, after).err());
        }
        ending::outcome(self.screen, exit, failures)
    }
}

/// What would be done, one after the other.
pub(super) fn planned(jobs: &[Job], snapshot: &Snapshot) -> Result<Vec<Planned>, Failure> {
    let (mut steps, mut snapshot) = (Vec::new(), snapshot.clone());
    for job in jobs {
        steps.extend(plan(job, &mut snapshot, settle)?);
    }
    Ok(steps)
}
