//! What the goals of this plugin have in common: one object is created, another one may go.

use std::collections::BTreeSet;

use recast::engine::Goal;
use recast::object::ObjectId;
use recast::snapshot::Snapshot;
use serde_json::Value;

use recast::screen::Screen;

/// A goal that can be shown.
pub trait Job: Goal {
    /// The object that is created.
    fn creates(&self) -> &ObjectId;

    /// The object as it is sent.
    fn object(&self) -> &Value;

    /// The object that goes, if one does.
    fn removes(&self) -> Option<&ObjectId>;

    /// The patch for `-o patch`.
    fn patch(&self) -> json_patch::Patch;

    /// What must be said before anything is done.
    fn announce(&self, snapshot: &Snapshot, screen: &Screen);

    /// What is said once the object has been created, or would be.
    fn report(&self, snapshot: &Snapshot, screen: &Screen);
}

/// The jobs that would create what another one before them creates.
pub fn doubled<J: Job>(jobs: &[J]) -> impl Iterator<Item = &J> {
    let mut seen = BTreeSet::new();
    jobs.iter().filter(move |job| !seen.insert(job.creates()))
}
