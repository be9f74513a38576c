//! Requests that the cluster did not grant, for a person.

use kube::Error;
use kube::core::Status;
use thiserror::Error as ThisError;

use super::Scope;
use crate::failure::Failure;
use crate::object::ObjectId;

/// A request that the cluster did not grant.
#[derive(Debug, ThisError)]
#[error("cannot {verb} {what}")]
pub struct ClusterError {
    verb: &'static str,
    what: String,
    namespace: String,
    /// As rules of access name it.
    resource: String,
    flags: String,
    source: Box<Error>,
}

impl ClusterError {
    /// About one object.
    pub(super) fn of_object(verb: &'static str, id: &ObjectId, flags: &str, source: Error) -> Self {
        let (what, namespace) = (id.to_string(), id.namespace().to_owned());
        Self { verb, what, namespace, resource: id.kind.plural(), flags: flags.to_owned(), source: Box::new(source) }
    }

    /// About a set of objects.
    pub(super) fn of_scope(verb: &'static str, scope: &Scope, flags: &str, source: Error) -> Self {
        Self {
            verb,
            what: scope.kind.plural(),
            namespace: scope.namespace.clone(),
            resource: scope.kind.plural(),
            flags: flags.to_owned(),
            source: Box::new(source),
        }
    }

    /// About something that is no object: a path of the server, or a question to it.
    pub(super) fn of_resource(verb: &'static str, resource: String, flags: &str, source: Error) -> Self {
        let (what, namespace) = (resource.clone(), String::new());
        Self { verb, what, namespace, resource, flags: flags.to_owned(), source: Box::new(source) }
    }

    /// The server's answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self.source.as_ref() {
            Error::Api(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the user lacks the right.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.status().is_some_and(|status| status.code == 403)
    }

    /// Whether a precondition did not hold: somebody else was faster.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(|status| status.code == 409 && !status.is_already_exists())
    }

    /// Whether the name is taken.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.status().is_some_and(Status::is_already_exists)
    }

    /// Whether the object is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status().is_some_and(|status| status.code == 404)
    }

    /// Whether the request was made for a state that is past: the object is gone, there is one already, or a
    /// precondition does not hold. A failed `test` of a JSON patch is answered as 422.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.status().is_some_and(|status| matches!(status.code, 404 | 409 | 422))
    }

    /// Whether a `test` of a JSON patch failed. The server says so in no other way than by these words
    /// (`apimachinery/pkg/api/errors/errors.go:NewGenericServerResponse`).
    #[must_use]
    pub fn is_failed_test(&self) -> bool {
        let words = "the server rejected our request due to an error in our request";
        self.status().is_some_and(|status| status.code == 422 && status.message == words)
    }

    fn hint(&self) -> Option<String> {
        match self.status() {
            Some(status) if status.code == 401 => {
                Some(format!("kubectl auth whoami{} says who the server takes you for", self.flags))
            }
            Some(status) if status.message.contains("being terminated") => {
                Some(format!("the namespace {} is going away: choose another with -n", self.namespace))
            }
            Some(status) if status.message.contains("exceeded quota") => {
                Some(format!("kubectl describe quota{} shows what there is room for", self.flags))
            }
            Some(status) if status.code == 403 => {
                Some(format!("kubectl auth can-i {} {}{}", self.verb, self.resource, self.flags))
            }
            Some(_) => None,
            None => Some("is the cluster up, and is this the right context? kubectl config current-context".into()),
        }
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let failure = match error.status() {
            // The Debug form that the library shows is of no use to a person.
            Some(status) => Self::new(error.to_string()).cause(status.message.clone()),
            None => match error.source.as_ref() {
                // Its own text only repeats that it is one.
                Error::Service(cause) => Self::caused_by(error.to_string(), cause.as_ref()),
                cause => Self::caused_by(error.to_string(), cause),
            },
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
