//! The cluster: reads, writes and watches, each named in its errors.

mod error;
mod glance;
mod question;
mod scope;
mod served;
mod stream;

use std::fmt::Debug;
use std::pin::Pin;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _};
use json_patch::{Patch, PatchOperation};
use kube::api::{Api, DeleteParams, ListParams, Patch as ApiPatch, PatchParams, PostParams, Preconditions};
use kube::core::{ApiResource, DynamicResourceScope};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use kube::{Client, Error, Resource};
use serde::de::DeserializeOwned;

use crate::action::{Propagation, Request};
use crate::connection::{ConnectionArgs, ConnectionError};
use crate::kind::Kind;
use crate::object::{Lean, Object, ObjectId};
use crate::shell::quoted;

pub use error::ClusterError;
pub use scope::Scope;
pub use served::Served;
pub use stream::Parts;

/// What the server said to a write.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The object as it is now.
    Is(Box<Object>),
    /// Its metadata as it is now. All else is as it was before: the write held for that state alone, and was about no more.
    Metadata(Box<Object>),
    /// The object is gone.
    Gone,
}

impl Answer {
    /// An object whose deletion waited for a last finalizer that this write has removed is answered once more, and gone.
    pub(crate) fn of(object: Box<Object>) -> Self {
        let waits = object.metadata().finalizers.as_ref().is_some_and(|finalizers| !finalizers.is_empty());
        if object.is_deleting() && !waits && object.metadata().deletion_grace_period_seconds.is_none_or(|s| s == 0) {
            Self::Gone
        } else {
            Self::Is(object)
        }
    }
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
    /// What a command for the user repeats to reach the same cluster as the same user.
    flags: String,
}

impl Cluster {
    /// Connects as the arguments say. Nothing is sent yet. A quiet connection keeps the server's warnings to itself.
    ///
    /// # Errors
    /// If nothing says where the cluster is, or the credentials cannot be used.
    pub async fn connect(args: &ConnectionArgs, quiet: bool) -> Result<Self, ConnectionError> {
        let config = args.config().await?;
        let namespace = config.default_namespace.clone();
        let client = crate::wire::client(config, args, quiet)?;
        let words = args.words();
        // Each word behind a blank, so that they can be appended as they are.
        let flags =
            std::iter::once(String::new()).chain(words.iter().map(|word| quoted(word))).collect::<Vec<_>>().join(" ");
        Ok(Self { client, namespace, field_manager: args.field_manager.clone(), flags })
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
        let found = self.api::<Object>(id.kind, id.namespace()).get_opt(&id.name).await;
        found.map_err(|source| self.refused("get", id, source))
    }

    /// All objects of a scope, in one request.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn list(&self, scope: &Scope) -> Result<Vec<Object>, ClusterError> {
        self.list_as::<Object>(scope).await
    }

    /// All objects of a scope, in one request, without who manages which field where those are [`Lean`].
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn look(&self, scope: &Scope) -> Result<Vec<Object>, ClusterError> {
        if Lean::suits(scope.kind) { self.list_as::<Lean>(scope).await } else { self.list(scope).await }
    }

    async fn list_as<K: Form>(&self, scope: &Scope) -> Result<Vec<Object>, ClusterError> {
        let params = ListParams {
            label_selector: scope.labels.clone(),
            field_selector: scope.fields.clone(),
            ..ListParams::default()
        };
        let list = self.api::<K>(scope.kind, &scope.namespace).list(&params).await;
        let items = list.map_err(|source| ClusterError::of_scope("list", scope, &self.flags, source))?.items;
        let whole = |item: K| {
            let mut object: Object = item.into();
            object.set_kind(scope.kind);
            object
        };
        Ok(items.into_iter().map(whole).collect())
    }

    /// Sends a write, or asks whether it would be granted (`dry_run`).
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, or a precondition does not hold.
    pub async fn perform(&self, request: &Request, dry_run: bool) -> Result<Answer, ClusterError> {
        if Lean::suits(request.id().kind) {
            self.perform_as::<Lean>(request, dry_run).await
        } else {
            self.perform_as::<Object>(request, dry_run).await
        }
    }

    async fn perform_as<K: Form>(&self, request: &Request, dry_run: bool) -> Result<Answer, ClusterError> {
        let id = request.id();
        let api: Api<K> = self.api(id.kind, id.namespace());
        let is = |answer: K| Answer::of(Box::new(answer.into()));
        match request {
            Request::Create { object, .. } => {
                let params = PostParams { dry_run, field_manager: Some(self.field_manager.clone()) };
                self.create(api.resource_url(), &params, object)
                    .await
                    .map(is)
                    .map_err(|source| self.refused("create", id, source))
            }
            Request::Patch { patch, .. } => {
                let params =
                    PatchParams { dry_run, field_manager: Some(self.field_manager.clone()), ..PatchParams::default() };
                let is_told = K::LEAN && is_of_metadata(patch);
                let patch = ApiPatch::<()>::Json(patch.clone());
                let answer = if is_told {
                    self.patch_metadata(api.resource_url(), &id.name, &params, &patch).await.map(is).map(metadata)
                } else {
                    api.patch(&id.name, &params, &patch).await.map(is)
                };
                answer.map_err(|source| self.refused("patch", id, source))
            }
            Request::Delete { uid, resource_version, propagation, .. } => {
                let params = delete_params(uid, resource_version, *propagation, dry_run);
                let answer = self.delete(api.resource_url(), &id.name, &params).await;
                Ok(answer.map_err(|source| self.refused("delete", id, source))?.map_or(Answer::Gone, is))
            }
        }
    }

    /// Creates from JSON as Go writes it: of a `ControllerRevision` the server keeps the very bytes, and its controller
    /// cannot handle others than it would write itself.
    async fn create<K: Form>(&self, url: &str, params: &PostParams, object: &Object) -> Result<K, Error> {
        let body = go_json(object.value()).into_bytes();
        let request = kube::core::Request::new(url).create(params, body).map_err(Error::BuildRequest)?;
        self.client.request(request).await
    }

    /// Of thousands of pods whose labels change nobody reads what else they are once more.
    async fn patch_metadata<K: Form>(
        &self,
        url: &str,
        name: &str,
        params: &PatchParams,
        patch: &ApiPatch<()>,
    ) -> Result<K, Error> {
        let request = kube::core::Request::new(url).patch_metadata(name, params, patch).map_err(Error::BuildRequest)?;
        self.client.request(request).await
    }

    /// The server reads the body alone; that a request is a dry run is said in the query too, where the audit log and
    /// whoever reads it see it, as they do with every other write.
    async fn delete<K: Form>(&self, url: &str, name: &str, params: &DeleteParams) -> Result<Option<K>, Error> {
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
            let stream =
                if Lean::suits(scope.kind) { self.watch_as::<Lean>(scope) } else { self.watch_as::<Object>(scope) };
            stream.map(move |event| (position, event)).boxed()
        });
        Box::pin(futures::stream::select_all(streams))
    }

    fn watch_as<K: Form>(&self, scope: &Scope) -> BoxStream<'static, watcher::Result<watcher::Event<Object>>> {
        let config = watcher::Config {
            label_selector: scope.labels.clone(),
            field_selector: scope.fields.clone(),
            ..watcher::Config::default()
        };
        let api: Api<K> = self.api(scope.kind, &scope.namespace);
        watcher(api, config).default_backoff().map(|event| event.map(whole)).boxed()
    }

    fn refused(&self, verb: &'static str, id: &ObjectId, source: Error) -> ClusterError {
        ClusterError::of_object(verb, id, &self.flags, source)
    }

    /// A watch's error, if it is one that trying again will not mend: a missing right, or any other if there was no list
    /// before (`listed`).
    #[must_use]
    pub fn fatal(&self, scope: &Scope, error: watcher::Error, listed: bool) -> Option<ClusterError> {
        let (verb, source) = match error {
            watcher::Error::InitialListFailed(source) => ("list", source),
            watcher::Error::WatchStartFailed(source) => ("watch", source),
            _ => return None,
        };
        let denied = matches!(&source, Error::Api(status) if matches!(status.code, 401 | 403));
        (denied || (!listed && verb == "list")).then(|| ClusterError::of_scope(verb, scope, &self.flags, source))
    }

    fn api<K>(&self, kind: Kind, namespace: &str) -> Api<K>
    where
        K: Resource<DynamicType = ApiResource, Scope = DynamicResourceScope>,
    {
        let resource = kind.resource();
        let client = self.client.clone();
        if kind.namespaced() {
            Api::namespaced_with(client, namespace, &resource)
        } else {
            Api::all_with(client, &resource)
        }
    }
}

/// How an object is read.
trait Form:
    Resource<DynamicType = ApiResource, Scope = DynamicResourceScope>
    + Into<Object>
    + DeserializeOwned
    + Clone
    + Debug
    + Send
    + 'static
{
    /// Whether less of it is read than there is.
    const LEAN: bool;
}

impl Form for Object {
    const LEAN: bool = false;
}

impl Form for Lean {
    const LEAN: bool = true;
}

/// Whether the patch holds for one state alone, and changes nothing but metadata of that.
fn is_of_metadata(patch: &Patch) -> bool {
    let is_guard = |operation: &PatchOperation| matches!(operation, PatchOperation::Test(test) if test.path.as_str() == "/metadata/resourceVersion");
    patch.iter().any(is_guard) && patch.iter().all(|operation| operation.path().as_str().starts_with("/metadata/"))
}

fn metadata(answer: Answer) -> Answer {
    match answer {
        Answer::Is(object) => Answer::Metadata(object),
        answer => answer,
    }
}

/// What a watch reports, of objects as everybody else reads them.
fn whole<K: Form>(event: watcher::Event<K>) -> watcher::Event<Object> {
    use watcher::Event::{Apply, Delete, Init, InitApply, InitDone};
    match event {
        Apply(object) => Apply(object.into()),
        Delete(object) => Delete(object.into()),
        Init => Init,
        InitApply(object) => InitApply(object.into()),
        InitDone => InitDone,
    }
}

/// The value as Go's `encoding/json` writes it: keys in order, no blanks, and what HTML would read escaped.
fn go_json(value: &serde_json::Value) -> String {
    let escapes =
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    escapes.into_iter().fold(value.to_string(), |text, (from, to)| text.replace(from, to))
}

fn delete_params(uid: &str, version: &str, propagation: Propagation, dry_run: bool) -> DeleteParams {
    let params = match propagation {
        Propagation::Background => DeleteParams::background(),
        Propagation::Foreground => DeleteParams::foreground(),
        Propagation::Orphan => DeleteParams::orphan(),
    };
    let preconditions = Preconditions { uid: Some(uid.to_owned()), resource_version: Some(version.to_owned()) };
    DeleteParams { dry_run, ..params.preconditions(preconditions) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_patch_of_metadata_in_a_known_state_the_metadata_alone_is_told() {
        let is = |value| is_of_metadata(&serde_json::from_value(value).unwrap());
        let guard = serde_json::json!({"op": "test", "path": "/metadata/resourceVersion", "value": "5"});
        let label = serde_json::json!({"op": "add", "path": "/metadata/labels/on", "value": "yes"});
        let spec = serde_json::json!({"op": "remove", "path": "/spec/paused"});
        assert!(is(serde_json::json!([guard, label])));
        assert!(!is(serde_json::json!([label])), "it may have changed since");
        assert!(!is(serde_json::json!([guard, label, spec])));
    }

    #[test]
    fn json_is_written_as_go_writes_it() {
        let value = serde_json::json!({"b": "<a> & \u{2028}", "a": [1, "é"]});
        assert_eq!(go_json(&value), r#"{"a":[1,"é"],"b":"\u003ca\u003e \u0026 \u2028"}"#);
    }
}
