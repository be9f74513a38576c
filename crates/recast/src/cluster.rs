//! The cluster: reads, writes and watches, each named in its errors.

use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use kube::api::{Api, DeleteParams, ListParams, Patch as ApiPatch, PatchParams, PostParams, Preconditions};
use kube::core::Status;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use kube::{Client, Error};
use thiserror::Error as ThisError;

use crate::action::{Propagation, Request};
use crate::connection::{ConnectionArgs, ConnectionError};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::object::{Object, ObjectId};

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
}

impl Scope {
    /// Every object of a kind in a namespace.
    #[must_use]
    pub fn all(kind: Kind, namespace: &str) -> Self {
        Self { kind, namespace: namespace.to_owned(), labels: None, fields: None }
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
        Self::all(id.kind, id.namespace()).with_fields(format!("metadata.name={}", id.name))
    }
}

/// A request that the cluster did not grant.
#[derive(Debug, ThisError)]
#[error("cannot {verb} {what}")]
pub struct ClusterError {
    verb: &'static str,
    what: String,
    namespace: String,
    kind: Kind,
    source: Box<Error>,
}

impl ClusterError {
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

    fn hint(&self) -> Option<String> {
        let resource = format!("{}.{}", self.kind.resource().plural, self.kind.resource().group);
        match self.status() {
            Some(status) if status.code == 401 => Some("kubectl auth whoami says who the server takes you for".into()),
            Some(status) if status.message.contains("being terminated") => {
                Some(format!("the namespace {} is going away: choose another with -n", self.namespace))
            }
            Some(status) if status.code == 403 => Some(format!(
                "kubectl auth can-i {} {} -n {}",
                self.verb,
                resource.trim_end_matches('.'),
                self.namespace
            )),
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
            None => Self::caused_by(error.to_string(), error.source.as_ref()),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// What the server said to a write.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The object as it is now.
    Is(Box<Object>),
    /// The object is gone.
    Gone,
}

/// One step of a watch, by the position of its scope.
pub type WatchEvent = (usize, Result<watcher::Event<Object>, watcher::Error>);

/// What a set of watches reports, all in one stream.
pub type WatchStream = Pin<Box<dyn Stream<Item = WatchEvent> + Send>>;

/// A connection, and the namespace that commands work in.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    namespace: String,
    field_manager: String,
}

impl Cluster {
    /// Connects as the arguments say. Nothing is sent yet.
    ///
    /// # Errors
    /// If nothing says where the cluster is, or the credentials cannot be used.
    pub async fn connect(args: &ConnectionArgs) -> Result<Self, ConnectionError> {
        let config = args.config().await?;
        let namespace = config.default_namespace.clone();
        let client = crate::wire::client(config, args)?;
        Ok(Self { client, namespace, field_manager: args.field_manager.clone() })
    }

    /// The namespace to work in.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The object, or `None` if there is none.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn get(&self, id: &ObjectId) -> Result<Option<Object>, ClusterError> {
        let found = self.api(id.kind, id.namespace()).get_opt(&id.name).await;
        found.map_err(|source| error("get", id, source))
    }

    /// All objects of a scope, in one request.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn list(&self, scope: &Scope) -> Result<Vec<Object>, ClusterError> {
        let params = ListParams {
            label_selector: scope.labels.clone(),
            field_selector: scope.fields.clone(),
            ..ListParams::default()
        };
        let list = self.api(scope.kind, &scope.namespace).list(&params).await;
        let mut items = list.map_err(|source| scope_error("list", scope, source))?.items;
        for item in &mut items {
            item.set_kind(scope.kind);
        }
        Ok(items)
    }

    /// Sends a write, or asks whether it would be granted (`dry_run`).
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, or a precondition does not hold.
    pub async fn perform(&self, request: &Request, dry_run: bool) -> Result<Answer, ClusterError> {
        let id = request.id();
        let api = self.api(id.kind, id.namespace());
        let is = |object: Object| Answer::Is(Box::new(object));
        match request {
            Request::Create { object, .. } => {
                let params = PostParams { dry_run, field_manager: Some(self.field_manager.clone()) };
                api.create(&params, object).await.map(is).map_err(|source| error("create", id, source))
            }
            Request::Patch { patch, .. } => {
                let params =
                    PatchParams { dry_run, field_manager: Some(self.field_manager.clone()), ..PatchParams::default() };
                let patch = ApiPatch::<()>::Json(patch.clone());
                api.patch(&id.name, &params, &patch).await.map(is).map_err(|source| error("patch", id, source))
            }
            Request::Delete { uid, resource_version, propagation, .. } => {
                let params = delete_params(uid, resource_version, *propagation, dry_run);
                let answer = self.delete(api.resource_url(), &id.name, &params).await;
                Ok(answer.map_err(|source| error("delete", id, source))?.map_or(Answer::Gone, is))
            }
        }
    }

    /// The server reads the body alone; that a request is a dry run is said in the query too, where the audit log and
    /// whoever reads it see it, as they do with every other write.
    async fn delete(&self, url: &str, name: &str, params: &DeleteParams) -> Result<Option<Object>, Error> {
        let mut request = kube::core::Request::new(url).delete(name, params).map_err(Error::BuildRequest)?;
        if params.dry_run {
            let uri = format!("{}&dryRun=All", request.uri());
            *request.uri_mut() = uri.parse().map_err(|error: http::uri::InvalidUri| Error::HttpError(error.into()))?;
        }
        Ok(self.client.request_status(request).await?.left())
    }

    /// Watches scopes, each from a list of its own. A lost connection is taken up again; an event lost meanwhile
    /// shows in the list that follows.
    #[must_use]
    pub fn watch(&self, scopes: &[Scope]) -> WatchStream {
        let streams = scopes.iter().enumerate().map(|(position, scope)| {
            let config = watcher::Config {
                label_selector: scope.labels.clone(),
                field_selector: scope.fields.clone(),
                ..watcher::Config::default()
            };
            let api = self.api(scope.kind, &scope.namespace);
            watcher(api, config).default_backoff().map(move |event| (position, event)).boxed()
        });
        Box::pin(futures::stream::select_all(streams))
    }

    fn api(&self, kind: Kind, namespace: &str) -> Api<Object> {
        let resource = kind.resource();
        let client = self.client.clone();
        if kind.namespaced() {
            Api::namespaced_with(client, namespace, &resource)
        } else {
            Api::all_with(client, &resource)
        }
    }
}

/// A watch's error, if it is one that trying again will not mend.
#[must_use]
pub fn fatal(scope: &Scope, error: watcher::Error) -> Option<ClusterError> {
    let (verb, source) = match error {
        watcher::Error::InitialListFailed(source) => ("list", source),
        watcher::Error::WatchStartFailed(source) => ("watch", source),
        _ => return None,
    };
    matches!(&source, Error::Api(status) if matches!(status.code, 401 | 403)).then(|| scope_error(verb, scope, source))
}

fn delete_params(uid: &str, version: &str, propagation: Propagation, dry_run: bool) -> DeleteParams {
    let params = match propagation {
        Propagation::Foreground => DeleteParams::foreground(),
        Propagation::Orphan => DeleteParams::orphan(),
    };
    let preconditions = Preconditions { uid: Some(uid.to_owned()), resource_version: Some(version.to_owned()) };
    DeleteParams { dry_run, ..params.preconditions(preconditions) }
}

fn error(verb: &'static str, id: &ObjectId, source: Error) -> ClusterError {
    ClusterError {
        verb,
        what: id.to_string(),
        namespace: id.namespace().to_owned(),
        kind: id.kind,
        source: Box::new(source),
    }
}

fn scope_error(verb: &'static str, scope: &Scope, source: Error) -> ClusterError {
    let resource = scope.kind.resource();
    let what =
        if resource.group.is_empty() { resource.plural } else { format!("{}.{}", resource.plural, resource.group) };
    ClusterError { verb, what, namespace: scope.namespace.clone(), kind: scope.kind, source: Box::new(source) }
}
