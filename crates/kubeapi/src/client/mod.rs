//! The client that speaks to one member cluster: one guarded, verified, metered HTTP/2 connection for everything.
//!
//! Built from our own parts rather than from `kube::Client`, whose stack runs programs named in credentials, retries
//! writes, knows no deadline and no body cap, and speaks HTTP/1.1 alone.

mod answer;
mod call;
mod error;
mod pool;
mod stream;
mod tls;

pub use answer::Body;
pub(crate) use answer::{carrier, read_whole as read_answer};
pub use call::CallLimits;
pub(crate) use call::get;
pub use error::{ApiStatus, CallError, ClientError, Unreachable};
pub(crate) use stream::pieces;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{Request, Response};
use http_body_util::Full;
use pool::{Connector, Pool};
use runtime::egress::{GuardedConnector, TargetKind, TargetPolicy, WireMeter, WithDeadline};
use tokio::time::Instant;

use crate::credential::{Auth, Credential, ServerUrl};
use crate::probe::DiscoveryCache;

/// A client for one cluster. Cheap to clone; clones share the connection and the counters.
#[derive(Clone)]
pub struct ClusterClient {
    inner: Arc<Inner>,
}

struct Inner {
    pool: RwLock<Arc<Pool>>,
    connector: Connector,
    server: ServerUrl,
    authorization: Option<HeaderValue>,
    requests: AtomicU64,
    meter: Arc<WireMeter>,
    discovery: DiscoveryCache,
}

/// What a cluster's traffic amounted to since its client was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// Requests sent, watches included.
    pub requests: u64,
    /// Connections made.
    pub connects: u64,
    /// Bytes read, TLS included.
    pub received_bytes: u64,
    /// Bytes written, TLS included.
    pub sent_bytes: u64,
}

impl ClusterClient {
    /// Prepares a client for `credential`; nothing is connected before the first request. Belongs into a Tokio runtime.
    ///
    /// # Errors
    /// [`ClientError`] where the policy refuses the server, or the CA, certificate, key or token cannot be used.
    pub fn connect(credential: &Credential, policy: Arc<TargetPolicy>) -> Result<Self, ClientError> {
        policy.check_url(TargetKind::Cluster, &credential.server.to_string())?;
        let guarded = GuardedConnector::new(policy, TargetKind::Cluster);
        let meter = Arc::clone(guarded.meter());
        let connector = WithDeadline::new(tls::connector(credential, guarded)?);
        Ok(Self {
            inner: Arc::new(Inner {
                pool: RwLock::new(Pool::new(connector.clone())),
                connector,
                server: credential.server.clone(),
                authorization: authorization(&credential.auth)?,
                requests: AtomicU64::new(0),
                meter,
                discovery: DiscoveryCache::default(),
            }),
        })
    }

    /// The API server this client speaks to.
    pub fn server(&self) -> &ServerUrl {
        &self.inner.server
    }

    /// What the traffic amounted to so far.
    pub fn costs(&self) -> Costs {
        Costs {
            requests: self.inner.requests.load(Ordering::Relaxed),
            connects: self.inner.meter.connects(),
            received_bytes: self.inner.meter.received(),
            sent_bytes: self.inner.meter.sent(),
        }
    }

    pub(crate) fn discovery_cache(&self) -> &DiscoveryCache {
        &self.inner.discovery
    }

    /// Leaves the present connection to the requests that are under way on it; later ones get a new connection.
    /// For a connection that swallows requests though the server is well again.
    pub fn reconnect(&self) {
        let fresh = Pool::new(self.inner.connector.clone());
        *self.inner.pool.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// Sends `request`, whose URI is a path and query alone, and waits at most `header_deadline` for the head of the
    /// answer. The body has neither deadline nor cap: it is for watches, whose reader brings its own.
    ///
    /// # Errors
    /// [`CallError`]; an answer of whatever status is none.
    pub async fn send<B: Into<Bytes>>(
        &self,
        request: Request<B>,
        header_deadline: Duration,
    ) -> Result<Response<Body>, CallError> {
        self.send_until(request, Instant::now() + header_deadline).await
    }

    pub(crate) async fn send_until<B: Into<Bytes>>(
        &self,
        request: Request<B>,
        deadline: Instant,
    ) -> Result<Response<Body>, CallError> {
        let request = self.prepare(request)?;
        let pool = self.inner.pool.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.inner.requests.fetch_add(1, Ordering::Relaxed);
        pool.send(request, deadline).await
    }

    fn prepare<B: Into<Bytes>>(&self, request: Request<B>) -> Result<Request<Full<Bytes>>, CallError> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().ok_or(CallError::Invalid)?;
        parts.uri = self.inner.server.join(path.as_str()).map_err(|_| CallError::Invalid)?;
        let headers = &mut parts.headers;
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("pilothouse/", env!("CARGO_PKG_VERSION"))));
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.inner.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Ok(Request::from_parts(parts, Full::new(body.into())))
    }
}

fn authorization(auth: &Auth) -> Result<Option<HeaderValue>, ClientError> {
    let Auth::Token(token) = auth else {
        return Ok(None);
    };
    let bytes = [b"Bearer ", token.expose()].concat();
    let mut value = HeaderValue::from_maybe_shared(Bytes::from(bytes)).map_err(|_| ClientError::BadToken)?;
    value.set_sensitive(true);
    Ok(Some(value))
}
