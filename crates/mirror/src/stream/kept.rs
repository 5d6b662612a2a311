//! What the mirror does with some kinds beside keeping their rows.

use crate::starts::{StartLog, StartTracker};
use crate::usage::{UsageByNode, UsageIndex};
use kubeapi::decode::Mirrored;
use model::columns::Row;
use model::rows::{
    ClaimRow, DaemonSetRow, DeploymentRow, EventRow, JobRow, LimitRangeRow, NamespaceRow, NodeRow, PodRow, QuotaRow,
    ReplicaSetRow, StatefulSetRow,
};
use std::sync::Arc;
use std::time::Duration;

/// A kind that the mirror keeps.
pub(crate) trait Kept: Mirrored {
    type Side: Side<Self>;

    /// For kinds whose objects the cluster forgets sooner than people do: when the object of a row was of interest
    /// last, seconds since the Unix epoch. Such rows stay when their object goes, for as long as there is room.
    fn outlives_its_object(_: &Row<'_>) -> Option<i64> {
        None
    }

    /// Whether [`outlives_its_object`](Self::outlives_its_object) ever says so.
    const OUTLIVES: bool = false;
}

/// Follows every change of a stream's rows.
pub(crate) trait Side<R>: Send + 'static {
    /// Whether it looks at changes at all.
    const FOLLOWS: bool = true;

    fn new(context: &SideContext) -> Self;

    fn changed(&mut self, old: Option<&R>, new: Option<&R>, now_ms: i64);

    /// Whether time alone may change something.
    fn waits(&self) -> bool {
        false
    }

    /// Looks at what time alone changes.
    fn tick(&mut self, now_ms: i64);

    /// What is published with the rows.
    fn usage(&self) -> Arc<UsageByNode>;
}

#[derive(Clone)]
pub(crate) struct SideContext {
    pub starts: Arc<StartLog>,
    pub start_deadline: Duration,
}

/// For kinds of which only the rows are kept.
pub(crate) struct RowsOnly;

impl<R> Side<R> for RowsOnly {
    const FOLLOWS: bool = false;

    fn new(_: &SideContext) -> Self {
        Self
    }

    fn changed(&mut self, _: Option<&R>, _: Option<&R>, _: i64) {}

    fn tick(&mut self, _: i64) {}

    fn usage(&self) -> Arc<UsageByNode> {
        Arc::default()
    }
}

/// For pods: what they take of nodes, and how they start.
pub(crate) struct PodSide {
    usage: UsageIndex,
    starts: StartTracker,
}

impl Side<PodRow> for PodSide {
    fn new(context: &SideContext) -> Self {
        let starts = StartTracker::new(Arc::clone(&context.starts), context.start_deadline);
        Self { usage: UsageIndex::default(), starts }
    }

    fn changed(&mut self, old: Option<&PodRow>, new: Option<&PodRow>, now_ms: i64) {
        self.usage.changed(old, new);
        self.starts.changed(old, new, now_ms);
    }

    fn waits(&self) -> bool {
        self.starts.is_waiting()
    }

    fn tick(&mut self, now_ms: i64) {
        self.starts.expire(now_ms);
    }

    fn usage(&self) -> Arc<UsageByNode> {
        self.usage.snapshot()
    }
}

impl Kept for PodRow {
    type Side = PodSide;
}

impl Kept for EventRow {
    type Side = RowsOnly;
    const OUTLIVES: bool = true;

    fn outlives_its_object(row: &Row<'_>) -> Option<i64> {
        Some(EventRow::last_seen_of(row))
    }
}

macro_rules! rows_only {
    ($($row:ident),+) => {
        $(impl Kept for $row {
            type Side = RowsOnly;
        })+
    };
}

rows_only!(
    NodeRow,
    NamespaceRow,
    DeploymentRow,
    StatefulSetRow,
    DaemonSetRow,
    ReplicaSetRow,
    JobRow,
    QuotaRow,
    LimitRangeRow,
    ClaimRow
);
