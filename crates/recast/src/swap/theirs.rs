//! What others have made their own in the middle of a change.

use serde_json::Value;

use super::Swap;
use super::policy::Policy;
use super::unit::Unit;
use crate::object::ObjectId;
use crate::snapshot::Snapshot;

impl Swap {
    /// Owners that were deleted; Services and policies that were deleted, made anew, or given a selector that the change
    /// does not know. They are left as they are.
    #[must_use]
    pub fn theirs(&self, snapshot: &Snapshot) -> Vec<&ObjectId> {
        let is_ours = |id: &ObjectId, uid: &str, field: &str, knows: &dyn Fn(&Value) -> bool| {
            let object = snapshot.get(id).filter(|object| object.uid() == uid && !object.is_deleting());
            object.is_some_and(|object| knows(&object.value()["spec"][field]))
        };
        let owners = self.journal.units.iter().filter(|unit| snapshot.get(unit.id()).is_none());
        let owners = owners.filter(|unit| self.was_taken(unit, snapshot)).map(Unit::id);
        let services = self
            .journal
            .moves
            .iter()
            .filter(|one| !is_ours(&one.id, &one.uid, "selector", &|selector| one.knows(selector)));
        let policies = self
            .journal
            .policies
            .iter()
            .filter(|one| !is_ours(&one.id, &one.uid, Policy::field(one.id.kind), &|selector| one.knows(selector)));
        owners.chain(services.map(|one| &one.id)).chain(policies.map(|one| &one.id)).collect()
    }
}
