//! A deadline around a whole connect, TLS handshake included.

use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::Uri;
use tower::Service;

use super::connect::ConnectError;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Name resolution, TCP and TLS together take at most this long.
const DEADLINE: Duration = Duration::from_secs(10);

/// A connector whose connections stand within ten seconds or not at all. A connection pool goes on connecting when
/// the request that asked for it is gone, so a deadline around the request does not end a silent handshake.
#[derive(Debug, Clone)]
pub struct WithDeadline<S>(S);

impl<S> WithDeadline<S> {
    /// Puts the deadline around `connector`.
    pub fn new(connector: S) -> Self {
        Self(connector)
    }
}

impl<S> Service<Uri> for WithDeadline<S>
where
    S: Service<Uri>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            match tokio::time::timeout(DEADLINE, connecting).await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => Err(ConnectError::Timeout.into()),
            }
        })
    }
}
