//! What the mirror needs of a member cluster's client.

use crate::served;
use futures::StreamExt;
use futures::future::BoxFuture;
use kubeapi::client::ClusterClient;
use kubeapi::listwatch::{Carrier, Get, SyncError, Transport};
use model::fleet::ServedApis;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// What a probe found.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeAnswer {
    /// Ready by the server's own word.
    pub ready: bool,
    /// From the request to the end of the answer.
    pub latency: Duration,
    /// The connection that carried it.
    pub carrier: Carrier,
}

/// A client of one cluster.
pub trait Member: Send + Sync + 'static {
    /// For lists and watches.
    fn transport(self: Arc<Self>) -> Arc<dyn Transport>;

    /// Asks whether the server is ready, over the connection that carries the watches where there is one.
    fn probe(&self, deadline: Duration) -> BoxFuture<'_, Result<ProbeAnswer, SyncError>>;

    /// Lists the APIs the cluster serves.
    fn served(&self) -> BoxFuture<'_, Result<ServedApis, SyncError>>;

    /// The server's version, `v1.37.2`.
    fn version(&self) -> BoxFuture<'_, Result<Arc<str>, SyncError>>;

    /// Gives the present connection up; the next request makes a new one.
    fn reconnect(&self);
}

impl Member for ClusterClient {
    fn transport(self: Arc<Self>) -> Arc<dyn Transport> {
        self
    }

    fn probe(&self, deadline: Duration) -> BoxFuture<'_, Result<ProbeAnswer, SyncError>> {
        Box::pin(probe(self, deadline))
    }

    fn served(&self) -> BoxFuture<'_, Result<ServedApis, SyncError>> {
        Box::pin(served::discover(self))
    }

    fn version(&self) -> BoxFuture<'_, Result<Arc<str>, SyncError>> {
        Box::pin(served::version(self))
    }

    fn reconnect(&self) {
        ClusterClient::reconnect(self);
    }
}

/// A GET of `/readyz`, body and all: a server that sends a head and hangs has not answered.
async fn probe(transport: &dyn Transport, deadline: Duration) -> Result<ProbeAnswer, SyncError> {
    let begun = Instant::now();
    let get = Get { path_and_query: "/readyz".to_owned(), compressed: false, deadline };
    let answered = timeout(deadline, async {
        let mut reply = transport.get(get).await?;
        // It says `ok`, or what is not.
        let mut left = 64 * 1024usize;
        while let Some(chunk) = reply.body.next().await {
            left = left.checked_sub(chunk?.len()).ok_or(SyncError::TooLarge { cap: 64 * 1024 })?;
        }
        Ok::<_, SyncError>((reply.status, reply.carrier))
    })
    .await;
    let (status, carrier) = answered.map_err(|_| SyncError::Timeout)??;
    let answer = |ready| Ok(ProbeAnswer { ready, latency: begun.elapsed(), carrier });
    match status {
        401 => Err(SyncError::Unauthorized),
        // Not for everyone, or not there: but it was the server that said so.
        200..=299 | 403 | 404 => answer(true),
        _ => answer(false),
    }
}
