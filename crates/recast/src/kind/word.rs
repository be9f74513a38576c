//! The words and manifests that name a kind.

use kube::core::ApiResource;

use super::Kind;

impl Kind {
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

    /// The kind that a manifest means by an `apiVersion` that has served it once, and is served no longer.
    #[must_use]
    pub fn from_former_manifest(api_version: &str, kind: &str) -> Option<Self> {
        let kind = Self::ALL.into_iter().find(|candidate| candidate.name() == kind)?;
        let former: &[&str] = match kind {
            // Until 1.16.
            Self::DaemonSet | Self::Deployment | Self::ReplicaSet => {
                &["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"]
            }
            Self::StatefulSet => &["apps/v1beta1", "apps/v1beta2"],
            Self::NetworkPolicy => &["extensions/v1beta1"],
            // Until 1.25.
            Self::PodDisruptionBudget => &["policy/v1beta1"],
            _ => &[],
        };
        former.contains(&api_version).then_some(kind)
    }
}

/// Whether `apps`, `v1.apps` or `v1` stands for the resource's group and version.
fn qualifies(rest: &str, resource: &ApiResource) -> bool {
    let (group, version) = (resource.group.as_str(), resource.version.as_str());
    rest == group
        || rest == format!("{version}.{group}")
        || (group.is_empty() && (rest == version || rest == format!("{version}.")))
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
    fn an_api_version_that_is_gone_still_tells_the_kind() {
        assert_eq!(Kind::from_former_manifest("extensions/v1beta1", "Deployment"), Some(Kind::Deployment));
        assert_eq!(
            Kind::from_former_manifest("policy/v1beta1", "PodDisruptionBudget"),
            Some(Kind::PodDisruptionBudget)
        );
        assert_eq!(Kind::from_former_manifest("apps/v1", "Deployment"), None);
        assert_eq!(Kind::from_former_manifest("extensions/v1beta1", "Ingress"), None);
    }
}
