//! A plain HTTP listener, for the control endpoint and etcd's metrics port.

use std::net::SocketAddr;

use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::listener::{ServeError, bind};

/// A running plain HTTP listener. Dropping it does not stop it: call [`PlainServer::shutdown`].
pub struct PlainServer {
    addr: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl PlainServer {
    /// Serves `app` on `addr` (port 0 takes a free one).
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(addr: SocketAddr, app: Router) -> Result<Self, ServeError> {
        let (listener, addr) = bind(addr).await?;
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let ended = stop.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                _ = axum::serve(listener, app) => {}
            }
        });
        Ok(Self { addr, stop, tasks })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the listener.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
