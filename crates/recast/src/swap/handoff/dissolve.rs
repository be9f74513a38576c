//! The old owners: held, deleted without what they own, and let go when the next one has taken over.

use super::{Side, Way};
use crate::action::{Propagation, Request};
use crate::engine::Step;
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::snapshot::Snapshot;
use crate::swap::Swap;
use crate::swap::hold::{has_hold, hold, lift, orphan, orphaning};
use crate::swap::standing::is_named;
use crate::swap::unit::Part;

/// Why an old owner is deleted.
const DISSOLVED: &str = "its pods pass to another owner; what it owns stays, without owner";

impl Swap {
    /// What is next until nothing belongs to the old owners any more. The outermost comes first: it would make the inner
    /// ones anew.
    pub(super) fn dissolve(&self, way: Way<'_>, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        self.check_taken(&way.from.top, snapshot)?;
        for part in way.from.owners() {
            let Some(object) = snapshot.get(&part.id) else { continue };
            if let Some(step) = self.dissolve_one(way, part, object, snapshot)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    fn dissolve_one(
        &self,
        way: Way<'_>,
        part: &Part,
        object: &Object,
        snapshot: &Snapshot,
    ) -> Result<Option<Step>, Failure> {
        let id = &part.id;
        if object.is_deleting() {
            if !has_hold(object) {
                return Err(self.deleted(id));
            }
            return Ok(orphaning(id, object, &way.handoff.dependents, snapshot, &self.commands));
        }
        if !self.is_ours_to_dissolve(way, part, object, snapshot) {
            return Err(self.made_anew(id, object));
        }
        if has_hold(object) {
            return Ok(Some(orphan(id, object, DISSOLVED)));
        }
        if *id == way.from.top.id {
            self.check_unchanged(part, object)?;
        } else if is_empty(object, snapshot) {
            let request = Request::delete(id.clone(), object, Propagation::Background);
            return Ok(Some(Step::act(request, "it has no pods, and no owner any more")));
        }
        Ok(Some(hold(id, object)))
    }

    /// Whether it is the one that was recorded; or, where this change itself has made it going the other way, that one.
    fn is_ours_to_dissolve(&self, way: Way<'_>, part: &Part, object: &Object, snapshot: &Snapshot) -> bool {
        if !part.uid.is_empty() {
            return object.uid() == part.uid;
        }
        part.id != way.from.top.id || self.has_other_mark(object) || !self.stands(&way.to.top, snapshot)
    }

    /// Whoever deletes an owner without our hold takes its pods along.
    fn check_taken(&self, part: &Part, snapshot: &Snapshot) -> Result<(), Failure> {
        if part.uid.is_empty() || snapshot.get(&part.id).is_some() {
            return Ok(());
        }
        let taken = snapshot.last(&part.id).map_or_else(|| is_named(&part.id, snapshot), |last| !has_hold(last));
        if taken { Err(self.deleted(&part.id)) } else { Ok(()) }
    }

    /// Lets go what is still held of a side.
    pub(super) fn let_go(side: &Side, why: &str, snapshot: &Snapshot) -> Option<Step> {
        let held = |id: &ObjectId| snapshot.get(id).filter(|object| has_hold(object));
        side.owners().find_map(|part| Some(lift(&part.id, held(&part.id)?, why)))
    }
}

/// A ReplicaSet of an earlier revision.
fn is_empty(object: &Object, snapshot: &Snapshot) -> bool {
    let none = |at: &str| object.number(at).unwrap_or(0) == 0;
    none("/spec/replicas")
        && none("/status/replicas")
        && !snapshot.of(Kind::Pod).any(|pod| pod.is_controlled_by(object.uid()))
}
