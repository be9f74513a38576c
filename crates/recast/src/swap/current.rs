//! Which pods are up to date: made from the owner's present template, so that nothing need be rolled out for them.

use serde_json::Value;

use super::Swap;
use super::pods::{GENERATION, GENERATION_OF_OWNER, REVISION};
use super::unit::{Direction, Unit};
use crate::json::without;
use crate::kind::Kind;
use crate::object::Object;

impl Swap {
    /// Whether the pod is to count as up to date at the end. One that came since the journal was written, such as in the
    /// place of a pod that was evicted, says itself from which template it was made: it has the generation or the revision
    /// of its owner of then.
    pub(super) fn is_current(&self, unit: &Unit, pod: &Object, owner: Option<&Object>) -> bool {
        if let Some(record) = unit.record(pod) {
            return record.current;
        }
        let before = &unit.before.object;
        let status = |field: &str| before["status"][field].as_str();
        let (label, present, former) = match unit.id().kind {
            Kind::DaemonSet => (GENERATION, before["metadata"]["annotations"][GENERATION_OF_OWNER].as_str(), None),
            Kind::StatefulSet => (REVISION, status("updateRevision"), status("currentRevision")),
            _ => return false,
        };
        let its = pod.label(label);
        if its.is_some() && its == present {
            return true;
        }
        // Made while the change stood, from the template with its labels: what is put back takes nothing but those from it.
        self.direction == Direction::Back
            && (its.is_none() || its != former)
            && self.differs_in_labels_alone(unit, owner)
    }

    /// Whether nobody has changed the template besides.
    fn differs_in_labels_alone(&self, unit: &Unit, owner: Option<&Object>) -> bool {
        let template = |value: &Value| {
            let mut template = value["spec"]["template"].clone();
            for edit in &self.journal.edits {
                without(&mut template, &["metadata", "labels", edit.key.as_str()]);
            }
            template
        };
        owner.is_none_or(|owner| template(owner.value()) == template(&unit.before.object))
    }
}
