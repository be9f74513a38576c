//! Beginning adoptions: what stands against them is looked for, and then they are drafted.

use std::collections::BTreeMap;

use recast::cluster::ClusterError;
use recast::dependents;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::LabelEdits;
use recast::object::{Object, ObjectId};
use recast::rights::{Right, missing, whoami};
use recast::snapshot::Snapshot;
use recast::swap::{Dependent, Direction, Handoff, Journal, fresh_id, now};

use super::passing::{Origin, Passing};
use super::{Adopting, draft, one, refusal};
use crate::casting::{goal, is_owned};
use crate::placement::Placement;

impl Adopting<'_> {
    /// The handoffs of the sources. One that is refused keeps the others from being begun, unless it is to be skipped.
    pub(super) async fn begin(&self, sources: &[ObjectId], snapshot: &Snapshot) -> Result<Vec<Passing>, Vec<Failure>> {
        let (mut begun, mut failures) = (Vec::new(), Vec::new());
        for source in sources {
            let Some(object) = snapshot.get(source) else {
                failures.push(Failure::new(format!("{source} was deleted by somebody else")));
                continue;
            };
            if (self.args.all || self.args.selector.is_some()) && is_owned(source, object) {
                self.screen.say(&format!("{source} belongs to a deployment and is left as it is"));
                continue;
            }
            match self.adoption(source, object, snapshot) {
                Ok(passing) => begun.push(passing),
                Err(refused) => failures.extend(refused),
            }
        }
        if !failures.is_empty() && !self.args.skip_refused {
            return Err(failures);
        }
        self.screen.failures(&failures);
        self.complete(&mut begun, snapshot).await?;
        Ok(begun)
    }

    fn adoption(&self, source: &ObjectId, object: &Object, snapshot: &Snapshot) -> Result<Passing, Vec<Failure>> {
        let goal = goal(self.args, &self.commands, source.clone(), object).map_err(one)?;
        refusal::of_adoption(&goal, object, snapshot)?;
        let template = &goal.cast.daemon_set["spec"]["template"];
        let nodes = Placement::of(template, snapshot).map(|placement| placement.on).unwrap_or_default();
        let handoff = draft::adoption(&goal, object, &nodes, snapshot);
        refusal::of_handoff(&handoff, &self.commands, snapshot)?;
        Ok(self.passing(handoff, Origin::Cast(Box::new(goal))))
    }

    pub(super) fn passing(&self, handoff: Handoff, origin: Origin) -> Passing {
        let sides = [&handoff.before, &handoff.after].map(|side| side.top.id.clone());
        let journal = Journal {
            version: Journal::VERSION,
            id: fresh_id(),
            command: self.command(&sides[0]),
            by: String::new(),
            begun: now(),
            edits: LabelEdits::default(),
            asked: vec![sides[0].clone()],
            targets: sides.into(),
            keep_selector: false,
            token: true,
            units: Vec::new(),
            moves: Vec::new(),
            policies: Vec::new(),
            pods: BTreeMap::new(),
            handoff: None,
        };
        Passing { swap: self.swap(journal, Direction::Forward), handoff, origin }
    }

    /// What only the cluster can say: who does this, what else belongs to the owners, what may be taken away at the end.
    pub(super) async fn complete(&self, passings: &mut [Passing], snapshot: &Snapshot) -> Result<(), Vec<Failure>> {
        if passings.is_empty() {
            return Ok(());
        }
        let (by, found) = futures::join!(whoami(self.cluster), self.dependents(passings));
        let found = found.map_err(one)?;
        let with_history = self.may_delete_history(passings).await.map_err(|error| one(error.into()))?;
        for passing in passings {
            draft::complete(&mut passing.handoff, &found, with_history, snapshot);
            passing.swap.journal.by.clone_from(&by);
            passing.swap.journal.handoff = Some(passing.handoff.clone());
        }
        Ok(())
    }

    async fn dependents(&self, passings: &[Passing]) -> Result<Vec<Dependent>, Failure> {
        let served = self.cluster.served().await?;
        let owners: Vec<&str> = passings.iter().map(|passing| passing.handoff.before.top.uid.as_str()).collect();
        let dependents = dependents::find(self.cluster, &served, &owners).await?;
        for line in dependents.not_looked_at() {
            self.screen.labelled("note", &line);
        }
        Ok(dependents.found)
    }

    /// A DaemonSet's revisions stay when it goes; who may not delete them leaves them behind.
    async fn may_delete_history(&self, passings: &[Passing]) -> Result<bool, ClusterError> {
        let is_due = passings.iter().any(|passing| passing.handoff.before.top.id.kind == Kind::DaemonSet);
        let rights = ["get", "delete"].map(|verb| Right::to(verb, Kind::ControllerRevision));
        let may = !is_due || missing(self.cluster, &rights).await?.is_empty();
        if !may {
            self.screen
                .labelled("note", "the daemon set's revisions stay behind: you may not delete controllerrevisions");
        }
        Ok(may)
    }
}
