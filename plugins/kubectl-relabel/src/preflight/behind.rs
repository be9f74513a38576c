//! Who is behind a Service: its pods, by the workloads that they belong to.

use std::collections::BTreeMap;

use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::snapshot::Snapshot;

/// Pods, counted by owner. What has none counts under `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    owners: BTreeMap<Option<Owner>, usize>,
}

/// Whose pods they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Something whose labels can be changed.
    Workload(ObjectId),
    /// Something else, by name.
    Other(String),
}

impl Behind {
    /// Counts the pods.
    pub fn of<'p>(pods: impl IntoIterator<Item = &'p Object>, snapshot: &Snapshot) -> Self {
        let mut behind = Self::default();
        for pod in pods {
            *behind.owners.entry(owner(pod, snapshot)).or_default() += 1;
        }
        behind
    }

    /// `4 pods of daemonset.apps/rng, 1 of deployment.apps/rng`, the most first.
    pub fn shown(&self) -> String {
        let mut owners: Vec<_> = self.owners.iter().collect();
        owners.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let parts = owners.iter().enumerate().map(|(position, (owner, count))| {
            let pods = match (position, **count) {
                (0, 1) => " pod",
                (0, _) => " pods",
                _ => "",
            };
            match owner {
                Some(Owner::Workload(id)) => format!("{count}{pods} of {id}"),
                Some(Owner::Other(name)) => format!("{count}{pods} of {name}"),
                None => format!("{count}{pods} without owner"),
            }
        });
        parts.collect::<Vec<_>>().join(", ")
    }

    /// The workloads among the owners. Of a daemon set and what it was cast from, which have one name, only the daemon set:
    /// that it alone is to serve is what casts are made for.
    pub fn workloads(&self) -> Vec<&ObjectId> {
        let workloads = self.owners.keys().filter_map(|owner| match owner {
            Some(Owner::Workload(id)) => Some(id),
            _ => None,
        });
        let workloads: Vec<&ObjectId> = workloads.collect();
        let is_source = |id: &ObjectId| {
            id.kind != Kind::DaemonSet
                && workloads.iter().any(|other| other.kind == Kind::DaemonSet && other.name == id.name)
        };
        workloads.iter().copied().filter(|id| !is_source(id)).collect()
    }
}

/// The workload that a person would name: of a ReplicaSet of a Deployment, the Deployment.
fn owner(pod: &Object, snapshot: &Snapshot) -> Option<Owner> {
    let controller = pod.controller()?;
    let namespace = pod.metadata().namespace.as_deref().unwrap_or_default();
    let set = snapshot.of(Kind::ReplicaSet).find(|set| set.uid() == controller.uid);
    let controller = set.and_then(Object::controller).unwrap_or(controller);
    let kind = Kind::from_manifest(&controller.api_version, &controller.kind);
    let kind = kind.filter(|kind| kind.is_workload());
    Some(match kind {
        Some(kind) => Owner::Workload(ObjectId::new(kind, namespace, &controller.name)),
        None => Owner::Other(format!("{}/{}", controller.kind.to_lowercase(), controller.name)),
    })
}
