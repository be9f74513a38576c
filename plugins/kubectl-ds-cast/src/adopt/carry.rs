//! Carrying handoffs out: as a plan, as dry runs, or for real.

use std::time::Duration;

use recast::action::Request;
use recast::difference::differences;
use recast::ending;
use recast::engine::{Engine, Goal as _, Happening, Planned, Stop, plan};
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::output::DryRun;
use recast::product;
use recast::rehearsal::{Answers, rehearse, samples};
use recast::rights::{of_plan, require};
use recast::script;
use recast::snapshot::Snapshot;
use recast::swap::Direction;
use serde_json::Value;

use super::passing::{Origin, Passing};
use super::{Adopting, Seen, model, one};
use crate::cast::POD_TEMPLATE_HASH;
use crate::diagnosis::diagnose;

/// How long the reasons of a failure may be looked for.
const DIAGNOSIS: Duration = Duration::from_secs(10);

impl Adopting<'_> {
    /// Carries the handoffs out.
    pub(super) async fn carry_out(&self, passings: Vec<Passing>, (mut snapshot, mut watch): Seen) -> Outcome {
        if passings.is_empty() {
            return Ok(Exit::Done);
        }
        let mut steps: Vec<Planned> = Vec::new();
        for passing in &passings {
            steps.extend(plan(passing, &mut snapshot.clone(), |known| model::settle(known, passing)).map_err(one)?);
        }
        if self.args.explain {
            self.screen.result(|out| script::write(out, &self.commands, &steps)).map_err(one)?;
            return Ok(Exit::Done);
        }
        let mut answers = Answers::new();
        if self.args.dry_run != DryRun::Client {
            require(self.cluster, &of_plan(&steps), &self.commands).await?;
            let requests = samples(&steps, &snapshot);
            answers = rehearse(self.cluster, requests.iter().collect(), watch.as_mut(), &mut snapshot).await?;
            let failures: Vec<Failure> =
                passings.iter().filter_map(|passing| changed_by_admission(passing, &answers)).collect();
            if !failures.is_empty() {
                return Err(failures);
            }
        }
        if self.args.dry_run != DryRun::None {
            return self.show(&passings, &answers, &snapshot).map_err(one);
        }
        self.drive(&passings, (snapshot, watch)).await
    }

    fn show(&self, passings: &[Passing], answers: &Answers, snapshot: &Snapshot) -> Result<Exit, Failure> {
        for passing in passings.iter().filter(|_| self.args.output.is_none()) {
            self.lines(passing)?;
            self.report(passing, snapshot);
        }
        self.print(passings.iter().map(|passing| (passing, answers.get(passing.creates()).cloned())))?;
        Ok(Exit::Done)
    }

    /// kubectl's messages.
    fn lines(&self, passing: &Passing) -> Result<(), Failure> {
        let (from, to) = passing.sides();
        let suffix = self.args.dry_run.suffix();
        if passing.swap.direction == Direction::Back {
            return self.screen.line(&format!("{} put back{suffix}", to.top.id));
        }
        self.screen.line(&format!("{} created{suffix}\n{} deleted{suffix}", to.top.id, from.top.id))
    }

    /// What `-o` asks for.
    fn print<'p>(&self, results: impl Iterator<Item = (&'p Passing, Option<Value>)>) -> Result<(), Failure> {
        let Some(format) = self.args.output else { return Ok(()) };
        let products: Vec<product::Product> = results.map(|(passing, object)| passing.product(object)).collect();
        if products.is_empty() {
            return Ok(());
        }
        self.screen.result(|out| product::write(out, format, products))
    }

    async fn drive(&self, passings: &[Passing], (snapshot, watch): Seen) -> Outcome {
        let mut engine = Engine { cluster: self.cluster, snapshot, watch, timeout: self.args.timeout };
        let mut acted: Vec<Vec<Request>> = vec![Vec::new(); passings.len()];
        let results = engine
            .drive(passings, |happening| match happening {
                Happening::Acted { goal, action, .. } => acted[goal].push(action.request.clone()),
                Happening::Waits(gates) => self.screen.progress(gates.iter().map(|(_, gate)| gate)),
                Happening::Finishes(danger) => {
                    self.screen.say(&format!("{danger}; this is finished first, a second interrupt leaves it so"));
                }
            })
            .await;
        self.conclude(passings, results, &engine.snapshot, &acted).await
    }

    /// Says how each has ended.
    async fn conclude(
        &self,
        passings: &[Passing],
        results: Vec<Result<(), Stop>>,
        snapshot: &Snapshot,
        acted: &[Vec<Request>],
    ) -> Outcome {
        let (mut exit, mut failures, mut done) = (Exit::Done, Vec::new(), Vec::new());
        for ((passing, result), acted) in passings.iter().zip(results).zip(acted) {
            let failure = match result {
                Ok(()) => {
                    if self.args.output.is_none() {
                        failures.extend(self.lines(passing).err());
                        self.report(passing, snapshot);
                    }
                    done.push((passing, snapshot.get(passing.creates()).map(|object| object.value().clone())));
                    continue;
                }
                Err(Stop::Left { gate }) => {
                    ending::left(self.screen, &gate);
                    continue;
                }
                Err(Stop::Refused(failure)) => failure,
                Err(Stop::TimedOut { gate, waited }) => {
                    let reasons = diagnose(self.cluster, snapshot, passing.creates());
                    let reasons = tokio::time::timeout(DIAGNOSIS, reasons).await.unwrap_or_default();
                    ending::gave_up(&gate, waited).details(reasons)
                }
                Err(Stop::Interrupted(during)) => {
                    exit = Exit::Interrupted;
                    ending::interrupted(&during)
                }
            };
            failures.push(failure.details(passing.exposed(snapshot)).details(ending::summary(acted)));
        }
        failures.extend(self.print(done.into_iter()).err());
        ending::outcome(self.screen, exit, failures)
    }
}

/// A Deployment that the server would have otherwise than its ReplicaSet would make another one, and roll out.
fn changed_by_admission(passing: &Passing, answers: &Answers) -> Option<Failure> {
    let Origin::Undo(_) = &passing.origin else { return None };
    let after = &passing.handoff.after;
    let template = |id| answers.get(id).map(|object| object["spec"]["template"].clone());
    let (top, mut set) = (template(&after.top.id)?, template(&after.inner.first()?.id)?);
    recast::json::without(&mut set, &["metadata", "labels", POD_TEMPLATE_HASH]);
    let lines = differences("spec.template", &set, &top);
    (!lines.is_empty()).then(|| {
        Failure::new(format!("the server changes the template of {}, so that its pods would restart", after.top.id))
            .details(lines)
            .hint("an admission webhook or policy does that to one kind and not to the other")
    })
}
