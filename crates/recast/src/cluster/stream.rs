//! Answers that come part by part, such as the log of a container.

use http_body_util::{BodyDataStream, BodyExt as _};
use kube::Error;
use kube::client::Body;
use kube::core::Status;

use super::{Cluster, ClusterError};

/// The parts of an answer as they arrive. It ends with an error where the connection was cut.
pub type Parts = BodyDataStream<Body>;

impl Cluster {
    /// Asks for a path, query and all, whose answer is taken part by part. `resource` is what rules of access call it.
    /// There may be no answer at all: a pod without a node has no log.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn stream(&self, path: &str, resource: &str) -> Result<Option<Parts>, ClusterError> {
        let refused = |source| ClusterError::of_resource("get", resource.to_owned(), &self.flags, source);
        let request = http::Request::get(path).body(Body::empty()).map_err(Error::HttpError).map_err(refused)?;
        let response = self.client.send(request).await.map_err(refused)?;
        let code = response.status();
        if code == http::StatusCode::NO_CONTENT {
            return Ok(None);
        }
        if code.is_success() {
            return Ok(Some(response.into_body().into_data_stream()));
        }
        let text = response.into_body().collect().await.map_err(refused)?.to_bytes();
        let status = serde_json::from_slice(&text).unwrap_or_else(|_| {
            let message = String::from_utf8_lossy(&text).trim().to_owned();
            Status::failure(&message, code.canonical_reason().unwrap_or_default()).with_code(code.as_u16())
        });
        Err(refused(Error::Api(Box::new(status))))
    }
}
