//! The kinds of Kubernetes objects that the plugins read and write, and the words that name them.

use std::fmt;

use k8s_openapi::api::{apps, autoscaling, core, discovery, policy};
use kube::core::ApiResource;

/// A kind of object, known at compile time: no discovery request is ever needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
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
    /// `v1` Service
    Service,
    /// `apps/v1` StatefulSet
    StatefulSet,
}

impl Kind {
    /// Every kind, for look-ups by name.
    pub const ALL: [Self; 12] = [
        Self::DaemonSet,
        Self::Deployment,
        Self::EndpointSlice,
        Self::Event,
        Self::HorizontalPodAutoscaler,
        Self::Node,
        Self::PersistentVolumeClaim,
        Self::Pod,
        Self::PodDisruptionBudget,
        Self::ReplicaSet,
        Self::Service,
        Self::StatefulSet,
    ];

    /// Group, version and plural as the API server serves them.
    #[must_use]
    pub fn resource(self) -> ApiResource {
        match self {
            Self::DaemonSet => ApiResource::erase::<apps::v1::DaemonSet>(&()),
            Self::Deployment => ApiResource::erase::<apps::v1::Deployment>(&()),
            Self::EndpointSlice => ApiResource::erase::<discovery::v1::EndpointSlice>(&()),
            Self::Event => ApiResource::erase::<core::v1::Event>(&()),
            Self::HorizontalPodAutoscaler => ApiResource::erase::<autoscaling::v2::HorizontalPodAutoscaler>(&()),
            Self::Node => ApiResource::erase::<core::v1::Node>(&()),
            Self::PersistentVolumeClaim => ApiResource::erase::<core::v1::PersistentVolumeClaim>(&()),
            Self::Pod => ApiResource::erase::<core::v1::Pod>(&()),
            Self::PodDisruptionBudget => ApiResource::erase::<policy::v1::PodDisruptionBudget>(&()),
            Self::ReplicaSet => ApiResource::erase::<apps::v1::ReplicaSet>(&()),
            Self::Service => ApiResource::erase::<core::v1::Service>(&()),
            Self::StatefulSet => ApiResource::erase::<apps::v1::StatefulSet>(&()),
        }
    }

    /// The kind as it stands in a manifest, `DaemonSet`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DaemonSet => "DaemonSet",
            Self::Deployment => "Deployment",
            Self::EndpointSlice => "EndpointSlice",
            Self::Event => "Event",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Node => "Node",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::Pod => "Pod",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::ReplicaSet => "ReplicaSet",
            Self::Service => "Service",
            Self::StatefulSet => "StatefulSet",
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
            Self::Node => "no",
            Self::PersistentVolumeClaim => "pvc",
            Self::Pod => "po",
            Self::PodDisruptionBudget => "pdb",
            Self::ReplicaSet => "rs",
            Self::Service => "svc",
            Self::StatefulSet => "sts",
            Self::EndpointSlice => return None,
        })
    }

    /// Whether objects of this kind live in a namespace.
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

    /// The kind that a TYPE word means, in every form that kubectl accepts: `ds`, `daemonset`, `DaemonSets`,
    /// `daemonsets.apps`, `daemonsets.v1.apps`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let (name, rest) = word.split_once('.').map_or((word.as_str(), None), |(n, r)| (n, Some(r)));
        Self::ALL.into_iter().find(|kind| {
            let resource = kind.resource();
            let named = name == resource.plural || name == kind.singular() || kind.short() == Some(name);
            named && rest.is_none_or(|rest| qualifies(rest, &resource))
        })
    }

    /// The kind that a manifest's `apiVersion` and `kind` mean.
    #[must_use]
    pub fn from_manifest(api_version: &str, kind: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|candidate| candidate.name() == kind && candidate.resource().api_version == api_version)
    }
}

/// Whether `apps`, `v1.apps` or `v1` stands for the resource's group and version.
fn qualifies(rest: &str, resource: &ApiResource) -> bool {
    let (group, version) = (resource.group.as_str(), resource.version.as_str());
    rest == group
        || rest == format!("{version}.{group}")
        || (group.is_empty() && (rest == version || rest == format!("{version}.")))
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
    fn every_form_that_kubectl_accepts_names_the_kind() {
        for word in [
            "ds",
            "daemonset",
            "daemonsets",
            "DaemonSet",
            "daemonset.apps",
            "daemonsets.apps",
            "daemonsets.v1.apps",
            "DS",
        ] {
            assert_eq!(Kind::from_word(word), Some(Kind::DaemonSet), "{word}");
        }
        for word in ["svc", "service", "services", "services.v1", "services.v1."] {
            assert_eq!(Kind::from_word(word), Some(Kind::Service), "{word}");
        }
    }

    #[test]
    fn other_words_name_no_kind() {
        for word in ["", "rng", "daemonsets.", "daemonsets.batch", "daemonsets.v2.apps", "dss"] {
            assert_eq!(Kind::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_manifest_names_a_kind_by_group_and_version_too() {
        assert_eq!(Kind::from_manifest("apps/v1", "Deployment"), Some(Kind::Deployment));
        assert_eq!(Kind::from_manifest("v1", "Service"), Some(Kind::Service));
        assert_eq!(Kind::from_manifest("extensions/v1beta1", "Deployment"), None);
        assert_eq!(Kind::from_manifest("serving.knative.dev/v1", "Service"), None);
    }

    #[test]
    fn messages_name_the_group_only_where_there_is_one() {
        assert_eq!(Kind::DaemonSet.to_string(), "daemonset.apps");
        assert_eq!(Kind::Service.to_string(), "service");
    }
}
