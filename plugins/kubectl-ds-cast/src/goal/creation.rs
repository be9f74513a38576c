//! The DaemonSet's creation: what is looked at before, and what is there already.

use recast::action::{Action, Request};
use recast::difference::count;
use recast::engine::Step;
use recast::failure::Failure;
use recast::object::Object;
use recast::snapshot::Snapshot;
use serde_json::Value;

use super::{CastGoal, Replace};
use crate::blockers::blockers;
use crate::existing::deviations;
use crate::handover::ready_pods;
use crate::placement::Placement;
use crate::remember::ANNOTATION;

impl CastGoal {
    pub(super) fn create(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        if snapshot.has_lost(&self.target) {
            return Err(Failure::new(format!("{} was deleted by somebody else", self.target))
                .hint(format!("{} is as it was; run it again to go on", self.source)));
        }
        if snapshot.get(&self.source).is_some_and(Object::is_deleting) {
            return Err(
                Failure::new(format!("{} is being deleted", self.source)).hint("cast it from its manifest with -f")
            );
        }
        if let Some(replace) = self.replace {
            self.check_capacity(replace, snapshot)?;
            self.check_room(snapshot)?;
        }
        let object = Object::new(self.cast.daemon_set.clone())
            .map_err(|error| Failure::caused_by(format!("{} cannot be cast", self.source), &error))?;
        Ok(Step::Act(vec![Action {
            request: Request::Create { id: self.target.clone(), object: Box::new(object) },
            why: format!("it takes selector and template of {}, and runs one pod on each node", self.source),
        }]))
    }

    /// What would be waited for in vain, because the source's own pods are in the way.
    pub(super) fn check_room(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        let reasons = blockers(self, snapshot);
        if reasons.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!("{} would wait for ever beside {}", self.target, self.source))
            .details(reasons)
            .hint("cast it without --replace, or free the nodes first by scaling the source down"))
    }

    /// Said before anything is written: fewer pods than now.
    pub fn check_capacity(&self, replace: Replace, snapshot: &Snapshot) -> Result<(), Failure> {
        let template = &self.cast.daemon_set["spec"]["template"];
        let ready = ready_pods(snapshot, &self.source_uid);
        match Placement::of(template, snapshot) {
            Some(placement) if placement.on.len() < ready && !replace.allow_fewer => {
                let (nodes, ready) = (count(placement.on.len(), "node", "nodes"), count(ready, "pod", "pods"));
                Err(Failure::new(format!("{} would run on {nodes}, {} has {ready} ready", self.target, self.source))
                    .hint("add --allow-fewer if that is enough, or let it run on more nodes with --toleration"))
            }
            _ => Ok(()),
        }
    }

    /// A DaemonSet of the name is there: is it the cast of the source as it is now?
    pub(super) fn compare(&self, daemon_set: &Object, source: Option<&Object>) -> Result<(), Failure> {
        let Some(source) = source else { return Ok(()) };
        let wanted = self.current(source)?.daemon_set;
        if is_as_created(daemon_set, &wanted) {
            return Ok(());
        }
        let lines = deviations(daemon_set.value(), &wanted);
        if lines.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{} exists already and differs from the cast of {} (is -> would be)",
            self.target, self.source
        ))
        .details(shorten(lines))
        .hint(format!(
            "give another name with --name, or take it away first: {}",
            self.commands.kubectl(&["delete", &self.target.short()])
        )))
    }
}

/// Whether it is the cast of just this source and nobody has changed its spec since: what differs then is what admission
/// has made of it, in a run before this one.
fn is_as_created(daemon_set: &Object, wanted: &Value) -> bool {
    let memory = |object: &Value| object["metadata"]["annotations"][ANNOTATION].as_str().map(str::to_owned);
    let remembered = memory(wanted);
    daemon_set.metadata().generation == Some(1) && remembered.is_some() && remembered == memory(daemon_set.value())
}

/// A short diff is enough to see what it is about.
fn shorten(mut lines: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 8;
    if lines.len() > SHOWN {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("… and {more} more"));
    }
    lines
}
