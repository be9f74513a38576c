//! Services and policies that others have made their own in the middle of a change.

use serde_json::Value;

use super::journal::Journal;
use super::policy::Policy;
use crate::object::ObjectId;
use crate::snapshot::Snapshot;

impl Journal {
    /// Those that were deleted, made anew, or given a selector that the change does not know: they are left as they are.
    #[must_use]
    pub fn theirs(&self, snapshot: &Snapshot) -> Vec<&ObjectId> {
        let is_ours = |id: &ObjectId, uid: &str, field: &str, knows: &dyn Fn(&Value) -> bool| {
            let object = snapshot.get(id).filter(|object| object.uid() == uid && !object.is_deleting());
            object.is_some_and(|object| knows(&object.value()["spec"][field]))
        };
        let services =
            self.moves.iter().filter(|one| !is_ours(&one.id, &one.uid, "selector", &|selector| one.knows(selector)));
        let policies = self
            .policies
            .iter()
            .filter(|one| !is_ours(&one.id, &one.uid, Policy::field(one.id.kind), &|selector| one.knows(selector)));
        services.map(|one| &one.id).chain(policies.map(|one| &one.id)).collect()
    }
}
