//! Rows and positions that outlive the process, so that a start shows the last world, marked by its age, and
//! goes on watching where it was.

mod codec;
mod saver;

pub(crate) use codec::{pack_parts, unpack_table};
pub(crate) use saver::{CheckpointSender, Work, run_saver, saver_channel};

use async_trait::async_trait;
use model::ids::ClusterId;
use model::kinds::MirroredKind;

/// Which stream a checkpoint is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// The cluster.
    pub cluster: ClusterId,
    /// The kind.
    pub kind: MirroredKind,
    /// The namespace the stream is limited to; empty for all.
    pub namespace: String,
}

/// A packed part of a stream's rows. The format is the mirror's own, with its version inside.
#[derive(Clone, PartialEq, Eq)]
pub struct Block {
    /// Within the stream, from 0.
    pub number: u32,
    /// The rows.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Block({}, {} bytes)", self.number, self.bytes.len())
    }
}

/// A stream as it was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamCheckpoint {
    /// Which stream.
    pub key: StreamKey,
    /// Where to go on watching.
    pub resource_version: String,
    /// When the rows were known to be true, milliseconds since the Unix epoch.
    pub synced_at_ms: i64,
    /// All blocks.
    pub blocks: Vec<Block>,
}

/// What is to be written of a stream, in one transaction: its position with the blocks that changed since the
/// last write. Blocks from `count` on are to be dropped, the others stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamWrite {
    /// Which stream.
    pub key: StreamKey,
    /// Where to go on watching.
    pub resource_version: String,
    /// When the rows were known to be true, milliseconds since the Unix epoch.
    pub synced_at_ms: i64,
    /// The blocks that changed.
    pub changed: Vec<Block>,
    /// How many blocks the stream has.
    pub count: u32,
}

/// Loading or saving did not work. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CheckpointError(pub String);

/// Keeps checkpoints.
#[async_trait]
pub trait CheckpointStore: Send + Sync + 'static {
    /// Every stream of a cluster.
    async fn load(&self, cluster: &ClusterId) -> Result<Vec<StreamCheckpoint>, CheckpointError>;

    /// Writes streams, each whole or not at all. Writes of a cluster that is no longer registered are dropped
    /// without an error; after an error the same writes come again.
    async fn save(&self, writes: &[StreamWrite]) -> Result<(), CheckpointError>;

    /// Forgets a cluster.
    async fn forget(&self, cluster: &ClusterId) -> Result<(), CheckpointError>;
}

/// Keeps nothing: every start is a cold one.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCheckpoints;

#[async_trait]
impl CheckpointStore for NoCheckpoints {
    async fn load(&self, _: &ClusterId) -> Result<Vec<StreamCheckpoint>, CheckpointError> {
        Ok(Vec::new())
    }

    async fn save(&self, _: &[StreamWrite]) -> Result<(), CheckpointError> {
        Ok(())
    }

    async fn forget(&self, _: &ClusterId) -> Result<(), CheckpointError> {
        Ok(())
    }
}
