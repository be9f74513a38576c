//! The kinds of Kubernetes objects that the plugins read and write, and the words that name them.

mod foreign;
mod word;

use std::fmt;

use k8s_openapi::api::{apps, autoscaling, core, discovery, networking, policy};
use kube::core::ApiResource;

pub use foreign::ForeignKind;

/// A kind of object. All but the foreign ones are known at compile time: they need no discovery request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `apps/v1` `ControllerRevision`
    ControllerRevision,
    /// `apps/v1` DaemonSet
    DaemonSet,
    /// `apps/v1` Deployment
    Deployment,
    /// `discovery.k8s.io/v1` EndpointSlice
    EndpointSlice,
    /// `v1` Event
    Event,
    /// `autoscaling/v2` HorizontalPodAutoscaler
    HorizontalPodAutoscaler,
    /// `networking.k8s.io/v1` `NetworkPolicy`
    NetworkPolicy,
    /// `v1` Node
    Node,
    /// `v1` PersistentVolumeClaim
    PersistentVolumeClaim,
    /// `v1` Pod
    Pod,
    /// `policy/v1` PodDisruptionBudget
    PodDisruptionBudget,
    /// `apps/v1` ReplicaSet
    ReplicaSet,
    /// `v1` Secret
    Secret,
    /// `v1` Service
    Service,
    /// `apps/v1` StatefulSet
    StatefulSet,
    /// Any other kind, known at run time only: see [`Kind::foreign`].
    Foreign(&'static ForeignKind),
}

impl Kind {
    /// Every kind that is known at compile time, for look-ups by name.
    pub const ALL: [Self; 15] = [
        Self::ControllerRevision,
        Self::DaemonSet,
        Self::Deployment,
        Self::EndpointSlice,
        Self::Event,
        Self::HorizontalPodAutoscaler,
        Self::NetworkPolicy,
        Self::Node,
        Self::PersistentVolumeClaim,
        Self::Pod,
        Self::PodDisruptionBudget,
        Self::ReplicaSet,
        Self::Secret,
        Self::Service,
        Self::StatefulSet,
    ];

    /// The kinds that keep pods running by a template.
    pub const WORKLOADS: [Self; 4] = [Self::DaemonSet, Self::Deployment, Self::ReplicaSet, Self::StatefulSet];

    /// Whether it keeps pods running by a template.
    #[must_use]
    pub const fn is_workload(self) -> bool {
        matches!(self, Self::DaemonSet | Self::Deployment | Self::ReplicaSet | Self::StatefulSet)
    }

    /// Group, version and plural as the API server serves them.
    #[must_use]
    pub fn resource(self) -> ApiResource {
        match self {
            Self::ControllerRevision => ApiResource::erase::<apps::v1::ControllerRevision>(&()),
            Self::DaemonSet => ApiResource::erase::<apps::v1::DaemonSet>(&()),
            Self::Deployment => ApiResource::erase::<apps::v1::Deployment>(&()),
            Self::EndpointSlice => ApiResource::erase::<discovery::v1::EndpointSlice>(&()),
            Self::Event => ApiResource::erase::<core::v1::Event>(&()),
            Self::HorizontalPodAutoscaler => ApiResource::erase::<autoscaling::v2::HorizontalPodAutoscaler>(&()),
            Self::NetworkPolicy => ApiResource::erase::<networking::v1::NetworkPolicy>(&()),
            Self::Node => ApiResource::erase::<core::v1::Node>(&()),
            Self::PersistentVolumeClaim => ApiResource::erase::<core::v1::PersistentVolumeClaim>(&()),
            Self::Pod => ApiResource::erase::<core::v1::Pod>(&()),
            Self::PodDisruptionBudget => ApiResource::erase::<policy::v1::PodDisruptionBudget>(&()),
            Self::ReplicaSet => ApiResource::erase::<apps::v1::ReplicaSet>(&()),
            Self::Secret => ApiResource::erase::<core::v1::Secret>(&()),
            Self::Service => ApiResource::erase::<core::v1::Service>(&()),
            Self::StatefulSet => ApiResource::erase::<apps::v1::StatefulSet>(&()),
            Self::Foreign(foreign) => foreign.resource(),
        }
    }

    /// The kind as it stands in a manifest, `DaemonSet`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ControllerRevision => "ControllerRevision",
            Self::DaemonSet => "DaemonSet",
            Self::Deployment => "Deployment",
            Self::EndpointSlice => "EndpointSlice",
            Self::Event => "Event",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::Node => "Node",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::Pod => "Pod",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::ReplicaSet => "ReplicaSet",
            Self::Secret => "Secret",
            Self::Service => "Service",
            Self::StatefulSet => "StatefulSet",
            Self::Foreign(foreign) => foreign.kind.as_str(),
        }
    }

    /// The singular that kubectl prints, `daemonset`.
    #[must_use]
    pub fn singular(self) -> String {
        self.name().to_lowercase()
    }

    /// The short name that kubectl accepts, if it has one.
    #[must_use]
    pub const fn short(self) -> Option<&'static str> {
        Some(match self {
            Self::DaemonSet => "ds",
            Self::Deployment => "deploy",
            Self::Event => "ev",
            Self::HorizontalPodAutoscaler => "hpa",
            Self::NetworkPolicy => "netpol",
            Self::Node => "no",
            Self::PersistentVolumeClaim => "pvc",
            Self::Pod => "po",
            Self::PodDisruptionBudget => "pdb",
            Self::ReplicaSet => "rs",
            Self::Service => "svc",
            Self::StatefulSet => "sts",
            Self::ControllerRevision | Self::EndpointSlice | Self::Secret | Self::Foreign(_) => return None,
        })
    }

    /// Whether objects of this kind live in a namespace. Foreign ones are taken to.
    #[must_use]
    pub const fn namespaced(self) -> bool {
        !matches!(self, Self::Node)
    }

    /// `daemonset.apps`, `service`: the resource as kubectl writes it in messages and with `-o name`.
    #[must_use]
    pub fn qualified(self) -> String {
        let group = self.resource().group;
        if group.is_empty() { self.singular() } else { format!("{}.{group}", self.singular()) }
    }

    /// `daemonsets.apps`, `pods`: the resource as rules of access name it.
    #[must_use]
    pub fn plural(self) -> String {
        let resource = self.resource();
        if resource.group.is_empty() { resource.plural } else { format!("{}.{}", resource.plural, resource.group) }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_group_only_where_there_is_one() {
        assert_eq!(Kind::DaemonSet.to_string(), "daemonset.apps");
        assert_eq!(Kind::Service.to_string(), "service");
        assert_eq!((Kind::DaemonSet.plural(), Kind::Pod.plural()), ("daemonsets.apps".to_owned(), "pods".to_owned()));
    }
}
