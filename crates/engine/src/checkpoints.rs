//! The mirror's checkpoints, kept in the database.

use async_trait::async_trait;
use jiff::Timestamp;
use mirror::{Block, CheckpointError, CheckpointStore, StreamCheckpoint, StreamKey, StreamWrite};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use store::repositories::checkpoints::{Block as StoredBlock, Checkpoint};
use store::{Store, StoreError};

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
        for write in writes {
            match save(&self.store, write).await {
                // The cluster was removed meanwhile.
                Ok(()) | Err(StoreError::Reference | StoreError::NotFound { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }

    async fn forget(&self, cluster: &ClusterId) -> Result<(), CheckpointError> {
        let mut unit = self.store.begin().await.map_err(failed)?;
        unit.checkpoints().delete_cluster(cluster.as_str()).await.map_err(failed)?;
        unit.commit().await.map_err(failed)
    }
}

async fn save(store: &Store, write: &StreamWrite) -> Result<(), StoreError> {
    let mut unit = store.begin().await?;
    // A removed cluster's row stays for its history, so the foreign key alone would let this through.
    if unit.clusters().get(write.key.cluster.as_str()).await?.deleted_at.is_some() {
        return Ok(());
    }
    let checkpoint = Checkpoint {
        cluster_id: write.key.cluster.to_string(),
        kind: write.key.kind.key().to_string(),
        namespace: write.key.namespace.clone(),
        resource_version: write.resource_version.clone(),
        synced_at: Timestamp::from_millisecond(write.synced_at_ms).unwrap_or(Timestamp::UNIX_EPOCH),
    };
    let changed: Vec<StoredBlock> =
        write.changed.iter().map(|block| StoredBlock { number: block.number, bytes: block.bytes.clone() }).collect();
    unit.checkpoints().save(&checkpoint, &changed, write.count).await?;
    unit.commit().await
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
