//! Deployments.

use super::{Cell, Row, RowMeta};
use std::sync::Arc;

/// One Deployment with what its rollout says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentRow {
    pub meta: RowMeta,
    pub generation: i64,
    pub observed_generation: i64,
    pub replicas: i32,
    pub updated: i32,
    pub ready: i32,
    pub available: i32,
    pub paused: bool,
    /// Condition Available is True.
    pub is_available: bool,
    /// The reason of a False Progressing condition, `ProgressDeadlineExceeded`, or of a True
    /// ReplicaFailure condition, `FailedCreate`; None while all goes well.
    pub failure: Option<Arc<str>>,
    /// The message beside `failure`.
    pub failure_message: Option<Arc<str>>,
    pub images: Arc<[Arc<str>]>,
}

impl DeploymentRow {
    /// The rule of `kubectl rollout status`: observed, all updated, none old, all available.
    pub fn is_rolled_out(&self) -> bool {
        self.observed_generation >= self.generation && self.updated >= self.replicas && self.available >= self.replicas
    }

    pub fn status(&self) -> &str {
        match &self.failure {
            Some(reason) => reason,
            None if self.paused => "Paused",
            None if self.is_rolled_out() => "Available",
            None => "Progressing",
        }
    }
}

impl Row for DeploymentRow {
    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn detail(&self, column: &str) -> Cell<'_> {
        match column {
            "status" => Cell::Text(self.status()),
            "ready" => Cell::Ratio(self.ready.into(), self.replicas.into()),
            "replicas" => Cell::Number(self.replicas.into()),
            "updated" => Cell::Number(self.updated.into()),
            "available" => Cell::Number(self.available.into()),
            "images" => Cell::List(self.images.iter().map(AsRef::as_ref).collect()),
            _ => Cell::None,
        }
    }
}
