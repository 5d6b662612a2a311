//! Placing workloads.

mod body;
mod yaml;

pub use body::{
    ClusterSelection, Explain, Fallback, MAX_BYTES, OnDeployFailure, RequestBody, ScheduleRequest, ScorerMode, ScorerWeights, WeightMode,
};
