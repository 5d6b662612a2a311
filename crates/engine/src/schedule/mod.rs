//! Placing workloads: reading the request, deciding, and carrying the decision out.

mod attempt;
mod body;
mod chain;
mod decide;
mod dispatch;
mod idempotency;
mod intent;
mod objects;
mod plan;
mod read;
mod record;
mod stats;
mod write;
mod yaml;

pub use body::{
    ClusterSelection, Explain, Fallback, MAX_BYTES, OnDeployFailure, RequestBody, ScheduleRequest, ScorerMode,
    ScorerWeights, WeightMode,
};
pub use decide::Started;
pub use read::DecisionQuery;
pub(crate) use stats::StatsCell;
pub use stats::{BUCKETS, ScheduleStats};
