//! Where an object lives.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Object;
use crate::kind::{ForeignKind, Kind};

/// Where an object lives: kind, namespace, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Written", from = "Written")]
pub struct ObjectId {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace; `None` for what has none.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl ObjectId {
    /// An object in a namespace.
    #[must_use]
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        let namespace = kind.namespaced().then(|| namespace.to_owned());
        Self { kind, namespace, name: name.to_owned() }
    }

    /// Where an object that was read is.
    #[must_use]
    pub fn of(kind: Kind, object: &Object) -> Self {
        Self::new(kind, object.metadata().namespace.as_deref().unwrap_or_default(), object.name())
    }

    /// The same place under another kind or name.
    #[must_use]
    pub fn beside(&self, kind: Kind, name: &str) -> Self {
        Self { kind, namespace: self.namespace.clone(), name: name.to_owned() }
    }

    /// `ds/rng`: the short form, for commands that a person types.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind.short().unwrap_or(self.kind.name()), self.name)
    }

    /// The namespace, empty for what has none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }
}

/// An id as it is kept: with all that is needed to reach an object of a kind that only the cluster knows.
#[derive(Serialize, Deserialize)]
struct Written {
    group: String,
    version: String,
    kind: String,
    plural: String,
    namespace: Option<String>,
    name: String,
}

impl From<ObjectId> for Written {
    fn from(id: ObjectId) -> Self {
        let resource = id.kind.resource();
        let (group, version, kind, plural) = (resource.group, resource.version, resource.kind, resource.plural);
        Self { group, version, kind, plural, namespace: id.namespace, name: id.name }
    }
}

impl From<Written> for ObjectId {
    fn from(written: Written) -> Self {
        let Written { group, version, kind, plural, namespace, name } = written;
        Self { kind: Kind::foreign(ForeignKind { group, version, kind, plural }), namespace, name }
    }
}

/// `daemonset.apps/rng`, as kubectl writes it.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_as_kubectl_writes_it() {
        let id = ObjectId::new(Kind::Deployment, "web", "rng");
        assert_eq!(id.to_string(), "deployment.apps/rng");
        assert_eq!(id.short(), "deploy/rng");
        assert_eq!(ObjectId::new(Kind::Node, "web", "n").namespace, None);
    }
}
