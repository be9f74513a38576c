//! Questions to the server about itself and about the caller: nothing is changed by them.

use std::fmt::Debug;

use kube::Error;
use kube::api::{Api, ListParams, PostParams};
use kube::core::ObjectList;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Cluster, ClusterError, Scope, Served};
use crate::object::Object;
use crate::wire::Unnamed;

impl Cluster {
    /// Asks what only the server can answer, such as a `SelfSubjectReview`: the answer is the question, filled in.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn ask<T>(&self, question: &T) -> Result<T, ClusterError>
    where
        T: kube::Resource<DynamicType = ()> + Serialize + DeserializeOwned + Clone + Debug,
    {
        let answer = Api::all(self.client.clone()).create(&PostParams::default(), question).await;
        let (group, plural) = (T::group(&()), T::plural(&()));
        answer.map_err(|source| ClusterError::of_resource("create", format!("{plural}.{group}"), &self.flags, source))
    }

    /// What the server serves.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn served(&self) -> Result<Served, ClusterError> {
        let all = async {
            let lists = futures::try_join!(
                self.client.list_core_api_versions_aggregated(),
                self.client.list_api_groups_aggregated()
            );
            let (core, named) = lists?;
            // A server that has never heard of such a list answers with the one of before.
            if named.items.is_empty() {
                let discovery = kube::discovery::Discovery::new(self.client.clone()).run().await?;
                return Ok(Served::by_group(&discovery));
            }
            Ok(Served::of(&[core, named]))
        };
        all.await.map_err(|source| ClusterError::of_resource("get", "/apis".to_owned(), &self.flags, source))
    }

    /// All objects of a scope, but of each only its metadata.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn list_metadata(&self, scope: &Scope) -> Result<Vec<Object>, ClusterError> {
        let params = ListParams {
            label_selector: scope.labels.clone(),
            field_selector: scope.fields.clone(),
            ..ListParams::default()
        };
        let list = async {
            let url = self.api::<Object>(scope.kind, &scope.namespace).resource_url().to_owned();
            let mut request = kube::core::Request::new(url).list_metadata(&params).map_err(Error::BuildRequest)?;
            request.extensions_mut().insert(Unnamed);
            self.client.request::<ObjectList<Object>>(request).await
        };
        Ok(list.await.map_err(|source| ClusterError::of_scope("list", scope, &self.flags, source))?.items)
    }
}
