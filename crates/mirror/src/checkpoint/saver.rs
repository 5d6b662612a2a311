//! The task that writes checkpoints, many streams at a time.

use super::{CheckpointStore, StreamWrite};
use model::ids::ClusterId;
use runtime::backoff::{Backoff, BackoffPolicy};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Streams waiting to be written; while it is full, streams keep what changed to themselves.
const WAITING: usize = 16;
/// Streams in one write.
const BATCH: usize = 16;
/// Bytes a second, so that a storm of changes neither wears the disk nor keeps other writers waiting: streams are
/// saved less often then.
const PACE: f64 = (8 << 20) as f64;
/// Between two writes at least: streams that have something to be written meanwhile go together.
const PAUSE: Duration = Duration::from_millis(500);
/// After the stop, the streams' last words come within this time of each other.
const LAST_WORDS: Duration = Duration::from_millis(750);

/// What the saver does, in the order in which it is told, so that nothing is written of a cluster that went.
pub(crate) enum Work {
    Write(StreamWrite),
    Forget(ClusterId),
}

pub(crate) type CheckpointSender = mpsc::Sender<Work>;

pub(crate) fn saver_channel() -> (CheckpointSender, mpsc::Receiver<Work>) {
    mpsc::channel(WAITING)
}

/// Writes what comes until the stop, and then what still comes.
pub(crate) async fn run_saver(
    store: Arc<dyn CheckpointStore>,
    work: &mut mpsc::Receiver<Work>,
    stop: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let received = tokio::select! {
            received = work.recv_many(&mut batch, BATCH) => received,
            () = stop.cancelled() => {
                tokio::time::timeout(LAST_WORDS, work.recv_many(&mut batch, BATCH)).await.unwrap_or(0)
            }
        };
        if received == 0 {
            return;
        }
        let (mut writes, mut gone) = (Vec::new(), Vec::new());
        for work in batch.drain(..) {
            match work {
                Work::Write(write) => writes.push(write),
                Work::Forget(cluster) => {
                    writes.retain(|write: &StreamWrite| write.key.cluster != cluster);
                    gone.push(cluster);
                }
            }
        }
        if !save(&*store, &writes, &stop).await {
            return;
        }
        for cluster in gone {
            if let Err(error) = store.forget(&cluster).await {
                tracing::warn!(%cluster, %error, "cannot forget the checkpoint of a removed cluster");
            }
        }
        let bytes: usize = writes.iter().flat_map(|write| &write.changed).map(|block| block.bytes.len()).sum();
        let pause = if received < BATCH { PAUSE } else { Duration::ZERO };
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs_f64(bytes as f64 / PACE).max(pause)) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Blocks are differences: a write that is lost would leave a false world behind, so it is tried until it works.
async fn save(store: &dyn CheckpointStore, batch: &[StreamWrite], stop: &CancellationToken) -> bool {
    if batch.is_empty() {
        return true;
    }
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
