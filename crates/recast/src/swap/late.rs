//! What others change on an owner while it is held, an autoscaler its replicas, say: the next one has it too.
//!
//! It is gone with the owner that is held, and the journal was written before. So it is kept in a Secret of its own before
//! the hold is lifted: a run that is killed right behind that loses nothing of it.

use serde_json::{Value, json};

use super::in_place::TEMPLATE;
use super::journal::{LATE, pack, unpack};
use super::names::{JOURNAL, MARK, shadow};
use super::unit::{Mode, Unit};
use super::{Swap, delete};
use crate::action::Request;
use crate::engine::Step;
use crate::failure::Failure;
use crate::json::without;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::patch::Edits;
use crate::snapshot::Snapshot;

impl Swap {
    /// Before the hold is lifted: keeps what others have changed since the owner was read.
    pub(super) fn keep_late_edits(
        &self,
        unit: &Unit,
        held: &Object,
        snapshot: &Snapshot,
    ) -> Result<Option<Step>, Failure> {
        let id = self.journal.late_id(unit);
        let next = self.target(unit, snapshot);
        let wanted = self.merged(unit, held.value(), &next);
        if is_alike(&wanted, &next) {
            return Ok(None);
        }
        if let Some(secret) = snapshot.get(&id) {
            return Ok(Some(Step::Act(vec![delete(id, secret, "somebody has changed more since")])));
        }
        let broken = |error: &(dyn std::error::Error + 'static)| {
            Failure::caused_by(format!("cannot keep what was changed on {}", unit.id()), error)
        };
        let data = pack(&wanted).map_err(|error| broken(&error))?;
        let secret = Object::new(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": id.name,
                "namespace": id.namespace(),
                "labels": {"app.kubernetes.io/managed-by": "recast", JOURNAL: self.journal.id},
            },
            "type": LATE,
            "immutable": true,
            "data": {"late": data},
        }));
        let object = Box::new(secret.map_err(|error| broken(&error))?);
        Ok(Some(Step::act(Request::Create { id, object }, "somebody has changed the owner while it was held")))
    }

    /// What the owner becomes, late edits included.
    pub(super) fn target(&self, unit: &Unit, snapshot: &Snapshot) -> Value {
        let to = &unit.to(self.direction).object;
        let kept = snapshot.get(&self.journal.late_id(unit)).and_then(|secret| unpack(secret, "late").ok());
        kept.map_or_else(|| to.clone(), |kept| self.merged(unit, &kept, to))
    }

    /// An owner as it was last seen, with the change made to it; where its strategy is the one that this change gives it
    /// while it works, with that of `next`.
    fn merged(&self, unit: &Unit, last: &Value, next: &Value) -> Value {
        let to = &unit.to(self.direction).object;
        let mut merged = next.clone();
        merged["spec"] = last["spec"].clone();
        if last["metadata"]["labels"].get(MARK).is_some() {
            for field in ["paused", "updateStrategy"] {
                match next["spec"].get(field) {
                    Some(value) => merged["spec"][field] = value.clone(),
                    None => without(&mut merged, &["spec", field]),
                }
            }
        }
        merged["spec"]["selector"] = to["spec"]["selector"].clone();
        for field in ["labels", "annotations"] {
            match last["metadata"].get(field) {
                Some(map) => merged["metadata"][field] = map.clone(),
                None => without(&mut merged, &["metadata", field]),
            }
        }
        without(&mut merged, &["metadata", "labels", MARK]);
        if merged["metadata"]["labels"] == json!({}) && to["metadata"].get("labels").is_none() {
            without(&mut merged, &["metadata", "labels"]);
        }
        let mut edits = Edits::of(merged);
        for place in [TEMPLATE.as_slice(), &["metadata", "labels"]] {
            self.edit_labels(unit, &mut edits, place);
        }
        edits.finish().1
    }
}

/// Whether they are the same in what people change.
fn is_alike(one: &Value, other: &Value) -> bool {
    let same = |at: &str| one.pointer(at) == other.pointer(at);
    ["/spec", "/metadata/labels", "/metadata/annotations"].into_iter().all(same)
}

impl super::Journal {
    /// The Secrets in which late edits are kept, if there are any.
    pub(super) fn late_ids(&self) -> impl Iterator<Item = ObjectId> {
        let units = self.units.iter().flat_map(Unit::all);
        units.filter(|unit| unit.mode == Mode::Recreate).map(|unit| self.late_id(unit))
    }

    /// Where late edits of the owner are kept.
    fn late_id(&self, unit: &Unit) -> ObjectId {
        self.targets_place(Kind::Secret, &shadow(&self.id, &format!("late-{}", unit.before.uid)))
    }
}
