//! The mirror's checkpoints, kept in the database.

use async_trait::async_trait;
use jiff::Timestamp;
use mirror::{Block, CheckpointError, CheckpointStore, StreamCheckpoint, StreamKey, StreamWrite};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use std::collections::BTreeSet;
use store::repositories::checkpoints::{Block as StoredBlock, Checkpoint, Saved};
use store::{Store, StoreError};

/// Blocks in one transaction.
const TOGETHER_BYTES: usize = 1 << 20;

pub(crate) struct Checkpoints {
    store: Store,
}

impl Checkpoints {
    pub(crate) fn new(store: Store) -> Checkpoints {
        Checkpoints { store }
    }
}

fn failed(error: StoreError) -> CheckpointError {
    CheckpointError(error.to_string())
}

#[async_trait]
impl CheckpointStore for Checkpoints {
    async fn load(&self, cluster: &ClusterId) -> Result<Vec<StreamCheckpoint>, CheckpointError> {
        let mut unit = self.store.read().await.map_err(failed)?;
        let streams = unit.checkpoints().load(cluster.as_str()).await.map_err(failed)?;
        Ok(streams.into_iter().filter_map(|(checkpoint, blocks)| stream(cluster, checkpoint, blocks)).collect())
    }

    async fn save(&self, writes: &[StreamWrite]) -> Result<(), CheckpointError> {
        let mut rest = writes;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(together(rest));
            save(&self.store, now).await.map_err(failed)?;
            rest = later;
        }
        Ok(())
    }

    async fn forget(&self, cluster: &ClusterId) -> Result<(), CheckpointError> {
        let mut unit = self.store.begin().await.map_err(failed)?;
        unit.checkpoints().delete_cluster(cluster.as_str()).await.map_err(failed)?;
        unit.commit().await.map_err(failed)
    }
}

/// How many of the writes go into one transaction, since each costs something of its own: not too many bytes, so that the log
/// of the database stays small, and none of a stream's twice, since what it drops and what it writes would mix.
fn together(writes: &[StreamWrite]) -> usize {
    let (mut bytes, mut streams) = (0, BTreeSet::new());
    let end = writes.iter().position(|write| {
        bytes += write.changed.iter().map(|block| block.bytes.len()).sum::<usize>();
        !streams.insert(&write.key) || bytes > TOGETHER_BYTES
    });
    end.map_or(writes.len(), |end| end.max(1))
}

async fn save(store: &Store, writes: &[StreamWrite]) -> Result<(), StoreError> {
    let mut unit = store.begin().await?;
    // A removed cluster's row stays for its history, so the foreign key alone would let this through.
    let clusters: BTreeSet<&str> = writes.iter().map(|write| write.key.cluster.as_str()).collect();
    let registered = unit.clusters().registered(clusters).await?;
    let saved: Vec<Saved> =
        writes.iter().filter(|write| registered.contains(write.key.cluster.as_str())).map(saved).collect();
    unit.checkpoints().save(&saved).await?;
    unit.commit().await
}

fn saved(write: &StreamWrite) -> Saved {
    let checkpoint = Checkpoint {
        cluster_id: write.key.cluster.to_string(),
        kind: write.key.kind.key().to_string(),
        namespace: write.key.namespace.clone(),
        resource_version: write.resource_version.clone(),
        synced_at: Timestamp::from_millisecond(write.synced_at_ms).unwrap_or(Timestamp::UNIX_EPOCH),
    };
    let block = |block: &Block| StoredBlock { number: block.number, bytes: block.bytes.clone() };
    Saved { checkpoint, changed: write.changed.iter().map(block).collect(), count: write.count }
}

fn stream(cluster: &ClusterId, checkpoint: Checkpoint, blocks: Vec<StoredBlock>) -> Option<StreamCheckpoint> {
    // A kind of another version of the program is not asked for.
    let kind = MirroredKind::ALL.into_iter().find(|kind| kind.key() == checkpoint.kind)?;
    Some(StreamCheckpoint {
        key: StreamKey { cluster: cluster.clone(), kind, namespace: checkpoint.namespace },
        resource_version: checkpoint.resource_version,
        synced_at_ms: checkpoint.synced_at.as_millisecond(),
        blocks: blocks.into_iter().map(|block| Block { number: block.number, bytes: block.bytes }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(cluster: &str, bytes: usize) -> StreamWrite {
        StreamWrite {
            key: StreamKey { cluster: ClusterId::new(cluster), kind: MirroredKind::Pod, namespace: String::new() },
            resource_version: "1".to_owned(),
            synced_at_ms: 1,
            changed: vec![Block { number: 0, bytes: vec![0; bytes] }],
            count: 1,
        }
    }

    #[test]
    fn writes_go_together_up_to_a_size_and_never_twice_of_a_stream() {
        assert_eq!(together(&[write("a", 10), write("b", 10), write("c", 10)]), 3);
        assert_eq!(together(&[write("a", 10), write("b", 10), write("a", 10)]), 2);
        assert_eq!(together(&[write("a", 10), write("b", TOGETHER_BYTES), write("c", 10)]), 1);
        assert_eq!(together(&[write("a", 2 * TOGETHER_BYTES), write("b", 10)]), 1, "one always goes");
    }
}
