//! The task that writes checkpoints, many streams at a time.

use super::{CheckpointStore, StreamWrite};
use runtime::backoff::{Backoff, BackoffPolicy};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Streams waiting to be written; while it is full, streams keep what changed to themselves.
const WAITING: usize = 256;
/// Streams in one write.
const BATCH: usize = 64;
/// After the stop, the streams' last words come within this time of each other.
const LAST_WORDS: Duration = Duration::from_millis(750);

pub(crate) type CheckpointSender = mpsc::Sender<StreamWrite>;

pub(crate) fn saver_channel() -> (CheckpointSender, mpsc::Receiver<StreamWrite>) {
    mpsc::channel(WAITING)
}

/// Writes what comes until the stop, and then what still comes.
pub(crate) async fn run_saver(
    store: Arc<dyn CheckpointStore>,
    writes: &mut mpsc::Receiver<StreamWrite>,
    stop: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let received = tokio::select! {
            received = writes.recv_many(&mut batch, BATCH) => received,
            () = stop.cancelled() => {
                tokio::time::timeout(LAST_WORDS, writes.recv_many(&mut batch, BATCH)).await.unwrap_or(0)
            }
        };
        if received == 0 {
            return;
        }
        if !save(&*store, &batch, &stop).await {
            return;
        }
        batch.clear();
    }
}

/// Blocks are differences: a write that is lost would leave a false world behind, so it is tried until it works.
async fn save(store: &dyn CheckpointStore, batch: &[StreamWrite], stop: &CancellationToken) -> bool {
    let mut backoff = Backoff::new(BackoffPolicy::default());
    loop {
        match store.save(batch).await {
            Ok(()) => return true,
            Err(error) => tracing::warn!(%error, streams = batch.len(), "cannot save the mirror's checkpoints"),
        }
        if stop.is_cancelled() {
            return false;
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next_delay()) => {}
            () = stop.cancelled() => {}
        }
    }
}
