//! Where an object lives.

use std::fmt;

use crate::kind::Kind;

/// Where an object lives: kind, namespace, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
