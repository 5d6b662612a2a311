//! The connection pool, with the first connection made once.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Extensions, Request, Response};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use runtime::egress::{ConnectionHandle, GuardedConnector, WithDeadline};
use runtime::http::classify_failure;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::answer::Body;
use super::error::{CallError, Unreachable};

/// A connection that says nothing for this long is asked for a sign of life, which must come within [`PING_TIMEOUT`].
const PING_INTERVAL: Duration = Duration::from_secs(15);
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle HTTP/1.1 connections kept where a server does not speak HTTP/2.
const MAX_IDLE: usize = 4;

pub(super) type Connector = WithDeadline<HttpsConnector<GuardedConnector>>;

/// Connections to one server.
///
/// Whether a server speaks HTTP/2 is known only once a connection stands, so requests that start together would each
/// make one and all but one be thrown away: while no connection is open, one request at a time may make one.
pub(super) struct Pool {
    client: HyperClient<Connector, Full<Bytes>>,
    first: Mutex<()>,
    open: RwLock<Option<ConnectionHandle>>,
}

impl Pool {
    pub(super) fn new(connector: Connector) -> Arc<Self> {
        let client = HyperClient::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(MAX_IDLE)
            .http2_keep_alive_interval(PING_INTERVAL)
            .http2_keep_alive_timeout(PING_TIMEOUT)
            .http2_keep_alive_while_idle(true)
            .http2_adaptive_window(true)
            .build(connector);
        Arc::new(Self { client, first: Mutex::new(()), open: RwLock::new(None) })
    }

    /// Sends `request` and waits for the head of its answer.
    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
        deadline: Instant,
    ) -> Result<Response<Body>, CallError> {
        let mut captured = capture_connection(&mut request);
        match timeout_at(deadline, self.exchange(request, &mut captured)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(classify_failure(&error).into()),
            // A request that was not given a connection yet has not been sent.
            Err(_) if captured.connection_metadata().is_none() => {
                Err(CallError::Unreachable(Unreachable::ConnectTimeout))
            }
            Err(_) => Err(CallError::Timeout),
        }
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        captured: &mut CaptureConnection,
    ) -> Result<Response<Body>, hyper_util::client::legacy::Error> {
        if self.is_open() {
            return self.client.request(request).await;
        }
        let first = self.first.lock().await;
        let mut answer = self.client.request(request);
        if !self.is_open() {
            tokio::select! {
                biased;
                () = async { drop(captured.wait_for_connection_metadata().await) } => self.remember(captured),
                answer = &mut answer => {
                    self.remember(captured);
                    return answer;
                }
            }
        }
        drop(first);
        answer.await
    }

    fn is_open(&self) -> bool {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().is_some_and(ConnectionHandle::is_open)
    }

    fn remember(&self, captured: &CaptureConnection) {
        let mut extras = Extensions::new();
        if let Some(connected) = &*captured.connection_metadata() {
            connected.get_extras(&mut extras);
        }
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = extras.remove();
    }
}
