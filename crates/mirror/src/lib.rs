//! The mirror: what every registered cluster holds, in memory, with the age of each part.
//!
//! * [`Mirror`] is the whole: add and remove clusters, read the fleet, lists and changes.
//! * `cluster` is one of them: its streams, its health, its view for decisions.
//! * `stream` is one kind of one cluster (and namespace): a supervised task that owns the rows and publishes
//!   immutable snapshots. How rows are stored is `model::columns`' to know.
//! * `checkpoint` saves rows and positions through a trait that the owner implements, for warm starts.
//!
//! A kind's age is set back only by evidence from its own stream: an event, a bookmark, a finished list, or a
//! probe answered on the very connection that carries the open watch.

mod changes;
mod checkpoint;
mod clock;
mod cluster;
mod member;
mod metrics;
mod mirror;
mod settings;
mod starts;
mod stream;
mod usage;
mod view;

pub use changes::{Change, Changes, StateChange};
pub use checkpoint::{
    Block, CheckpointError, CheckpointStore, NoCheckpoints, StreamCheckpoint, StreamKey, StreamWrite,
};
pub use cluster::{ClusterStatus, KindStatus};
pub use member::Member;
pub use metrics::StreamMetrics;
pub use mirror::{Deps, Mirror, MirrorError};
pub use settings::{ClusterConfig, ClusterMeta, Retention, Settings};
pub use starts::PodStart;
pub use view::{ClusterRows, KindSnapshot};
