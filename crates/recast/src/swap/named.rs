//! Pods that a change names themselves, beside workloads, Services or policies: they are labelled under the same protection
//! as pods that follow their owner.

use super::Swap;
use super::pods::{Wanted, is_labelled, patch_labels};
use super::unit::{Direction, PodRecord, Unit};
use crate::action::Action;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::ownership::lives;
use crate::snapshot::Snapshot;

impl Swap {
    /// The pods that are named and are gone, or others by now.
    #[must_use]
    pub fn lost(&self, snapshot: &Snapshot) -> Vec<ObjectId> {
        let pods = self.journal.pods.iter().map(|(uid, record)| (uid, self.place_of(record)));
        pods.filter(|(uid, id)| snapshot.get(id).is_none_or(|pod| pod.uid() != *uid)).map(|(_, id)| id).collect()
    }

    /// Those that live, and what is recorded of them; but for those that follow an owner of the change.
    pub(super) fn named<'s>(&'s self, snapshot: &'s Snapshot) -> impl Iterator<Item = (&'s Object, &'s PodRecord)> {
        let units = || self.journal.units.iter().flat_map(Unit::all);
        let pods = self.journal.pods.iter().filter(move |(uid, _)| !units().any(|unit| unit.pods.contains_key(*uid)));
        pods.filter_map(|(uid, record)| {
            let pod = snapshot.get(&self.place_of(record)).filter(|pod| pod.uid() == uid && lives(pod))?;
            Some((pod, record))
        })
    }

    fn place_of(&self, record: &PodRecord) -> ObjectId {
        self.journal.targets_place(Kind::Pod, &record.name)
    }

    /// What the labels of the change are to be on it, at the end.
    pub(super) fn wanted_of(&self, record: &PodRecord) -> Wanted {
        match self.direction {
            Direction::Forward => self.journal.edits.wanted(),
            Direction::Back => record.labels.clone(),
        }
    }

    /// The patches that give them the labels of the change. One that has all that it is to have in the end, and nothing that
    /// it is not to have, has been through it.
    pub(super) fn label_named(&self, snapshot: &Snapshot) -> Vec<Action> {
        let patches = self.named(snapshot).filter_map(|(pod, record)| {
            let wanted = self.wanted_of(record);
            if is_labelled(pod, &wanted) {
                return None;
            }
            let added = wanted.into_iter().filter(|(_, value)| value.is_some());
            let fence = self.fence().into_iter().map(|(key, value)| (key, Some(value)));
            patch_labels(pod, &added.chain(fence).collect(), "as asked")
        });
        patches.collect()
    }
}
