//! One listener for each cluster.

use super::answer::{Shared, answer};
use super::gate::Gated;
use super::member::Member;
use super::trouble;
use anyhow::Result;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Out of descriptors: a pause lets open connections end.
const PAUSE: Duration = Duration::from_millis(50);

/// Listens on a free port of the loopback for as long as the process lives; gives the port.
///
/// # Errors
/// When there is no free port.
pub async fn start(member: Arc<Member>, shared: Arc<Shared>, tls: Option<TlsAcceptor>) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if member.refuses.load(Ordering::Relaxed) {
                continue;
            }
            // Without it small events wait for the peer's delayed acknowledgement.
            let _ = stream.set_nodelay(true);
            let gated = Gated { stream, gate: Arc::clone(&member.gate) };
            let (member, shared, tls) = (Arc::clone(&member), Arc::clone(&shared), tls.clone());
            tokio::spawn(async move {
                match tls {
                    None => serve(gated, member, shared).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(gated).await {
                            serve(stream, member, shared).await;
                        }
                    }
                }
            });
        }
    });
    Ok(port)
}

async fn serve<S>(stream: S, member: Arc<Member>, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (member, shared) = (Arc::clone(&member), Arc::clone(&shared));
        async move { trouble::spoil(&member, &request, || answer(&member, &shared, &request)) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(250);
    // How a connection ends is the other side's affair.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
