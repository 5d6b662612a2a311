//! A client that follows no redirect, knows no proxy, and asks the policy before every connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

use super::error::{HttpError, classify_failure};
use super::tls::{TlsSetupError, Trust, tls_config};
use crate::body::{BoundedBody, collect};
use crate::egress::{GuardedConnector, TargetKind, TargetPolicy, WithDeadline};

/// Idle connections are closed after this long.
const POOL_IDLE: Duration = Duration::from_secs(60);

/// Sends single requests through the guarded connector. Cheap to clone.
#[derive(Clone)]
pub struct GuardedClient {
    inner: Client<WithDeadline<HttpsConnector<GuardedConnector>>, Full<Bytes>>,
    policy: Arc<TargetPolicy>,
    kind: TargetKind,
}

/// One request.
#[derive(Clone)]
pub struct Outgoing<'a> {
    /// The method.
    pub method: Method,
    /// The absolute URL. It may hold a token, so it never appears in an error.
    pub url: &'a str,
    /// Headers beside those that HTTP itself needs.
    pub headers: HeaderMap,
    /// The body; may be empty.
    pub body: Bytes,
    /// Time from now to the end of the answer's body.
    pub deadline: Duration,
    /// The largest answer that is read, in bytes.
    pub max_body: usize,
}

/// A complete answer, whatever its status.
#[derive(Clone)]
pub struct Reply {
    /// The status; redirects are not followed.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl GuardedClient {
    /// A client for targets of `kind` that believes the certificates of `trust`.
    ///
    /// # Errors
    /// [`TlsSetupError`].
    pub fn new(policy: Arc<TargetPolicy>, kind: TargetKind, trust: Trust<'_>) -> Result<Self, TlsSetupError> {
        let guarded = GuardedConnector::new(Arc::clone(&policy), kind);
        let tls = tls_config(trust)?.with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(guarded);
        let inner = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(2)
            .build(WithDeadline::new(connector));
        Ok(Self { inner, policy, kind })
    }

    /// Sends `request` and reads the whole answer.
    ///
    /// # Errors
    /// [`HttpError`]; an answer of any status is not an error.
    pub async fn call(&self, request: Outgoing<'_>) -> Result<Reply, HttpError> {
        let (deadline, cap) = (Instant::now() + request.deadline, request.max_body);
        let (parts, body) = self.send(request, deadline).await?.into_parts();
        Ok(Reply { status: parts.status, headers: parts.headers, body: collect(body, cap, deadline).await? })
    }

    /// Sends `request` and hands out the answer's body as it comes, under the same deadline and cap.
    ///
    /// # Errors
    /// [`HttpError`]; later failures are errors of the body.
    pub async fn stream(&self, request: Outgoing<'_>) -> Result<http::Response<BoundedBody<Incoming>>, HttpError> {
        let (deadline, cap) = (Instant::now() + request.deadline, request.max_body);
        let answer = self.send(request, deadline).await?;
        Ok(answer.map(|body| BoundedBody::new(body, cap, Some(deadline))))
    }

    async fn send(&self, outgoing: Outgoing<'_>, deadline: Instant) -> Result<http::Response<Incoming>, HttpError> {
        self.policy.check_url(self.kind, outgoing.url)?;
        let uri: Uri = outgoing.url.parse().map_err(|_| HttpError::Invalid("not a URL"))?;
        let mut request = Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = outgoing.headers;
        match timeout_at(deadline, self.inner.request(request)).await {
            Err(_) => Err(HttpError::Timeout),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(classify_failure(&error).into()),
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
