//! The TLS listener of one cluster.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::gated_io::GatedIo;
use super::tls::{ClusterTls, TlsError};
use crate::faults::{Connections, FaultBoard, Gate};

/// How long a refused port may stay taken by somebody else before the listener gives up for this round.
const REBIND_PAUSE: Duration = Duration::from_millis(50);

/// Why a listener could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or not allowed.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Certificates could not be made.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Binds, with the address in the error.
pub(crate) async fn bind(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let fail = |source| ServeError::Bind { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(fail)?;
    let local = listener.local_addr().map_err(fail)?;
    Ok((listener, local))
}

/// A running TLS listener. Dropping it does not stop it: call [`TlsServer::shutdown`].
pub struct TlsServer {
    addr: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl TlsServer {
    /// Serves `app` on `listener` under the faults of `board`.
    pub(crate) fn start(
        (listener, addr): (TcpListener, SocketAddr),
        tls: Arc<ClusterTls>,
        board: Arc<FaultBoard>,
        app: Router,
    ) -> Self {
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let acceptor = Acceptor { addr, tls, board, app, stop: stop.clone(), tasks: tasks.clone() };
        tasks.spawn(acceptor.run(listener));
        Self { addr, stop, tasks }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the listener and every connection, and waits until all tasks are gone.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

struct Acceptor {
    addr: SocketAddr,
    tls: Arc<ClusterTls>,
    board: Arc<FaultBoard>,
    app: Router,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Acceptor {
    async fn run(self, listener: TcpListener) {
        let mut mode = self.board.watch_connections();
        let mut listener = Some(listener);
        loop {
            let refuse = mode.borrow_and_update().connections == Connections::Refuse;
            if refuse {
                listener = None;
            } else if listener.is_none() {
                listener = TcpListener::bind(self.addr).await.ok();
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                changed = mode.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(REBIND_PAUSE), if listener.is_none() && !refuse => {}
                accepted = accept(listener.as_ref()) => match accepted {
                    Ok(stream) => self.greet(stream),
                    // Out of descriptors: a pause lets open connections end.
                    Err(_) => tokio::time::sleep(REBIND_PAUSE).await,
                },
            }
        }
    }

    fn greet(&self, stream: TcpStream) {
        // Without it small watch events wait for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let state = self.board.watch_connections();
        let acceptor = TlsAcceptor::from(self.tls.config(state.borrow().certificate_swapped));
        let gate = Gate::new(state.borrow().connections);
        let stop = self.stop.clone();
        let connection = serve(stream, acceptor, Arc::clone(&gate), self.app.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = crate::faults::connection_ended(state, &gate) => {}
                () = connection => {}
            }
        });
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, gate: Arc<Gate>, app: Router) {
    let io = GatedIo::new(stream, Arc::clone(&gate));
    // No time limits here: a black hole that hangs up after a while would not be one.
    let Ok(tls) = acceptor.accept(io).await else { return };
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&gate));
        app.clone().oneshot(request.map(Body::new))
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(250);
    let _ = builder.serve_connection_with_upgrades(TokioIo::new(tls), service).await;
}
