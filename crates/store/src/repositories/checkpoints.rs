//! The mirror's saved state: for each stream its position, and its rows in packed blocks.

use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::repository;
use crate::{ReadWrite, StoreError, dialect::Db, value::Millis};

/// Rows in one statement; few, since a block is large.
const BATCH: usize = 64;

/// Position of one stream.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Checkpoint {
    /// The cluster.
    pub cluster_id: String,
    /// The kind of object, as its plural.
    pub kind: String,
    /// The namespace the stream is limited to; empty for all.
    pub namespace: String,
    /// Where to go on watching.
    pub resource_version: String,
    /// When the rows were known to be true.
    #[sqlx(try_from = "Millis")]
    pub synced_at: Timestamp,
}

/// Packed rows; the format is the mirror's.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Block {
    /// Number within the stream, from 0.
    pub number: u32,
    /// The packed rows.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Block({}, {} bytes)", self.number, self.bytes.len())
    }
}

/// A stream to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its position.
    pub checkpoint: Checkpoint,
    /// Blocks that changed since it was saved last.
    pub changed: Vec<Block>,
    /// How many blocks it has.
    pub count: u32,
}

repository! {
    /// The mirror's saved state.
    Checkpoints
}

impl<M> Checkpoints<'_, M> {
    /// Every stream of a cluster with its blocks in order.
    ///
    /// # Errors
    /// That of the database.
    pub async fn load(self, cluster_id: &str) -> Result<Vec<(Checkpoint, Vec<Block>)>, StoreError> {
        let checkpoints: Vec<Checkpoint> =
            sqlx::query_as("SELECT * FROM mirror_checkpoints WHERE cluster_id = $1 ORDER BY kind, namespace")
                .bind(cluster_id)
                .fetch_all(&mut *self.conn)
                .await?;
        let mut streams = Vec::with_capacity(checkpoints.len());
        for checkpoint in checkpoints {
            let blocks = sqlx::query_as(
                "SELECT number, bytes FROM mirror_blocks
                 WHERE cluster_id = $1 AND kind = $2 AND namespace = $3 ORDER BY number",
            )
            .bind(&checkpoint.cluster_id)
            .bind(&checkpoint.kind)
            .bind(&checkpoint.namespace)
            .fetch_all(&mut *self.conn)
            .await?;
            streams.push((checkpoint, blocks));
        }
        Ok(streams)
    }
}

impl Checkpoints<'_, ReadWrite> {
    /// Saves streams, each once: its position, the blocks that changed, and how many blocks it has now. Blocks from
    /// `count` on are dropped, the others stay as they are.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if a changed block is not below `count`;
    /// [`StoreError::Reference`] without such a cluster.
    pub async fn save(self, streams: &[Saved]) -> Result<(), StoreError> {
        if streams.iter().any(|stream| stream.changed.iter().any(|block| block.number >= stream.count)) {
            return Err(StoreError::Invalid { what: "block number", rule: "must be below the number of blocks" });
        }
        for streams in streams.chunks(BATCH) {
            positions(streams).build().execute(&mut *self.conn).await?;
            dropped(streams).build().execute(&mut *self.conn).await?;
        }
        let blocks: Vec<_> =
            streams.iter().flat_map(|stream| stream.changed.iter().map(|block| (&stream.checkpoint, block))).collect();
        for blocks in blocks.chunks(BATCH) {
            changed(blocks).build().execute(&mut *self.conn).await?;
        }
        Ok(())
    }

    /// Forgets one stream.
    ///
    /// # Errors
    /// That of the database.
    pub async fn delete_stream(self, cluster_id: &str, kind: &str, namespace: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM mirror_checkpoints WHERE cluster_id = $1 AND kind = $2 AND namespace = $3")
            .bind(cluster_id)
            .bind(kind)
            .bind(namespace)
            .execute(self.conn)
            .await?;
        Ok(())
    }

    /// Forgets everything about a cluster; returns how many streams.
    ///
    /// # Errors
    /// That of the database.
    pub async fn delete_cluster(self, cluster_id: &str) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM mirror_checkpoints WHERE cluster_id = $1")
            .bind(cluster_id)
            .execute(self.conn)
            .await?
            .rows_affected())
    }
}

fn positions(streams: &[Saved]) -> QueryBuilder<Db> {
    let mut upsert =
        QueryBuilder::new("INSERT INTO mirror_checkpoints (cluster_id, kind, namespace, resource_version, synced_at) ");
    upsert.push_values(streams, |mut row, Saved { checkpoint, .. }| {
        row.push_bind(&checkpoint.cluster_id)
            .push_bind(&checkpoint.kind)
            .push_bind(&checkpoint.namespace)
            .push_bind(&checkpoint.resource_version)
            .push_bind(Millis::from(checkpoint.synced_at));
    });
    upsert.push(
        " ON CONFLICT (cluster_id, kind, namespace) DO UPDATE
          SET resource_version = excluded.resource_version, synced_at = excluded.synced_at",
    );
    upsert
}

fn dropped(streams: &[Saved]) -> QueryBuilder<Db> {
    let mut delete = QueryBuilder::new("WITH saved (cluster_id, kind, namespace, count) AS (");
    delete.push_values(streams, |mut row, Saved { checkpoint, count, .. }| {
        row.push_bind(&checkpoint.cluster_id)
            .push_bind(&checkpoint.kind)
            .push_bind(&checkpoint.namespace)
            .push_bind(i64::from(*count));
    });
    delete.push(
        ") DELETE FROM mirror_blocks WHERE (cluster_id, kind, namespace, number) IN (
             SELECT block.cluster_id, block.kind, block.namespace, block.number
             FROM saved CROSS JOIN mirror_blocks block
             WHERE block.cluster_id = saved.cluster_id AND block.kind = saved.kind
               AND block.namespace = saved.namespace AND block.number >= saved.count)",
    );
    delete
}

fn changed(blocks: &[(&Checkpoint, &Block)]) -> QueryBuilder<Db> {
    let mut upsert = QueryBuilder::new("INSERT INTO mirror_blocks (cluster_id, kind, namespace, number, bytes) ");
    upsert.push_values(blocks, |mut row, (checkpoint, block)| {
        row.push_bind(&checkpoint.cluster_id)
            .push_bind(&checkpoint.kind)
            .push_bind(&checkpoint.namespace)
            .push_bind(i64::from(block.number))
            .push_bind(block.bytes.as_slice());
    });
    upsert.push(" ON CONFLICT (cluster_id, kind, namespace, number) DO UPDATE SET bytes = excluded.bytes");
    upsert
}
