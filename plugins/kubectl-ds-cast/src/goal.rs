//! What a cast wants of the cluster: the DaemonSet there, and with `--replace` the source gone.

mod creation;

use recast::action::{Action, Propagation, Request};
use recast::commands::Commands;
use recast::engine::{Gate, Goal, Step};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::patch::Edits;
use recast::snapshot::Snapshot;
use recast::workload::Workload;
use serde_json::json;

use crate::cast::{Cast, Origin, Wishes, cast};
use crate::handover::Handover;
use crate::placement::Placement;
use crate::remember::ANNOTATION;

/// One cast.
#[derive(Clone, Debug)]
pub struct CastGoal {
    /// The source.
    pub source: ObjectId,
    /// The uid that the source had when it was read.
    pub source_uid: String,
    /// The DaemonSet.
    pub target: ObjectId,
    /// The cast of the source as it was read.
    pub cast: Cast,
    /// What the user asked of the result.
    pub wishes: Wishes,
    /// Whether and how the source goes.
    pub replace: Option<Replace>,
    /// How commands for the user are written.
    pub commands: Commands,
    /// The flags that ask for the same result again.
    pub wish_words: Vec<String>,
}

/// How the source goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replace {
    /// Whether the DaemonSet may run fewer pods than the source has ready.
    pub allow_fewer: bool,
}

impl Goal for CastGoal {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let Some(daemon_set) = snapshot.get(&self.target) else {
            return self.create(snapshot);
        };
        if daemon_set.is_deleting() {
            return Err(Failure::new(format!("{} is being deleted", self.target))
                .hint("wait until it is gone, or give the new one another name with --name"));
        }
        let source = snapshot.get(&self.source);
        // What this run created is right even where admission has changed it.
        if !snapshot.has_written(&self.target) {
            self.compare(daemon_set, source)?;
        }
        match (self.replace, source) {
            (Some(replace), Some(source)) => self.replace(replace, daemon_set, source, snapshot),
            _ => Ok(Step::Done),
        }
    }
}

impl CastGoal {
    fn current(&self, source: &Object) -> Result<Cast, Failure> {
        cast(self.source.kind, source.value(), Origin::Cluster, &self.wishes)
            .map_err(|refusal| refusal.of(&self.source.to_string()))
    }

    fn replace(
        &self,
        replace: Replace,
        daemon_set: &Object,
        source: &Object,
        snapshot: &Snapshot,
    ) -> Result<Step, Failure> {
        if source.uid() != self.source_uid {
            return Err(Failure::new(format!("{} was created anew by somebody else", self.source))
                .hint("look who made it; casting it again starts over"));
        }
        if source.is_deleting() {
            return Ok(Step::Wait(self.gone()));
        }
        // Only what would now be cast in another way matters; scaling does not.
        if snapshot.has_written(&self.target)
            && self.current(source)?.daemon_set["spec"] != self.cast.daemon_set["spec"]
        {
            return Err(Failure::new(format!("{} was changed since it was cast", self.source))
                .hint(format!("take {} away and cast again", self.target)));
        }
        let workload = Workload::new(Kind::DaemonSet, daemon_set);
        if !workload.is_available() {
            self.check_room(snapshot)?;
            return Ok(Step::Wait(self.ready(daemon_set, snapshot)));
        }
        let handover = Handover {
            leaving: &self.source,
            staying: &self.target,
            allow_fewer: replace.allow_fewer,
            commands: &self.commands,
        };
        if let Some(gate) = handover.check(snapshot)? {
            return Ok(Step::Wait(gate));
        }
        if let Some(action) = self.refresh_memory(daemon_set, source)? {
            return Ok(Step::Act(vec![action]));
        }
        Ok(Step::Act(vec![Action {
            request: Request::delete(self.source.clone(), source, Propagation::Foreground),
            why: format!("{} is ready on every node, so its pods are not needed any more", self.target),
        }]))
    }

    /// The source may have been scaled since: what `--undo` will give back is what it is at the end.
    fn refresh_memory(&self, daemon_set: &Object, source: &Object) -> Result<Option<Action>, Failure> {
        let wanted = self.current(source)?.daemon_set["metadata"]["annotations"][ANNOTATION].clone();
        let path = ["metadata", "annotations", ANNOTATION];
        if !wanted.is_string() || daemon_set.value()["metadata"]["annotations"][ANNOTATION] == wanted {
            return Ok(None);
        }
        let mut edits = Edits::of(daemon_set.value().clone());
        edits.test(&["metadata", "uid"]);
        edits.test(&path);
        edits.set(&path, json!(wanted));
        Ok(Some(Action {
            request: Request::Patch { id: self.target.clone(), patch: edits.finish().0 },
            why: format!("--undo is to give {} back as it is now", self.source),
        }))
    }

    fn ready(&self, daemon_set: &Object, snapshot: &Snapshot) -> Gate {
        let workload = Workload::new(Kind::DaemonSet, daemon_set);
        let pods = if workload.is_observed() {
            workload.desired()
        } else {
            // Its controller has made no count yet: that of the nodes.
            let nodes = Placement::of(workload.template(), snapshot).map_or(0, |placement| placement.on.len());
            i64::try_from(nodes).unwrap_or(i64::MAX)
        };
        let stale = if workload.updated() < workload.available() {
            format!(", {} of the present template", workload.updated())
        } else {
            String::new()
        };
        Gate {
            waits_for: format!("{} to be ready on every node", self.target),
            sees: if workload.is_observed() {
                format!("{} of {} available{stale}", workload.available(), workload.desired())
            } else {
                "its controller has not seen it yet".to_owned()
            },
            command: self.commands.await_available(&self.target, daemon_set, pods),
        }
    }

    fn gone(&self) -> Gate {
        Gate {
            waits_for: format!("{} and its pods to be gone", self.source),
            sees: "being deleted".to_owned(),
            command: self.commands.kubectl(&["wait", "--for=delete", &self.source.to_string()]),
        }
    }
}

#[cfg(test)]
mod tests;
