//! What is looked at, and asked of the server, before the first write.

use std::collections::BTreeSet;

use recast::action::Request;
use recast::cluster::{Scope, Served};
use recast::dependents;
use recast::engine::{Goal as _, Need, Planned, Step, Watch, gather};
use recast::exit::Exit;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::output::DryRun;
use recast::rehearsal::requests;
use recast::rights::{Right, missing, of_plan, require};
use recast::snapshot::Snapshot;
use recast::swap::Dependent;

use super::survey::IN_MOTION;
use super::{Live, one};
use crate::allowance::Allowance;
use crate::change::{Change, Target};
use crate::impact::{self, Row, pod_monitor, rows, service_monitor};
use crate::preflight::{Calm, gentler, refusals, warnings};

impl Live<'_> {
    pub(super) const fn allowance(&self) -> Allowance {
        Allowance::by(self.args)
    }

    /// Everything that stands against the change, and whom else it touches.
    pub(super) fn check(&self, change: &Change<'_>) -> Result<(), Vec<Failure>> {
        let mut failures = refusals(change, self.allowance());
        let rows = rows(change);
        let known = |failure: &Failure| failures.iter().any(|known| known.message() == failure.message());
        let more: Vec<Failure> =
            impact::refusals(&rows, change, self.allowance()).into_iter().filter(|failure| !known(failure)).collect();
        failures.extend(more);
        if !failures.is_empty() {
            return Err(failures);
        }
        self.tell(change, &rows);
        Ok(())
    }

    /// What is done without any pod: whose manifests say something else, and for which pods a policy is from then on.
    pub(super) async fn tell_simply(&self, targets: &[Target], snapshot: &Snapshot) -> Result<(), Failure> {
        if !targets.iter().any(|target| matches!(target.id.kind, Kind::PodDisruptionBudget | Kind::NetworkPolicy)) {
            self.tell(&self.change(targets, snapshot), &[]);
            return Ok(());
        }
        let pods = (Scope::all(Kind::Pod, self.cluster.namespace()), Need::Optional);
        let mut around = gather(self.cluster, &[pods]).await?;
        for target in targets {
            around.observe(target.id.kind, target.before.clone());
        }
        let change = self.change(targets, &around);
        let is_known = around.all_withheld().next().is_none();
        self.tell(&change, &if is_known { rows(&change) } else { Vec::new() });
        Ok(())
    }

    fn tell(&self, change: &Change<'_>, rows: &[Row]) {
        for (row, line) in rows.iter().zip(impact::table(rows)) {
            self.screen.labelled(row.label(), &line);
        }
        for line in warnings(change) {
            self.screen.labelled("warn", &line);
        }
        if let Some(line) = gentler(change) {
            self.screen.labelled("hint", &line);
        }
        for kind in change.snapshot.all_withheld() {
            self.screen.labelled("note", &format!("not looked at: may not list {}", kind.plural()));
        }
    }

    /// With `--with-services`, the Services that would be left empty are targets, too.
    pub(super) fn take_along(&self, targets: &mut Vec<Target>, snapshot: &Snapshot) -> Result<(), Vec<Failure>> {
        if !self.args.with_services {
            return Ok(());
        }
        let along = {
            let change = self.change(targets, snapshot);
            impact::taken_along(&rows(&change), &change)
        };
        for id in along {
            let Some(service) = snapshot.get(&id) else { continue };
            let after = recast::label::relabel(id.kind, service.value(), &self.words.edits, false)
                .map_err(|error| one(Failure::new(format!("{id}: {error}"))))?;
            targets.push(Target { before: service.clone(), after: after.finish().1, id });
        }
        Ok(())
    }

    /// With `--wait-rollout`, a rollout in progress is waited for, and so are pods on their way out.
    pub(super) async fn wait_for_rollouts(
        &self,
        targets: &mut [Target],
        snapshot: &mut Snapshot,
        watch: Option<&mut Watch>,
    ) -> Result<(), Vec<Failure>> {
        let Some(watch) = watch.filter(|_| self.args.wait_rollout) else { return Ok(()) };
        let begun = std::time::Instant::now();
        loop {
            let gate = {
                let change = self.change(targets, snapshot);
                match Calm::before(&change, &recast::swap::now()).next(snapshot).map_err(one)? {
                    Step::Wait(gate) => gate,
                    _ => return Ok(()),
                }
            };
            self.screen.progress(std::iter::once(&gate));
            let limit = self.args.timeout.0.map(|limit| limit.saturating_sub(begun.elapsed()));
            let news = watch.next(snapshot);
            match limit {
                Some(limit) => match tokio::time::timeout(limit, news).await {
                    Ok(news) => news.map_err(one)?,
                    Err(_) => return Err(one(recast::ending::gave_up(&gate, begun.elapsed()))),
                },
                None => news.await.map_err(one)?,
            }
            self.refresh(targets, snapshot)?;
        }
    }

    /// The monitors, where the cluster has such.
    pub(super) async fn read_monitors(&self, served: &Served, snapshot: &mut Snapshot) -> Result<(), Failure> {
        for kind in
            [pod_monitor(), service_monitor()].into_iter().filter(|kind| served.kinds().any(|known| known == *kind))
        {
            let scope = (Scope::all(kind, self.cluster.namespace()), Need::Optional);
            let monitors = gather(self.cluster, &[scope]).await?;
            for object in monitors.of(kind) {
                snapshot.observe(kind, object.clone());
            }
            if monitors.is_withheld(kind) {
                snapshot.withhold(kind);
            }
        }
        Ok(())
    }

    /// What belongs to what is made anew, by its uid.
    pub(super) async fn dependents(&self, recreated: &[&Target], served: &Served) -> Result<Vec<Dependent>, Failure> {
        if recreated.is_empty() {
            return Ok(Vec::new());
        }
        let owners: Vec<&str> = recreated.iter().map(|target| target.before.uid()).collect();
        let dependents = dependents::find(self.cluster, served, &owners).await?;
        for line in dependents.not_looked_at() {
            self.screen.labelled("note", &line);
        }
        Ok(dependents.found)
    }

    /// Whether the user may write the histories of what is made anew; where not, it is said.
    pub(super) async fn may_write_history(&self, recreated: &[&Target]) -> Result<bool, Failure> {
        let kept = |target: &&&Target| matches!(target.id.kind, Kind::DaemonSet | Kind::StatefulSet);
        let histories: Vec<&&Target> = recreated.iter().filter(kept).collect();
        if histories.is_empty() {
            return Ok(false);
        }
        let rights = ["get", "create", "delete"].map(|verb| Right::to(verb, Kind::ControllerRevision));
        let may = missing(self.cluster, &rights).await?.is_empty();
        if !may {
            let names: Vec<String> = histories.iter().map(|target| target.id.to_string()).collect();
            let line = format!(
                "the rollout history of {} begins anew: you may not write controllerrevisions",
                names.join(", ")
            );
            self.screen.labelled("note", &line);
        }
        Ok(may)
    }

    /// Whether the user may write what is changed without any pod, and watch what comes of it. A single write that nobody
    /// waits for need not be asked about: the server grants it or not.
    pub(super) async fn check_simple_rights(&self, targets: &[Target]) -> Result<(), Vec<Failure>> {
        let services = || targets.iter().filter(|target| target.id.kind == Kind::Service);
        let watched = services().filter(|_| self.writes() && self.args.wait).flat_map(|service| {
            [Right::to_one("watch", Kind::Service, &service.id.name), Right::to("watch", Kind::EndpointSlice)]
        });
        let written = targets.iter().filter(|_| self.args.dry_run != DryRun::Client);
        let written = written.map(|target| Right::to_one("patch", target.id.kind, &target.id.name));
        let rights: BTreeSet<Right> = watched.chain(written).collect();
        if rights.len() < 2 {
            return Ok(());
        }
        require(self.cluster, &rights.into_iter().collect::<Vec<_>>(), &self.commands).await
    }

    /// Whether the user has every right that the plan takes, and those to look.
    pub(super) async fn check_rights(&self, plan: &[Planned]) -> Result<(), Vec<Failure>> {
        // What is changed is watched as well: policies, and what belongs to a workload by its uid.
        let changed = requests(plan).filter(|request| matches!(request, Request::Patch { .. }));
        let changed = changed.map(|request| request.id().kind);
        let watched = IN_MOTION.into_iter().chain(self.ids.iter().map(|id| id.kind)).chain(changed);
        let watched = watched.map(|kind| Right::to("watch", kind));
        let rights: BTreeSet<Right> = of_plan(plan).into_iter().chain(watched).collect();
        require(self.cluster, &rights.into_iter().collect::<Vec<_>>(), &self.commands).await
    }

    /// `-i` needs somebody to answer.
    pub(super) fn check_terminal(&self) -> Result<(), Failure> {
        if !self.args.interactive || crate::question::is_possible() {
            return Ok(());
        }
        Err(Failure::new("--interactive needs a terminal").hint("leave it out, or look first with --dry-run"))
    }

    /// `-i`: the plan is shown, and the user decides.
    pub(super) fn is_approved(&self, plan: &[Planned]) -> Result<Option<Exit>, Failure> {
        if !self.args.interactive {
            return Ok(None);
        }
        for step in plan {
            if let Planned::Act(action) = step {
                self.screen.labelled("plan", &format!("{}: {}", action.request.summary(), action.why));
            }
        }
        let yes = crate::question::is_answered_yes("Carry this out?")
            .map_err(|error| Failure::caused_by("cannot ask", &error))?;
        Ok((!yes).then_some(Exit::Done))
    }
}
