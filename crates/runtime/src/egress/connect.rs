//! The connector that every outgoing connection is made by.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tower::Service;

use super::host::Host;
use super::policy::{TargetForbidden, TargetKind, TargetPolicy};

/// Bytes asked of the system at once: TLS reads smaller pieces.
const READ_AT_ONCE: usize = 16 << 10;
/// A name must be resolved and a connection stand within this time.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// No single address of several takes less than this, however many there are.
const ADDRESS_DEADLINE: Duration = Duration::from_millis(500);

/// A silent connection is asked for a sign of life after this long, then at this interval.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Turns a host name into addresses.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, each with `port`.
    fn resolve(&self, host: String, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
}

/// The operating system's resolver.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: String, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// Why no connection came about. Never names the target.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The policy refuses the target, or every address its name resolves to.
    #[error(transparent)]
    Forbidden(#[from] TargetForbidden),
    /// The name could not be resolved.
    #[error("the host name could not be resolved")]
    Dns,
    /// The connection was refused.
    #[error("the connection was refused")]
    Refused,
    /// No connection stood in time.
    #[error("no connection in time")]
    Timeout,
    /// The host or network cannot be reached, or another error of the operating system.
    #[error("the host cannot be reached")]
    Unreachable(io::ErrorKind),
}

/// Bytes that passed a client's connections, TLS included.
#[derive(Debug, Default)]
pub struct WireMeter {
    received: AtomicU64,
    sent: AtomicU64,
    connects: AtomicU64,
}

impl WireMeter {
    /// Bytes read so far.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Bytes written so far.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Connections made so far.
    pub fn connects(&self) -> u64 {
        self.connects.load(Ordering::Relaxed)
    }
}

/// A connection of this process. A response carries it in its extensions.
#[derive(Debug, Clone)]
pub struct ConnectionHandle {
    id: u64,
    alive: Weak<()>,
}

impl ConnectionHandle {
    /// Tells this connection from all others; never used twice in one process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether the socket is still held open on our side.
    pub fn is_open(&self) -> bool {
        self.alive.strong_count() > 0
    }
}

/// Resolves, checks every address against the policy, connects. The only way out of the process.
#[derive(Clone)]
pub struct GuardedConnector {
    policy: Arc<TargetPolicy>,
    kind: TargetKind,
    resolver: Arc<dyn Resolve>,
    meter: Arc<WireMeter>,
}

impl GuardedConnector {
    /// A connector for targets of `kind`, with the operating system's resolver.
    pub fn new(policy: Arc<TargetPolicy>, kind: TargetKind) -> Self {
        Self::with_resolver(policy, kind, Arc::new(SystemResolver))
    }

    /// A connector with another resolver.
    pub fn with_resolver(policy: Arc<TargetPolicy>, kind: TargetKind, resolver: Arc<dyn Resolve>) -> Self {
        Self { policy, kind, resolver, meter: Arc::default() }
    }

    /// What passed the connections of this connector and its clones.
    pub fn meter(&self) -> &Arc<WireMeter> {
        &self.meter
    }

    /// Connects to the host of `uri`, TCP alone.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(&self, uri: &Uri) -> Result<GuardedStream, ConnectError> {
        let deadline = Instant::now() + CONNECT_DEADLINE;
        let (host, port) = self.policy.check_uri(self.kind, uri)?;
        let plain = uri.scheme() == Some(&Scheme::HTTP);
        let addresses = self.addresses(host, port, deadline).await?;
        let allowed = self.allowed(plain, addresses)?;
        let tcp = connect_any(&allowed, deadline).await?;
        self.meter.connects.fetch_add(1, Ordering::Relaxed);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let tcp = BufReader::with_capacity(READ_AT_ONCE, tcp);
        Ok(GuardedStream { tcp, id, alive: Arc::new(()), meter: Arc::clone(&self.meter) })
    }

    async fn addresses(&self, host: Host, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, ConnectError> {
        let name = match host {
            Host::Address(ip) => return Ok(vec![SocketAddr::new(ip, port)]),
            Host::Name(name) => name,
        };
        match timeout_at(deadline, self.resolver.resolve(name, port)).await {
            Err(_) => Err(ConnectError::Timeout),
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Ok(_) => Err(ConnectError::Dns),
        }
    }

    /// The addresses that the policy lets through, or the first refusal where none is left.
    fn allowed(&self, plain: bool, addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, ConnectError> {
        let mut refusal = None;
        let mut allowed = Vec::with_capacity(addresses.len());
        for address in addresses {
            match self.policy.check_address(self.kind, plain, address) {
                Ok(()) => allowed.push(address),
                Err(forbidden) => refusal = refusal.or(Some(forbidden)),
            }
        }
        match refusal {
            Some(forbidden) if allowed.is_empty() => Err(forbidden.into()),
            _ => Ok(allowed),
        }
    }
}

/// Tries the addresses in turn, sharing what is left of the time between those that are left.
async fn connect_any(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, ConnectError> {
    let mut failure = ConnectError::Dns;
    for (tried, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = (left / (addresses.len() - tried) as u32).max(ADDRESS_DEADLINE).min(left);
        failure = match timeout(share, connect_one(*address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => ConnectError::Refused,
            Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => ConnectError::Timeout,
            Ok(Err(error)) => ConnectError::Unreachable(error.kind()),
            Err(_) => ConnectError::Timeout,
        };
    }
    Err(failure)
}

async fn connect_one(address: SocketAddr) -> io::Result<TcpStream> {
    let tcp = TcpStream::connect(address).await?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_INTERVAL).with_retries(3);
    // Fails only where the peer has reset the connection already, which the first read or write will tell better.
    let _ = tcp.set_nodelay(true);
    let _ = SockRef::from(&tcp).set_tcp_keepalive(&keepalive);
    Ok(tcp)
}

impl Service<Uri> for GuardedConnector {
    type Response = TokioIo<GuardedStream>;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Self::Response, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&uri).await.map(TokioIo::new) })
    }
}

/// A TCP connection made by a [`GuardedConnector`].
pub struct GuardedStream {
    tcp: BufReader<TcpStream>,
    id: u64,
    alive: Arc<()>,
    meter: Arc<WireMeter>,
}

impl fmt::Debug for GuardedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GuardedStream").field(&self.id).finish()
    }
}

impl GuardedStream {
    /// What responses over this connection will carry.
    pub fn handle(&self) -> ConnectionHandle {
        ConnectionHandle { id: self.id, alive: Arc::downgrade(&self.alive) }
    }
}

impl Connection for GuardedStream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.handle())
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        self.meter.received.fetch_add(read as u64, Ordering::Relaxed);
        polled
    }
}

impl GuardedStream {
    fn count_sent(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(written)) = polled {
            self.meter.sent.fetch_add(written as u64, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.tcp).poll_write(cx, buf);
        self.count_sent(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs);
        self.count_sent(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
