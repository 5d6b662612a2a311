//! What the mirror needs of a member cluster's client.

use futures::future::BoxFuture;
use kubeapi::client::{CallError, ClusterClient};
use kubeapi::listwatch::Transport;
use kubeapi::probe::ProbeReport;
use model::fleet::ServedApis;
use std::sync::Arc;
use std::time::Duration;

/// The most of a server's version that is shown.
const VERSION_LENGTH: usize = 64;

/// A client of one cluster.
pub trait Member: Send + Sync + 'static {
    /// For lists and watches.
    fn transport(self: Arc<Self>) -> Arc<dyn Transport>;

    /// Asks whether the server is ready, over the connection that carries the watches where there is one.
    fn probe(&self, deadline: Duration) -> BoxFuture<'_, ProbeReport>;

    /// Lists the APIs the cluster serves.
    fn served(&self) -> BoxFuture<'_, Result<ServedApis, CallError>>;

    /// The server's version, `v1.37.2`.
    fn version(&self) -> BoxFuture<'_, Result<Arc<str>, CallError>>;

    /// Gives the present connection up; the next request makes a new one.
    fn reconnect(&self);
}

impl Member for ClusterClient {
    fn transport(self: Arc<Self>) -> Arc<dyn Transport> {
        self
    }

    fn probe(&self, deadline: Duration) -> BoxFuture<'_, ProbeReport> {
        Box::pin(ClusterClient::probe(self, deadline))
    }

    fn served(&self) -> BoxFuture<'_, Result<ServedApis, CallError>> {
        Box::pin(async {
            let served = self.served_apis().await?;
            let kinds = served.iter().map(|(version, kind, _)| (Arc::from(version), Arc::from(kind)));
            Ok(ServedApis { kinds: kinds.collect() })
        })
    }

    fn version(&self) -> BoxFuture<'_, Result<Arc<str>, CallError>> {
        Box::pin(async {
            let version = ClusterClient::version(self).await?.git_version;
            // Shown to people: a hostile server must not fill the page.
            Ok(version.chars().filter(|c| !c.is_control()).take(VERSION_LENGTH).collect::<String>().into())
        })
    }

    fn reconnect(&self) {
        ClusterClient::reconnect(self);
    }
}
