//! The steps around an owner: hold it, delete it without its pods, lift the hold, create the next one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Swap;
use super::hold::{has_hold, hold, lift, orphan};
use super::names::MARK;
use super::standing::Standing;
use super::unit::{Direction, Mode, Unit};
use crate::action::Request;
use crate::engine::Step;
use crate::failure::Failure;
use crate::json::without;
use crate::kind::Kind;
use crate::object::Object;
use crate::patch::Edits;
use crate::snapshot::Snapshot;

/// Why an owner is deleted.
const ORPHANED: &str = "its selector cannot be changed; what it owns stays, without owner";

impl Swap {
    /// What is next about the owner; nothing if it is what it is to be.
    pub(super) fn step(&self, unit: &Unit, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        match self.standing(unit, snapshot)? {
            Standing::Finished => Ok(None),
            Standing::Kept(object) => Ok(Some(lift(unit.id(), object, "it stays as it is"))),
            Standing::Absent => match self.prepare_next(unit, snapshot)? {
                Some(step) => Ok(Some(step)),
                None => self.create(unit, snapshot).map(Some),
            },
            Standing::Held(object) => self.while_held(unit, object, snapshot).map(Some),
            Standing::Created(object) if unit.mode == Mode::Recreate => Ok(Some(self.created(unit, object, snapshot))),
            Standing::Created(object) => self.in_place(unit, object, snapshot).map(Some),
            Standing::Before(object) => self.begin(unit, object).map(Some),
        }
    }

    /// The first step about an owner that is as it was.
    fn begin(&self, unit: &Unit, object: &Object) -> Result<Step, Failure> {
        if self.direction == Direction::Forward && unit.mode != Mode::Labels {
            self.check_unchanged(&unit.before, object)?;
        }
        Ok(match unit.mode {
            Mode::Recreate if has_hold(object) => orphan(unit.id(), object, ORPHANED),
            Mode::Recreate => hold(unit.id(), object),
            Mode::InPlace => self.begin_in_place(unit, object),
            Mode::Labels => self.relabel_replica_set(unit, object),
        })
    }

    fn create(&self, unit: &Unit, snapshot: &Snapshot) -> Result<Step, Failure> {
        let object = self.fresh(unit, snapshot);
        let object =
            Object::new(object).map_err(|error| Failure::caused_by(format!("cannot create {}", unit.id()), &error))?;
        let request = Request::Create { id: unit.id().clone(), object: Box::new(object) };
        Ok(Step::act(request, "it takes the pods that are there, and starts none"))
    }

    /// The new owner as it is sent: it changes no pod until it has taken them all.
    fn fresh(&self, unit: &Unit, snapshot: &Snapshot) -> Value {
        let mut object = without_server_fields(self.target(unit, snapshot));
        // An owner of before that is swapped, too, is not there any more.
        if let Some(references) = object["metadata"]["ownerReferences"].as_array_mut() {
            references.retain(|reference| {
                !self.journal.units.iter().any(|unit| reference["uid"] == unit.before.uid.as_str())
            });
        }
        self.at_rest(unit.id().kind, object)
    }

    /// The owner with our mark on it, and so that it rolls out nothing.
    pub(super) fn at_rest(&self, kind: Kind, mut object: Value) -> Value {
        object["metadata"]["labels"][MARK] = json!(self.mark());
        match kind {
            Kind::Deployment => object["spec"]["paused"] = json!(true),
            Kind::DaemonSet | Kind::StatefulSet => object["spec"]["updateStrategy"] = json!({"type": "OnDelete"}),
            _ => {}
        }
        object
    }
}

/// The object as it can be created: without what the server writes, and finalizers.
pub(super) fn without_server_fields(mut object: Value) -> Value {
    without(&mut object, &["status"]);
    for field in Object::SERVER_OWNED {
        without(&mut object, &["metadata", field]);
    }
    without(&mut object, &["metadata", "finalizers"]);
    object
}

/// A patch that holds only for the object as it was seen.
pub(super) fn guarded(object: &Object) -> Edits {
    guarded_in(object.value().clone())
}

/// A patch of its labels alone, that holds only for the object as it was seen. Of thousands of pods nothing else is copied.
pub(super) fn guarded_labels(object: &Object) -> Edits {
    let all = object.at("/metadata").and_then(Value::as_object).into_iter().flatten();
    let metadata = all.filter(|(field, _)| ["uid", "resourceVersion", "labels"].contains(&field.as_str()));
    guarded_in(json!({"metadata": metadata.collect::<BTreeMap<_, _>>()}))
}

fn guarded_in(value: Value) -> Edits {
    let mut edits = Edits::of(value);
    edits.test(&["metadata", "uid"]);
    edits.test(&["metadata", "resourceVersion"]);
    edits
}
