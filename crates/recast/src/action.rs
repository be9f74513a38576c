//! What a command does to the cluster: requests as plain data, each with its precondition.

use json_patch::Patch;

use crate::object::{Object, ObjectId};

/// What becomes of an object's dependents when it is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// The object goes at once, they go later.
    Background,
    /// They go first, then the object.
    Foreground,
    /// They stay, without owner; then the object goes.
    Orphan,
}

/// One write.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Create the object; its name must be free.
    Create {
        /// Where.
        id: ObjectId,
        /// The whole object.
        object: Box<Object>,
    },
    /// Apply an RFC 6902 patch, guarded by its own `test` operations.
    Patch {
        /// Where.
        id: ObjectId,
        /// The operations.
        patch: Patch,
    },
    /// Delete just the object that was seen, in the state in which it was seen.
    Delete {
        /// Where.
        id: ObjectId,
        /// The uid that it must have.
        uid: String,
        /// The resourceVersion that it must have.
        resource_version: String,
        /// What becomes of its dependents.
        propagation: Propagation,
    },
}

impl Request {
    /// Deletes the object as it was seen.
    #[must_use]
    pub fn delete(id: ObjectId, object: &Object, propagation: Propagation) -> Self {
        let resource_version = object.metadata().resource_version.clone().unwrap_or_default();
        Self::Delete { id, uid: object.uid().to_owned(), resource_version, propagation }
    }

    /// The object that is written.
    #[must_use]
    pub const fn id(&self) -> &ObjectId {
        match self {
            Self::Create { id, .. } | Self::Patch { id, .. } | Self::Delete { id, .. } => id,
        }
    }

    /// What is done, as kubectl reports it: `created`.
    #[must_use]
    pub const fn past_tense(&self) -> &'static str {
        match self {
            Self::Create { .. } => "created",
            Self::Patch { .. } => "patched",
            Self::Delete { .. } => "deleted",
        }
    }

    /// What is to be done, in words: `create daemonset.apps/rng`.
    #[must_use]
    pub fn summary(&self) -> String {
        let verb = match self {
            Self::Create { .. } => "create",
            Self::Patch { .. } => "patch",
            Self::Delete { .. } => "delete",
        };
        format!("{verb} {}", self.id())
    }
}

/// A write and the reason for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What is sent.
    pub request: Request,
    /// Why, in a sentence for the user.
    pub why: String,
}
