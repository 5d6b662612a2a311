//! Accepting connections. axum's own loop has no timer, so a client that sends half a header, or
//! nothing at all, would stay for ever.

use super::peers::Peers;
use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

const HEADER_DEADLINE: Duration = Duration::from_secs(5);
/// A connection that brings no request this soon goes; hyper's own clock starts only once it knows the protocol.
const FIRST_REQUEST_DEADLINE: Duration = Duration::from_secs(10);
/// Between two pieces of a request's body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(5);
const DRAIN: Duration = Duration::from_secs(8);
const MAX_CONNECTIONS: usize = 2000;
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_STREAMS: u32 = 100;

/// The address of the other end of the connection, in every request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves until `stop`, then lets requests finish for some seconds.
///
/// # Errors
/// Only those of the listening socket itself; a broken connection ends alone.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    peers: Peers,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = Arc::new(GracefulShutdown::new());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, say: others may end meanwhile.
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (Ok(place), Some(of_peer)) = (places.clone().try_acquire_owned(), peers.admit(peer.ip())) else {
            continue;
        };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _places = (place, of_peer);
            if let Err(error) = connection(stream, peer, tls, router, watcher).await {
                tracing::debug!(%peer, %error, "connection ended");
            }
        });
    }
    drop(listener);
    let graceful = Arc::into_inner(graceful);
    if let Some(graceful) = graceful {
        let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
    }
    Ok(())
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    match tls {
        None => http(TokioIo::new(stream), peer, router, watcher).await,
        Some(acceptor) => {
            let stream = tokio::time::timeout(HANDSHAKE_DEADLINE, acceptor.accept(stream)).await??;
            http(TokioIo::new(stream), peer, router, watcher).await
        }
    }
}

async fn http<S>(
    io: TokioIo<S>,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked = Arc::new(Notify::new());
    let first = Arc::clone(&asked);
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        asked.notify_one();
        let mut request: Request = request.map(|body| axum::body::Body::new(TimeoutBody::new(BODY_PAUSE, body)));
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES as u32)
        .keep_alive_interval(Duration::from_secs(20));
    let connection = watcher.watch(builder.serve_connection_with_upgrades(io, service).into_owned());
    tokio::pin!(connection);
    tokio::select! {
        ended = &mut connection => return ended,
        first = tokio::time::timeout(FIRST_REQUEST_DEADLINE, first.notified()) => first?,
    }
    connection.await
}
