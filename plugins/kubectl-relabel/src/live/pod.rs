//! One pod's labels.

use std::collections::BTreeMap;

use recast::engine::{Goal, Step};
use recast::failure::Failure;
use recast::label::LabelEdits;
use recast::object::{Object, ObjectId};
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Journal, PodRecord, Swap, Wanted, patch_labels, record};

/// A pod that is relabelled itself.
pub struct PodGoal {
    /// The pod.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// What its labels are to be.
    pub wanted: Wanted,
}

impl PodGoal {
    /// A pod that the change has named itself, on the way to its end or back.
    #[must_use]
    pub fn of(journal: &Journal, direction: Direction, id: &ObjectId) -> Option<Self> {
        let (uid, record) = journal.pods.iter().find(|(_, record)| record.name == id.name)?;
        let wanted = match direction {
            Direction::Forward => journal.edits.iter().map(|edit| (edit.key.clone(), edit.value.clone())).collect(),
            Direction::Back => record.labels.clone(),
        };
        Some(Self { id: id.clone(), uid: uid.clone(), wanted })
    }
}

/// What is kept of the pods that are named themselves, by uid.
pub fn records<'p>(pods: impl Iterator<Item = &'p Object>, edits: &LabelEdits) -> BTreeMap<String, PodRecord> {
    let keys: Vec<&str> = edits.iter().map(|edit| edit.key.as_str()).collect();
    pods.map(|pod| (pod.uid().to_owned(), record(pod, &keys, false))).collect()
}

impl Goal for PodGoal {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let pod = snapshot.get(&self.id).filter(|pod| pod.uid() == self.uid);
        let pod = pod.ok_or_else(|| {
            Failure::new(format!("{} was deleted, or made anew, by somebody else", self.id))
                .hint("look at the pods again")
        })?;
        let action = patch_labels(pod, &self.wanted, "as asked");
        Ok(action.map_or(Step::Done, |action| Step::Act(vec![action])))
    }
}

/// What one command wants.
pub enum Job {
    /// Everything that has selectors, as one change.
    Swap(Box<Swap>),
    /// A pod.
    Pod(PodGoal),
}

impl Goal for Job {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        match self {
            Self::Swap(swap) => swap.next(snapshot),
            Self::Pod(pod) => pod.next(snapshot),
        }
    }

    fn guards(&self) -> Vec<ObjectId> {
        match self {
            Self::Swap(swap) => swap.guards(),
            Self::Pod(_) => Vec::new(),
        }
    }

    fn exposed(&self, snapshot: &Snapshot) -> Option<String> {
        match self {
            Self::Swap(swap) => swap.exposed(snapshot),
            Self::Pod(_) => None,
        }
    }
}
