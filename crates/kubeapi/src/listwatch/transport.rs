//! What the machine needs of an HTTP client.

use super::error::SyncError;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use std::time::Duration;

/// A GET request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Get {
    /// `/api/v1/pods?limit=500`
    pub path_and_query: String,
    /// Whether the answer may be compressed; the body is always given inflated.
    pub compressed: bool,
    /// How long the status line may take.
    pub deadline: Duration,
}

/// The body of an answer, inflated, piece by piece.
pub type BodyStream = BoxStream<'static, Result<Bytes, SyncError>>;

/// The connection that carried an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carrier {
    /// Whether requests share it (HTTP/2).
    pub multiplexed: bool,
    /// Which one it was, where the client knows.
    pub id: Option<u64>,
}

impl Carrier {
    /// Whether an answer that came over `self` proves that `stream`, still open, is alive: on a shared
    /// connection only when it is the same; where every request has its own, the stream's being open must do.
    pub fn proves(&self, stream: &Carrier) -> bool {
        if self.multiplexed && stream.multiplexed { self.id == stream.id } else { !stream.multiplexed }
    }
}

/// An answer whose status line has come.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<Duration>,
    /// The connection it came over.
    pub carrier: Carrier,
    /// What follows.
    pub body: BodyStream,
}

/// Sends requests to one cluster, with its credential.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and waits for the status line.
    fn get(&self, get: Get) -> BoxFuture<'_, Result<Reply, SyncError>>;
}
