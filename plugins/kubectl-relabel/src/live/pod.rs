//! One pod's labels.

use recast::engine::{Goal, Step};
use recast::failure::Failure;
use recast::label::LabelEdits;
use recast::object::ObjectId;
use recast::snapshot::Snapshot;
use recast::swap::{Swap, Wanted, patch_labels};

/// A pod that is relabelled itself.
pub struct PodGoal {
    /// The pod.
    pub id: ObjectId,
    /// Its uid.
    pub uid: String,
    /// The edits.
    pub edits: LabelEdits,
}

impl Goal for PodGoal {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let pod = snapshot.get(&self.id).filter(|pod| pod.uid() == self.uid);
        let pod = pod.ok_or_else(|| {
            Failure::new(format!("{} was deleted, or made anew, by somebody else", self.id))
                .hint("look at the pods again")
        })?;
        let wanted: Wanted = self.edits.iter().map(|edit| (edit.key.clone(), edit.value.clone())).collect();
        let action = patch_labels(pod, &wanted, "as asked");
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

    fn exposed(&self, snapshot: &Snapshot) -> Option<String> {
        match self {
            Self::Swap(swap) => swap.exposed(snapshot),
            Self::Pod(_) => None,
        }
    }
}
