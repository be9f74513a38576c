//! May one workload go because another serves in its place? Said by the Services' slices, not by hope.

mod share;

use recast::commands::Commands;
use recast::difference::count;
use recast::engine::Gate;
use recast::failure::Failure;
use recast::object::ObjectId;
use recast::ownership::{is_ready, pods_of};
use recast::snapshot::Snapshot;
use recast::workload::Workload;

use share::{Share, shares};

/// A workload that is to go, and the one that stays.
#[derive(Clone, Copy, Debug)]
pub struct Handover<'a> {
    /// The one that is to go.
    pub leaving: &'a ObjectId,
    /// The one that stays.
    pub staying: &'a ObjectId,
    /// Whether fewer pods are enough.
    pub allow_fewer: bool,
    /// How commands for the user are written.
    pub commands: &'a Commands,
}

impl Handover<'_> {
    /// What must be waited for before the one may go; `None` if nothing.
    ///
    /// # Errors
    /// If a Service would have fewer ready endpoints than before, or there would be fewer ready pods.
    pub fn check(&self, snapshot: &Snapshot) -> Result<Option<Gate>, Failure> {
        let uid = |id: &ObjectId| snapshot.get(id).map(|object| object.uid().to_owned()).unwrap_or_default();
        let (leaving, staying) = (uid(self.leaving), uid(self.staying));
        let known = ready_pods(snapshot, &staying);
        let counted = Self::counted(self.staying, snapshot);
        if known < counted {
            return Ok(Some(self.in_sight(known, counted)));
        }
        let shares = shares(snapshot, &leaving, &staying);
        if let Some(late) = shares.iter().find(|share| share.staying < share.expected) {
            return Ok(Some(self.in_force(late)));
        }
        let (were, are) = (ready_pods(snapshot, &leaving).max(Self::counted(self.leaving, snapshot)), known);
        if self.allow_fewer || (are >= were && shares.iter().all(|share| share.staying >= share.leaving)) {
            return Ok(None);
        }
        Err(self.too_few(&shares, were, are))
    }

    /// How many ready pods the workload's own status counts: the watch of the pods may lag behind the workload's.
    fn counted(id: &ObjectId, snapshot: &Snapshot) -> usize {
        let ready = snapshot.get(id).map(|object| Workload::new(id.kind, object).ready());
        ready.and_then(|ready| usize::try_from(ready).ok()).unwrap_or(0)
    }

    fn in_sight(&self, known: usize, counted: usize) -> Gate {
        Gate {
            waits_for: format!("the pods of {} to be seen", self.staying),
            sees: format!("{known} of {counted}"),
            command: self.commands.kubectl(&["get", "pods"]),
        }
    }

    fn in_force(&self, share: &Share) -> Gate {
        let slices = format!("kubernetes.io/service-name={}", share.service);
        Gate {
            waits_for: format!("service/{} to take in the pods of {}", share.service, self.staying),
            sees: format!("{} of {} are endpoints", share.staying, share.expected),
            command: self.commands.kubectl(&["get", "endpointslices", "-l", &slices]),
        }
    }

    fn too_few(&self, shares: &[Share], were: usize, are: usize) -> Failure {
        let lines = shares.iter().filter(|share| share.staying < share.leaving).map(|share| {
            let after = share.all - share.leaving;
            format!("service/{} has {} ready endpoints and would have {after}", share.service, share.all)
        });
        let pods = |number| count(number, "pod", "pods");
        Failure::new(format!(
            "{} has {} ready, {} has {}: {} stays",
            self.staying,
            pods(are),
            self.leaving,
            pods(were),
            self.leaving
        ))
        .details(lines)
        .hint("add --allow-fewer if that is enough")
    }
}

/// How many pods of a workload are ready.
#[must_use]
pub fn ready_pods(snapshot: &Snapshot, uid: &str) -> usize {
    pods_of(snapshot, uid).filter(|pod| is_ready(pod)).count()
}
