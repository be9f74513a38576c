//! What belongs to an owner by its uid, of whatever kind: it loses its owner when that is deleted without it.

use futures::{StreamExt as _, stream};

use crate::cluster::{Cluster, ClusterError, Scope, Served};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};
use crate::swap::Dependent;

/// How many lists are under way at once.
const LISTS_AT_ONCE: usize = 8;

/// Kinds that are left out, by group and plural: controllers take these again by themselves, or make them anew, or
/// nothing of them ever belongs to a workload.
const LEFT_OUT: [(&str, &str); 7] = [
    ("", "pods"),
    ("apps", "replicasets"),
    ("apps", "controllerrevisions"),
    ("discovery.k8s.io", "endpointslices"),
    ("", "endpoints"),
    ("", "events"),
    ("events.k8s.io", "events"),
];

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dependents {
    /// What belongs to one of the owners: which one, its reference says.
    pub found: Vec<Dependent>,
    /// Kinds that the user may not list.
    pub withheld: Vec<Kind>,
    /// Kinds that could not be listed, and why.
    pub unreadable: Vec<(Kind, String)>,
}

/// Looks for what belongs to the owners with these uids, in the namespace.
///
/// # Errors
/// If the server cannot be reached. A list that it refuses is noted.
pub async fn find(cluster: &Cluster, served: &Served, owners: &[&str]) -> Result<Dependents, Failure> {
    let lists = stream::iter(served.kinds().filter(|kind| is_looked_at(*kind))).map(|kind| async move {
        let list = cluster.list_metadata(&Scope::all(kind, cluster.namespace())).await;
        (kind, list)
    });
    let mut dependents = Dependents::default();
    for (kind, list) in lists.buffered(LISTS_AT_ONCE).collect::<Vec<_>>().await {
        match list {
            Ok(objects) => dependents.found.extend(of_owners(kind, &objects, owners)),
            Err(error) => dependents.note(kind, error)?,
        }
    }
    Ok(dependents)
}

impl Dependents {
    /// What was not looked at, in lines for a person.
    pub fn not_looked_at(&self) -> impl Iterator<Item = String> {
        let withheld: Vec<String> = self.withheld.iter().map(|kind| kind.plural()).collect();
        let withheld = (!withheld.is_empty()).then(|| format!("may not list {}", withheld.join(", ")));
        let unreadable = self.unreadable.iter().map(|(kind, why)| format!("cannot list {}: {why}", kind.plural()));
        withheld.into_iter().chain(unreadable).map(|line| format!("not looked at: {line}"))
    }

    fn note(&mut self, kind: Kind, error: ClusterError) -> Result<(), ClusterError> {
        match error.status() {
            // The kind itself has just gone.
            Some(status) if status.code == 404 => {}
            Some(status) if status.code == 403 => self.withheld.push(kind),
            Some(status) if status.code != 401 => self.unreadable.push((kind, status.message.clone())),
            _ => return Err(error),
        }
        Ok(())
    }
}

fn is_looked_at(kind: Kind) -> bool {
    let resource = kind.resource();
    !LEFT_OUT.contains(&(resource.group.as_str(), resource.plural.as_str()))
}

fn of_owners(kind: Kind, objects: &[Object], owners: &[&str]) -> Vec<Dependent> {
    let of = |object: &Object| {
        let references = object.at("/metadata/ownerReferences").and_then(serde_json::Value::as_array);
        let ours = references.into_iter().flatten().filter(|reference| {
            let uid = reference["uid"].as_str().unwrap_or_default();
            // The claims of a stateful set get its next one from its controller, where its policy says so
            // (pkg/controller/statefulset/stateful_pod_control.go:UpdatePodClaimForRetentionPolicy).
            owners.contains(&uid) && !(kind == Kind::PersistentVolumeClaim && reference["kind"] == "StatefulSet")
        });
        let id = ObjectId::of(kind, object);
        let dependent = |reference: &serde_json::Value| Dependent {
            id: id.clone(),
            uid: object.uid().to_owned(),
            reference: reference.clone(),
        };
        ours.map(dependent).collect::<Vec<_>>()
    };
    objects.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::ForeignKind;
    use serde_json::{Value, json};

    fn kind(group: &str, name: &str, plural: &str) -> Kind {
        let [group, kind, plural] = [group, name, plural].map(str::to_owned);
        Kind::foreign(ForeignKind { group, version: "v1".into(), kind, plural })
    }

    fn owned(name: &str, references: &[(&str, &str)]) -> Object {
        let references: Vec<Value> = references
            .iter()
            .map(|(kind, uid)| json!({"apiVersion": "apps/v1", "kind": kind, "name": "rng", "uid": uid, "novel": 1}))
            .collect();
        let metadata = json!({"name": name, "namespace": "web", "uid": name, "ownerReferences": references});
        Object::new(json!({"metadata": metadata})).unwrap()
    }

    #[test]
    fn what_names_an_owner_by_uid_belongs_to_it() {
        let objects = [
            owned("a", &[("DaemonSet", "other"), ("DaemonSet", "ours")]),
            owned("b", &[("DaemonSet", "other")]),
            owned("c", &[]),
        ];
        let found = of_owners(kind("example.com", "Widget", "widgets"), &objects, &["ours"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].id.to_string(), found[0].uid.as_str()), ("widget.example.com/a".to_owned(), "a"));
        assert_eq!(found[0].reference["novel"], 1, "the reference is kept as it was received");
    }

    #[test]
    fn a_claim_of_a_stateful_set_is_left_to_its_controller() {
        let claims = [owned("c", &[("StatefulSet", "ours"), ("DaemonSet", "ours")])];
        let found = of_owners(Kind::PersistentVolumeClaim, &claims, &["ours"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].reference["kind"], "DaemonSet");
    }

    #[test]
    fn what_controllers_take_again_is_not_looked_at() {
        for kind in [Kind::Pod, Kind::ReplicaSet, Kind::Event, kind("events.k8s.io", "Event", "events")] {
            assert!(!is_looked_at(kind), "{kind}");
        }
        for kind in [Kind::Service, Kind::Secret, kind("apps.kruise.io", "ReplicaSet", "replicasets")] {
            assert!(is_looked_at(kind), "{kind}");
        }
    }

    #[test]
    fn what_is_not_looked_at_is_named() {
        let widgets = kind("example.com", "Widget", "widgets");
        let dependents = Dependents {
            withheld: vec![Kind::Secret, widgets],
            unreadable: vec![(widgets, "out of order".into())],
            ..Dependents::default()
        };
        let lines: Vec<String> = dependents.not_looked_at().collect();
        assert_eq!(
            lines,
            [
                "not looked at: may not list secrets, widgets.example.com",
                "not looked at: cannot list widgets.example.com: out of order"
            ]
        );
        assert_eq!(Dependents::default().not_looked_at().next(), None);
    }
}
