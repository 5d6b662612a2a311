//! Bodies that misbehave.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use tokio::sync::watch;

use super::board::{ConnectionState, FaultBoard};
use super::request::Target;

const CHUNK: usize = 64 * 1024;
const LIST_START: &[u8] = br#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":["#;
const LIST_ITEM: &[u8] = br#"{"metadata":{"name":"filler","namespace":"default"},"spec":{},"status":{}},"#;
/// An endless body fills memory fast enough at this pace, and leaves the processor to the reader.
const ENDLESS_PAUSE: Duration = Duration::from_millis(1);

type Chunk = Result<Bytes, axum::Error>;

/// Bytes that are not JSON, and not UTF-8.
pub(super) fn garbage() -> Body {
    Body::from(&b"\x00\xff\xfe<html>{\"kind\":\"PodList\",\"items\":[{\"metadata\":\x80\x81 garbage ]]"[..])
}

/// A list that never ends.
pub(super) fn endless() -> Body {
    let chunk = items();
    let rest = stream::repeat(()).then(move |()| {
        let chunk = chunk.clone();
        async move {
            tokio::time::sleep(ENDLESS_PAUSE).await;
            Ok::<_, axum::Error>(chunk)
        }
    });
    Body::from_stream(start().chain(rest))
}

/// A list of `bytes` bytes in all, cut off in the middle of an item.
pub(super) fn huge(bytes: u64) -> Body {
    let mut left = bytes.saturating_sub(LIST_START.len() as u64);
    let chunk = items();
    let rest = stream::iter(std::iter::from_fn(move || {
        let size = left.min(chunk.len() as u64);
        left -= size;
        (size > 0).then(|| Ok::<_, axum::Error>(chunk.slice(..size as usize)))
    }));
    Body::from_stream(start().chain(rest))
}

fn start() -> impl Stream<Item = Chunk> {
    stream::once(async { Ok(Bytes::from_static(LIST_START)) })
}

fn items() -> Bytes {
    Bytes::from(LIST_ITEM.repeat(CHUNK / LIST_ITEM.len()))
}

/// The same bytes at `bytes_per_second`.
pub(super) fn slow(body: Body, bytes_per_second: u64) -> Body {
    // Ten portions a second, so that a slow body looks alive; below that speed single bytes.
    let portion = (bytes_per_second / 10).max(1);
    let pause = Duration::from_secs_f64(portion as f64 / bytes_per_second.max(1) as f64);
    let drip = stream::unfold((body.into_data_stream(), Bytes::new()), move |(mut source, mut rest)| async move {
        while rest.is_empty() {
            match source.next().await? {
                Ok(chunk) => rest = chunk,
                Err(error) => return Some((Err(error), (source, rest))),
            }
        }
        tokio::time::sleep(pause).await;
        let part = rest.split_to(rest.len().min(portion as usize));
        Some((Ok(part), (source, rest)))
    });
    Body::from_stream(drip)
}

struct OpenWatch {
    source: BodyDataStream,
    board: Arc<FaultBoard>,
    changes: watch::Receiver<ConnectionState>,
    target: Target,
    frozen: bool,
    ended: bool,
}

/// A watch that freezes and expires as the board says, while it is open.
pub(super) fn watched(body: Body, board: &Arc<FaultBoard>, target: Target) -> Body {
    // The receiver comes first: a change between the two lines is then seen again, never missed.
    let changes = board.watch_connections();
    let frozen = board.is_frozen(&target);
    let open =
        OpenWatch { source: body.into_data_stream(), board: Arc::clone(board), changes, target, frozen, ended: false };
    Body::from_stream(stream::unfold(open, |mut open| async move {
        let chunk = open.next().await?;
        Some((chunk, open))
    }))
}

impl OpenWatch {
    async fn next(&mut self) -> Option<Chunk> {
        loop {
            if self.ended {
                return None;
            }
            tokio::select! {
                biased;
                changed = self.changes.changed() => {
                    if changed.is_err() {
                        return None;
                    }
                    self.frozen = self.board.is_frozen(&self.target);
                    if self.board.expires(&self.target) {
                        self.ended = true;
                        return Some(Ok(Bytes::from_static(EXPIRED)));
                    }
                }
                chunk = self.source.next(), if !self.frozen => return chunk,
            }
        }
    }
}

const EXPIRED: &[u8] = b"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\
\"status\":\"Failure\",\"message\":\"The resourceVersion for the provided watch is too old.\",\"reason\":\"Expired\",\
\"code\":410}}\n";
