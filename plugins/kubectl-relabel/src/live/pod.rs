//! One pod's labels.

use std::collections::BTreeMap;

use recast::engine::{Goal, Step};
use recast::failure::Failure;
use recast::label::LabelEdits;
use recast::object::{Object, ObjectId};
use recast::snapshot::Snapshot;
use recast::swap::{Direction, PodRecord, Swap, Wanted, patch_labels, record};

/// A pod that is relabelled itself.
pub struct PodGoal {
    /// The pod.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// What its labels are to be.
    pub wanted: Wanted,
}

/// What is kept of the pods that are named themselves, by uid.
pub fn records<'p>(pods: impl Iterator<Item = &'p Object>, edits: &LabelEdits) -> BTreeMap<String, PodRecord> {
    let keys: Vec<&str> = edits.iter().map(|edit| edit.key.as_str()).collect();
    pods.map(|pod| (pod.uid().to_owned(), record(pod, &keys, false))).collect()
}

impl Goal for PodGoal {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let pod = snapshot.get(&self.id).filter(|pod| pod.uid() == self.uid);
        let pod = pod.ok_or_else(|| gone(&self.id))?;
        let action = patch_labels(pod, &self.wanted, "as asked");
        Ok(action.map_or(Step::Done, |action| Step::Act(vec![action])))
    }
}

/// What one command wants.
pub enum Job {
    /// Everything, as one change, where anything has selectors.
    Swap(Box<Swap>),
    /// A pod, where nothing else is named.
    Pod(PodGoal),
}

impl Job {
    /// The pods that were named and could not be changed, since they are not there any more.
    pub fn lost(&self, snapshot: &Snapshot) -> Vec<Failure> {
        match self {
            Self::Swap(swap) if swap.direction == Direction::Forward => swap.lost(snapshot).iter().map(gone).collect(),
            _ => Vec::new(),
        }
    }
}

fn gone(pod: &ObjectId) -> Failure {
    Failure::new(format!("{pod} was deleted, or made anew, by somebody else")).hint("look at the pods again")
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
