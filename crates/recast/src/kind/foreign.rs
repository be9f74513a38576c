//! Kinds that only the cluster knows, such as those of the objects that depend on a workload.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use kube::core::ApiResource;

use super::Kind;

/// A kind that is known at run time only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignKind {
    /// Its API group; empty for the core group.
    pub group: String,
    /// The version of the group that is read and written.
    pub version: String,
    /// As it stands in a manifest, `Widget`.
    pub kind: String,
    /// As it stands in a URL, `widgets`.
    pub plural: String,
}

impl ForeignKind {
    pub(super) fn resource(&self) -> ApiResource {
        ApiResource {
            group: self.group.clone(),
            version: self.version.clone(),
            api_version: self.api_version(),
            kind: self.kind.clone(),
            plural: self.plural.clone(),
        }
    }

    fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// Every foreign kind of this run. There are no more than the cluster serves, and a kind is copied around more freely than
/// a text can be, so that they stay for as long as the program runs.
static KNOWN: Mutex<BTreeSet<&'static ForeignKind>> = Mutex::new(BTreeSet::new());

impl Kind {
    /// The kind that is described, which may turn out to be one that is known at compile time.
    ///
    /// ```
    /// use recast::kind::{ForeignKind, Kind};
    ///
    /// let widget = ForeignKind {
    ///     group: "example.com".into(), version: "v1".into(), kind: "Widget".into(), plural: "widgets".into(),
    /// };
    /// assert_eq!(Kind::foreign(widget).to_string(), "widget.example.com");
    /// ```
    #[must_use]
    pub fn foreign(description: ForeignKind) -> Self {
        if let Some(kind) = Self::from_manifest(&description.api_version(), &description.kind) {
            return kind;
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&kind) = known.get(&description) {
            return Self::Foreign(kind);
        }
        let kind: &'static ForeignKind = Box::leak(Box::new(description));
        known.insert(kind);
        Self::Foreign(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(group: &str, version: &str, kind: &str, plural: &str) -> Kind {
        let [group, version, kind, plural] = [group, version, kind, plural].map(str::to_owned);
        Kind::foreign(ForeignKind { group, version, kind, plural })
    }

    #[test]
    fn what_is_known_at_compile_time_is_no_foreign_kind() {
        assert_eq!(kind("apps", "v1", "ReplicaSet", "replicasets"), Kind::ReplicaSet);
        assert_eq!(kind("", "v1", "Pod", "pods"), Kind::Pod);
        assert!(matches!(kind("apps.kruise.io", "v1", "StatefulSet", "statefulsets"), Kind::Foreign(_)));
    }

    #[test]
    fn the_same_description_is_the_same_kind() {
        let widget = kind("example.com", "v1", "Widget", "widgets");
        let (Kind::Foreign(one), Kind::Foreign(other)) = (widget, kind("example.com", "v1", "Widget", "widgets"))
        else {
            unreachable!("no widget is known at compile time")
        };
        assert!(std::ptr::eq(one, other), "it is kept once");
        assert_ne!(widget, kind("example.com", "v2", "Widget", "widgets"));
        assert_eq!(widget.resource().api_version, "example.com/v1");
        assert_eq!(Kind::from_word("widgets"), None);
    }
}
