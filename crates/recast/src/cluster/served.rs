//! What a server serves: its kinds of objects that live in namespaces and can be listed.

use std::collections::BTreeSet;

use kube::core::discovery::v2::{APIGroupDiscoveryList, APIResourceDiscovery};
use kube::discovery::{Discovery, Scope, verbs};

use crate::kind::{ForeignKind, Kind};

/// The kinds that a server serves, each in the version that the server prefers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    kinds: BTreeSet<Kind>,
    silent: BTreeSet<String>,
}

impl Served {
    /// Every kind.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.kinds.iter().copied()
    }

    /// The kind of this group, if it is served: `monitoring.coreos.com`, `ServiceMonitor`.
    #[must_use]
    pub fn find(&self, group: &str, name: &str) -> Option<Kind> {
        self.kinds().find(|kind| kind.name() == name && kind.resource().group == group)
    }

    /// Groups, as `GROUP/VERSION`, whose server does not answer at the moment, so that their kinds may be others.
    pub fn silent(&self) -> impl Iterator<Item = &str> {
        self.silent.iter().map(String::as_str)
    }

    pub(super) fn of(lists: &[APIGroupDiscoveryList]) -> Self {
        let mut served = Self::default();
        for group in lists.iter().flat_map(|list| &list.items) {
            let name = group.metadata.as_ref().and_then(|metadata| metadata.name.clone()).unwrap_or_default();
            let mut known = BTreeSet::new();
            for version in &group.versions {
                let number = version.version.as_deref().unwrap_or_default();
                if version.freshness.as_deref() == Some("Stale") {
                    served.silent.insert(format!("{name}/{number}"));
                }
                // The versions stand in the order in which the server prefers them.
                for resource in version.resources.iter().filter(|resource| is_listed(resource)) {
                    let plural = resource.resource.clone().unwrap_or_default();
                    if known.insert(plural.clone()) {
                        served.kinds.insert(kind(&name, number, resource, plural));
                    }
                }
            }
        }
        served
    }

    /// From the answers of each group, as servers before 1.26 give them.
    pub(super) fn by_group(discovery: &Discovery) -> Self {
        let resources = discovery.groups().flat_map(kube::discovery::ApiGroup::recommended_resources);
        let listed = resources.filter(|(_, can)| can.scope == Scope::Namespaced && can.supports_operation(verbs::LIST));
        let kinds = listed.map(|(resource, _)| {
            Kind::foreign(ForeignKind {
                group: resource.group,
                version: resource.version,
                kind: resource.kind,
                plural: resource.plural,
            })
        });
        Self { kinds: kinds.collect(), silent: BTreeSet::new() }
    }
}

fn is_listed(resource: &APIResourceDiscovery) -> bool {
    resource.scope.as_deref() == Some("Namespaced") && resource.verbs.iter().any(|verb| verb == verbs::LIST)
}

fn kind(group: &str, version: &str, resource: &APIResourceDiscovery, plural: String) -> Kind {
    let kind = resource.response_kind.as_ref().and_then(|kind| kind.kind.clone()).unwrap_or_default();
    Kind::foreign(ForeignKind { group: group.to_owned(), version: version.to_owned(), kind, plural })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn resource(plural: &str, kind: &str, scope: &str, verbs: &[&str]) -> Value {
        let kind = json!({"group": "", "version": "", "kind": kind});
        json!({"resource": plural, "responseKind": kind, "scope": scope, "verbs": verbs})
    }

    fn served() -> Served {
        let widgets = resource("widgets", "Widget", "Namespaced", &["list"]);
        let old = resource("oldies", "Oldie", "Namespaced", &["list"]);
        let list = json!({"items": [
            {"metadata": {"name": "example.com"}, "versions": [
                {"version": "v1", "resources": [widgets], "freshness": "Current"},
                {"version": "v1beta1", "resources": [widgets, old], "freshness": "Stale"},
            ]},
            {"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [
                resource("pods", "Pod", "Namespaced", &["get", "list"]),
                resource("nodes", "Node", "Cluster", &["list"]),
                resource("bindings", "Binding", "Namespaced", &["create"]),
            ]}]},
        ]});
        Served::of(&[serde_json::from_value(list).unwrap()])
    }

    #[test]
    fn each_kind_is_known_once_in_the_version_that_the_server_prefers() {
        let names: Vec<String> = served().kinds().map(|kind| format!("{kind} {}", kind.resource().version)).collect();
        assert_eq!(names, ["pod v1", "widget.example.com v1", "oldie.example.com v1beta1"]);
    }

    #[test]
    fn a_kind_is_found_by_its_group() {
        assert_eq!(served().find("", "Pod"), Some(Kind::Pod));
        assert!(served().find("example.com", "Widget").is_some());
        assert_eq!(served().find("example.org", "Widget"), None);
    }

    #[test]
    fn a_group_that_does_not_answer_is_named() {
        assert_eq!(served().silent().collect::<Vec<_>>(), ["example.com/v1beta1"]);
    }
}
