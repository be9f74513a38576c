//! Pruning as a goal: what was approved goes, as long as nobody needs it.

use std::collections::BTreeSet;

use recast::action::{Action, Propagation, Request};
use recast::engine::{Goal, Step};
use recast::failure::Failure;
use recast::object::ObjectId;
use recast::snapshot::Snapshot;

use super::remnant::{Remnant, Verdict, remnants};

/// What is to be gone.
#[derive(Clone, Debug)]
pub struct Prune {
    /// The workloads that have left something behind.
    pub targets: Vec<ObjectId>,
    /// The uids of what the user has seen and approved; what is found later stays.
    pub approved: BTreeSet<String>,
}

impl Goal for Prune {
    fn next(&self, snapshot: &Snapshot) -> Result<Step, Failure> {
        let all = self.targets.iter().flat_map(|target| remnants(target, snapshot));
        let mut seen = BTreeSet::new();
        let going = all.filter(|remnant| self.approved.contains(&remnant.uid) && seen.insert(remnant.uid.clone()));
        let actions: Vec<Action> = going.filter_map(|remnant| delete(&remnant, snapshot)).collect();
        Ok(if actions.is_empty() { Step::Done } else { Step::Act(actions) })
    }
}

/// Deletes it in the state in which it was judged.
fn delete(remnant: &Remnant, snapshot: &Snapshot) -> Option<Action> {
    let Verdict::Goes(why) = remnant.verdict else { return None };
    let object = snapshot.get(&remnant.id)?;
    let request = Request::delete(remnant.id.clone(), object, Propagation::Foreground);
    Some(Action { request, why: why.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{daemon_set, pod, service, snapshot, with};
    use recast::kind::Kind;
    use serde_json::json;

    #[test]
    fn what_was_approved_goes_unless_it_is_needed_meanwhile() {
        let orphan = |name: &str| {
            let pod = pod(name, "app=rng,controller-revision-hash=1", None);
            with(&with(&pod, "/metadata/generateName", json!("rng-")), "/metadata/resourceVersion", json!("7"))
        };
        let prune = Prune {
            targets: vec![ObjectId::new(Kind::DaemonSet, "web", "rng"); 2],
            approved: BTreeSet::from(["pod-p".to_owned()]),
        };
        let mut things = vec![daemon_set("rng", "app=rng,on=yes"), orphan("p"), orphan("q")];
        let Step::Act(actions) = prune.next(&snapshot(&things)).unwrap() else { panic!("there is something to do") };
        let [action] = actions.as_slice() else { panic!("each goes once: {actions:?}") };
        let Request::Delete { id, uid, resource_version, .. } = &action.request else { panic!("{action:?}") };
        assert_eq!((id.to_string().as_str(), uid.as_str(), resource_version.as_str()), ("pod/p", "pod-p", "7"));
        things.push(service("s", "app=rng"));
        assert!(matches!(prune.next(&snapshot(&things)), Ok(Step::Done)), "a Service selects it by now");
    }
}
