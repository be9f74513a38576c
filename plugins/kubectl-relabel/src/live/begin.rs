//! Beginning a change: what is named is drafted, looked at, and carried out.

use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::{absent, overwritten, relabel};
use recast::object::{Object, ObjectId};
use recast::rights::whoami;
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Draft, Journal, MARKER, Unit, fresh_id, needs_token, now};

use super::pod::{Job, PodGoal, records};
use super::{Live, one};
use crate::change::{Change, Target};

/// Objects that are as asked already.
pub type Unchanged = Vec<(ObjectId, Object)>;

impl Live<'_> {
    /// Relabels what is there.
    pub(super) async fn begin(&self, objects: Vec<(ObjectId, Object)>) -> Outcome {
        let (targets, unchanged) = self.targets(objects)?;
        let all = targets.iter().map(|target| (target.id.kind, &target.before));
        for (kind, object) in all.chain(unchanged.iter().map(|(id, object)| (id.kind, object))) {
            for key in absent(kind, object.value(), &self.words.edits, self.args.keep_selector) {
                self.screen.say(&format!("label \"{key}\" not found."));
            }
        }
        for (id, _) in &unchanged {
            if self.args.output.is_none() {
                self.screen.line(&format!("{id} not labeled{}", self.args.dry_run.suffix())).map_err(one)?;
            }
        }
        if targets.is_empty() {
            return self.print_unchanged(&unchanged);
        }
        if targets.iter().any(|target| target.is_workload() || target.id.kind == Kind::Pod) {
            self.begin_with_pods(targets, &unchanged).await
        } else {
            self.begin_simply(targets, &unchanged).await
        }
    }

    /// What each target becomes; those that are as asked already are apart.
    fn targets(&self, objects: Vec<(ObjectId, Object)>) -> Result<(Vec<Target>, Unchanged), Vec<Failure>> {
        let (mut targets, mut unchanged, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        let (edits, keep) = (&self.words.edits, self.args.keep_selector);
        for (id, object) in objects {
            let lost = overwritten(id.kind, object.value(), edits, keep);
            if let Some(lost) = lost.first().filter(|_| !self.args.overwrite) {
                failures.push(Failure::new(format!("{id}: {lost}")).hint("--overwrite changes it"));
                continue;
            }
            match relabel(id.kind, object.value(), edits, keep) {
                Ok(changed) if changed.is_empty() && object.label(MARKER).is_none() => unchanged.push((id, object)),
                // A Service that still has the marker of an interrupted run loses it.
                Ok(changed) => targets.push(Target { id, before: object, after: changed.finish().1 }),
                Err(error) => {
                    let failure = Failure::new(format!("{id}: {error}"));
                    failures.push(error.hint().into_iter().fold(failure, Failure::hint));
                }
            }
        }
        if failures.is_empty() { Ok((targets, unchanged)) } else { Err(failures) }
    }

    /// Services, budgets and policies alone: a patch each, and a look at the slices.
    async fn begin_simply(&self, targets: Vec<Target>, unchanged: &Unchanged) -> Outcome {
        let mut journal = self.journal(&targets, Vec::new(), &Snapshot::default(), String::new()).map_err(one)?;
        // No pod changes, so that nothing needs a bridge.
        journal.moves.iter_mut().for_each(|service| service.bridge = None);
        let (surveyed, rights) = futures::join!(self.survey_services(&journal), self.check_simple_rights(&targets));
        let (mut snapshot, watch) = surveyed.map_err(one)?;
        rights?;
        for target in &targets {
            snapshot.observe(target.id.kind, target.before.clone());
        }
        let mut change = self.change(&targets, &snapshot);
        let all;
        if crate::preflight::refusals(&change, self.allowance()).is_empty() {
            self.tell_simply(&targets, &snapshot).await.map_err(one)?;
        } else {
            // The refusal is to name who is behind the Service.
            all = self.survey(&[], false).await.map_err(one)?.0;
            change = self.change(&targets, &all);
            self.check(&change)?;
        }
        let jobs = vec![Job::Swap(Box::new(self.swap(journal, Direction::Forward)))];
        self.carry_out(jobs, &targets, unchanged, snapshot, watch).await
    }

    async fn begin_with_pods(&self, mut targets: Vec<Target>, unchanged: &Unchanged) -> Outcome {
        let ids: Vec<ObjectId> = targets.iter().map(|target| target.id.clone()).collect();
        // Where labels of pods are written, and that is all, there is nothing to wait for.
        let waits = self.writes() && (self.args.with_services || !are_pods(&targets));
        let (surveyed, by, served) =
            futures::join!(self.survey(&ids, waits), whoami(self.cluster), self.cluster.served());
        let (mut snapshot, mut watch) = surveyed.map_err(one)?;
        let served = served.map_err(|error| vec![error.into()])?;
        self.read_monitors(&served, &mut snapshot).await.map_err(one)?;
        self.refresh(&mut targets, &mut snapshot)?;
        self.wait_for_rollouts(&mut targets, &mut snapshot, watch.as_mut()).await?;
        self.take_along(&mut targets, &snapshot)?;
        self.check(&self.change(&targets, &snapshot))?;
        let recreated: Vec<&Target> = targets.iter().filter(|target| target.is_recreated()).collect();
        let dependents = self.dependents(&recreated, &served).await.map_err(one)?;
        let with_history = self.may_write_history(&recreated).await.map_err(one)?;
        let draft = Draft {
            edits: &self.words.edits,
            keep_selector: self.args.keep_selector,
            with_history,
            snapshot: &snapshot,
        };
        let mut units: Vec<Unit> = Vec::new();
        for target in targets.iter().filter(|target| target.is_workload()) {
            let mut unit =
                draft.unit(&target.id, &target.before).map_err(|error| one(Failure::new(error.to_string())))?;
            unit.dependents =
                dependents.iter().filter(|found| found.reference["uid"] == target.before.uid()).cloned().collect();
            units.push(unit);
        }
        let others: Vec<ObjectId> =
            units.iter().flat_map(|unit| &unit.dependents).map(|found| found.id.clone()).collect();
        self.look_at(&others, &ids, &mut snapshot, &mut watch).await.map_err(one)?;
        let jobs: Vec<Job> = if are_pods(&targets) {
            let goal = |target: &Target| PodGoal {
                id: target.id.clone(),
                uid: target.before.uid().to_owned(),
                wanted: self.words.edits.wanted(),
            };
            targets.iter().map(goal).map(Job::Pod).collect()
        } else {
            let journal = self.journal(&targets, units, &snapshot, by).map_err(one)?;
            vec![Job::Swap(Box::new(self.swap(journal, Direction::Forward)))]
        };
        self.carry_out(jobs, &targets, unchanged, snapshot, watch).await
    }

    /// Everything was read before the snapshot was: what is decided on is the newest.
    pub(super) fn refresh(&self, targets: &mut [Target], snapshot: &mut Snapshot) -> Result<(), Vec<Failure>> {
        for target in targets {
            let id = snapshot.observe(target.id.kind, target.before.clone());
            let version = |object: &Object| object.metadata().resource_version.clone();
            let Some(newest) = snapshot.get(&id).filter(|newest| version(newest) != version(&target.before)) else {
                continue;
            };
            let after = relabel(id.kind, newest.value(), &self.words.edits, self.args.keep_selector)
                .map_err(|error| one(Failure::new(format!("{id}: {error}"))))?;
            target.before = newest.clone();
            target.after = after.finish().1;
        }
        Ok(())
    }

    fn journal(
        &self,
        targets: &[Target],
        units: Vec<Unit>,
        snapshot: &Snapshot,
        by: String,
    ) -> Result<Journal, Failure> {
        let draft =
            Draft { edits: &self.words.edits, keep_selector: self.args.keep_selector, with_history: false, snapshot };
        let nonsense = |error: recast::label::LabelError| Failure::new(error.to_string());
        let (mut moves, mut policies) = (Vec::new(), Vec::new());
        for target in targets {
            match target.id.kind {
                Kind::Service => moves.push(draft.service(&target.id, &target.before).map_err(nonsense)?),
                Kind::PodDisruptionBudget | Kind::NetworkPolicy => {
                    policies.push(draft.policy(&target.id, &target.before).map_err(nonsense)?);
                }
                _ => {}
            }
        }
        let named = targets.iter().filter(|target| target.id.kind == Kind::Pod).map(|target| &target.before);
        let records = records(named, &self.words.edits);
        let pods = units.iter().flat_map(Unit::all).flat_map(|unit| unit.pods.values()).chain(records.values());
        let token = needs_token(&self.words.edits, pods);
        Ok(Journal {
            version: Journal::VERSION,
            id: fresh_id(),
            command: self.command(),
            by,
            begun: now(),
            edits: self.words.edits.clone(),
            asked: self.ids.clone(),
            targets: targets.iter().map(|target| target.id.clone()).collect(),
            keep_selector: self.args.keep_selector,
            token,
            units,
            moves,
            policies,
            pods: records,
            handoff: None,
        })
    }

    /// What was asked, as it is typed: by name, whatever chose the targets.
    fn command(&self) -> Vec<String> {
        let names = self.ids.iter().map(ObjectId::short);
        let edits = self.words.edits.iter().map(ToString::to_string);
        let words = ["relabel".to_owned()].into_iter().chain(names).chain(edits).chain(self.args.repeated());
        words.chain(["-n".to_owned(), self.cluster.namespace().to_owned()]).collect()
    }

    pub(super) fn change<'c>(&'c self, targets: &'c [Target], snapshot: &'c Snapshot) -> Change<'c> {
        Change { edits: &self.words.edits, targets, flags: &self.flags, commands: &self.commands, snapshot }
    }

    fn print_unchanged(&self, unchanged: &Unchanged) -> Outcome {
        self.print(&[], unchanged, &Snapshot::default()).map_err(one)?;
        Ok(Exit::Done)
    }
}

/// Whether pods are named, and nothing else.
fn are_pods(targets: &[Target]) -> bool {
    targets.iter().all(|target| target.id.kind == Kind::Pod)
}
