//! Which objects are listed or watched.

use crate::kind::Kind;
use crate::object::ObjectId;

/// A set of objects of one kind: what to list or to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The kind.
    pub kind: Kind,
    /// The namespace; ignored for kinds that have none.
    pub namespace: String,
    /// A label selector, as the server reads it.
    pub labels: Option<String>,
    /// A field selector, as the server reads it.
    pub fields: Option<String>,
    /// The name of the only object, if it is one.
    pub name: Option<String>,
}

impl Scope {
    /// Every object of a kind in a namespace.
    #[must_use]
    pub fn all(kind: Kind, namespace: &str) -> Self {
        Self { kind, namespace: namespace.to_owned(), labels: None, fields: None, name: None }
    }

    /// Those that a label selector matches.
    #[must_use]
    pub fn labelled(mut self, selector: impl Into<String>) -> Self {
        self.labels = Some(selector.into());
        self
    }

    /// Those that a field selector matches.
    #[must_use]
    pub fn with_fields(mut self, selector: impl Into<String>) -> Self {
        self.fields = Some(selector.into());
        self
    }

    /// The one object, whether or not it exists.
    #[must_use]
    pub fn one(id: &ObjectId) -> Self {
        let scope = Self::all(id.kind, id.namespace()).with_fields(format!("metadata.name={}", id.name));
        Self { name: Some(id.name.clone()), ..scope }
    }
}
