//! Quick looks, for whoever waits at the keyboard: names from the server's cache, and the labels of a few objects.

use http::header::ACCEPT;
use kube::Error;
use kube::api::{Api, ListParams};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Cluster, ClusterError, Scope};
use crate::object::Object;
use crate::selector::Labels;
use crate::wire::Unnamed;

/// How many objects are enough to know which labels there are.
const SOME: u32 = 250;

/// How many objects are enough to know what they are made of.
const A_FEW: u32 = 10;

/// A list as kubectl prints it. The first column is the name.
#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    cells: Vec<serde_json::Value>,
}

/// A list of metadata, of which only the labels are read.
#[derive(Deserialize)]
struct Labelled {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    labels: Labels,
}

impl Cluster {
    /// The names of all objects of a scope, as the server last heard of them.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn names(&self, scope: &Scope) -> Result<Vec<String>, ClusterError> {
        let url = self.api::<Object>(scope.kind, &scope.namespace).resource_url().to_owned();
        self.column(&url).await.map_err(|source| ClusterError::of_scope("list", scope, &self.flags, source))
    }

    /// The names of the namespaces, as the server last heard of them.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn namespace_names(&self) -> Result<Vec<String>, ClusterError> {
        let names = self.column("/api/v1/namespaces").await;
        names.map_err(|source| ClusterError::of_resource("list", "namespaces".to_owned(), &self.flags, source))
    }

    /// The labels of some objects of a scope.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn some_labels(&self, scope: &Scope) -> Result<Vec<Labels>, ClusterError> {
        let url = format!("{}?limit={SOME}", self.api::<Object>(scope.kind, &scope.namespace).resource_url());
        let list = self.read::<Labelled>(&url, "PartialObjectMetadataList").await;
        let list = list.map_err(|source| ClusterError::of_scope("list", scope, &self.flags, source))?;
        Ok(list.items.into_iter().map(|item| item.metadata.labels).collect())
    }

    /// A few objects of a scope.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn a_few(&self, scope: &Scope) -> Result<Vec<Object>, ClusterError> {
        let params = ListParams { label_selector: scope.labels.clone(), ..ListParams::default().limit(A_FEW) };
        let api: Api<Object> = self.api(scope.kind, &scope.namespace);
        let list =
            api.list(&params).await.map_err(|source| ClusterError::of_scope("list", scope, &self.flags, source))?;
        Ok(list.items)
    }

    /// A table without the objects is the least that a server can answer with.
    async fn column(&self, url: &str) -> Result<Vec<String>, Error> {
        let table: Table = self.read(&format!("{url}?resourceVersion=0&includeObject=None"), "Table").await?;
        let first = table.rows.into_iter().filter_map(|row| row.cells.into_iter().next());
        Ok(first.filter_map(|cell| cell.as_str().map(str::to_owned)).collect())
    }

    async fn read<T: DeserializeOwned>(&self, url: &str, kind: &str) -> Result<T, Error> {
        let accept = format!("application/json;as={kind};v=v1;g=meta.k8s.io");
        let request = http::Request::get(url).header(ACCEPT, accept).extension(Unnamed).body(Vec::new());
        self.client
            .request(request.map_err(|error| Error::BuildRequest(kube::core::request::Error::BuildRequest(error)))?)
            .await
    }
}
