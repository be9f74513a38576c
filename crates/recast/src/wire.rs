//! What lies between the client and the wire: time limits, the server's warnings, the log of requests.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::header::USER_AGENT;
use http::{HeaderValue, Request, Response};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::retry::RetryPolicy;
use kube::client::{Body, ClientBuilder, ConfigExt as _};
use kube::{Client, Config};
use tower::retry::RetryLayer;
use tower::{BoxError, Layer, Service, ServiceBuilder};

use crate::connection::{ConnectionArgs, ConnectionError, user_agent};
use crate::terminal::harmless;

/// From this level on each request is named on stderr, as kubectl does.
const LOG_REQUESTS: u8 = 6;

/// How long a connection is kept that nobody uses. One that has gone dead meanwhile would take the next request with it;
/// whoever looks for dead ones waits longer than this.
const IDLE: Duration = Duration::from_secs(5);

/// How much is read from a connection at once. Hundreds of logs may be read side by side, and more of each would leave the
/// processor's cache before its turn comes.
const READ_AT_ONCE: usize = 128 * 1024;

/// Builds the client.
///
/// # Errors
/// If the configuration's certificates or credentials cannot be used.
pub fn client(mut config: Config, args: &ConnectionArgs, quiet: bool) -> Result<Client, ConnectionError> {
    if let Ok(agent) = HeaderValue::from_str(&user_agent()) {
        config.headers.push((USER_AGENT, agent));
    }
    let wire = Wire { limit: args.request_timeout.0, log: args.verbosity >= LOG_REQUESTS, quiet };
    if config.proxy_url.is_some() {
        let layer = observing(&config, wire);
        return Ok(ClientBuilder::try_from(config)?.with_layer(&layer).build());
    }
    let layer = observing(&config, wire);
    let service = ServiceBuilder::new()
        .layer(layer)
        .layer(config.base_uri_layer())
        .layer(RetryLayer::new(RetryPolicy::server_retry()))
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(
            Pool::builder(TokioExecutor::new())
                .pool_idle_timeout(IDLE)
                .http1_max_buf_size(READ_AT_ONCE)
                .build(config.rustls_https_connector_with_connector(prompt(&config))?),
        );
    Ok(Client::new(service, config.default_namespace))
}

/// A connection that sends at once. The library's own leaves Nagle's algorithm on: the first request of a connection,
/// a small write behind the last one of the TLS handshake, then waits for an acknowledgement that the server delays by
/// up to 40 ms.
fn prompt(config: &Config) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(config.connect_timeout);
    tcp
}

fn observing<S>(config: &Config, wire: Wire) -> impl Layer<S, Service = Observed<S>> + use<S> {
    let base = config.cluster_url.clone();
    tower::layer::layer_fn(move |inner| Observed { inner, wire, base: base.clone(), said: Arc::default() })
}

/// On a request for something that the user has not named: the server's warnings about it are of no use to them.
#[derive(Clone, Copy)]
pub struct Unnamed;

#[derive(Clone, Copy)]
struct Wire {
    limit: Option<Duration>,
    log: bool,
    /// Whether the server's warnings are kept back.
    quiet: bool,
}

struct Observed<S> {
    inner: S,
    wire: Wire,
    base: http::Uri,
    /// Warnings of the server that have been shown.
    said: Arc<Mutex<BTreeSet<String>>>,
}

impl<S, B> Service<Request<Body>> for Observed<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = BoxError>,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let line = self.wire.log.then(|| format!("{} {}{}", request.method(), origin(&self.base), request.uri()));
        let limit = self.wire.limit;
        let quiet = self.wire.quiet || request.extensions().get::<Unnamed>().is_some();
        let said = Arc::clone(&self.said);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let begun = Instant::now();
            let response = match limit {
                Some(limit) => tokio::time::timeout(limit, answer).await.map_err(|_| TimedOut(limit))??,
                None => answer.await?,
            };
            if let Some(line) = line {
                let (status, spent) = (response.status(), begun.elapsed().as_millis());
                anstream::eprintln!("{line} {status} in {spent} milliseconds");
            }
            for warning in response.headers().get_all(http::header::WARNING).iter().filter(|_| !quiet) {
                let text = warning.to_str().ok().and_then(warning_text);
                // As kubectl does, each only once: a dry run has said it before.
                if let Some(text) = text.filter(|text| said.lock().is_ok_and(|mut said| said.insert(text.clone()))) {
                    anstream::eprintln!("Warning: {}", harmless(&text));
                }
            }
            Ok(response)
        })
    }
}

/// A request took longer than `--request-timeout`.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?} (--request-timeout)")]
struct TimedOut(Duration);

fn origin(base: &http::Uri) -> String {
    format!("{}://{}", base.scheme_str().unwrap_or("https"), base.authority().map_or("", |a| a.as_str()))
}

/// The text of a `Warning: 299 - "text"` header (RFC 7234, section 5.5).
fn warning_text(header: &str) -> Option<String> {
    let quoted = header.split_once('"')?.1.rsplit_once('"')?.0;
    Some(quoted.replace("\\\"", "\"").replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_what_stands_between_the_quotes() {
        assert_eq!(warning_text(r#"299 - "use \"x\" instead""#), Some(r#"use "x" instead"#.to_owned()));
        assert_eq!(warning_text("299 -"), None);
    }
}
