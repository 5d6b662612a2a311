//! What the mirror keeps beside the rows of some kinds.

use crate::checkpoint::Pack;
use crate::starts::{StartLog, StartTracker};
use crate::usage::{UsageByNode, UsageIndex};
use kubeapi::decode::{Decoded, Mirrored};
use model::rows::{DeploymentRow, LimitRangeRow, NamespaceRow, NodeRow, PodRow, QuotaRow};
use std::sync::Arc;
use std::time::Duration;

/// A kind that the mirror keeps.
pub(crate) trait Kept: Mirrored + Pack {
    type Side: Side<Self>;
}

/// Follows every change of a stream's rows.
pub(crate) trait Side<R: Mirrored>: Send + 'static {
    /// What is published with the rows.
    type View: Clone + Default + Send + Sync + 'static;

    fn new(context: &SideContext) -> Self;

    fn changed(&mut self, old: Option<&Decoded<R>>, new: Option<&Decoded<R>>, now_ms: i64);

    /// Looks at what time alone changes.
    fn tick(&mut self, now_ms: i64);

    fn view(&self) -> Self::View;
}

#[derive(Clone)]
pub(crate) struct SideContext {
    pub starts: Arc<StartLog>,
    pub start_deadline: Duration,
}

/// For kinds of which only the rows are kept.
pub(crate) struct RowsOnly;

impl<R: Mirrored> Side<R> for RowsOnly {
    type View = ();

    fn new(_: &SideContext) -> Self {
        Self
    }

    fn changed(&mut self, _: Option<&Decoded<R>>, _: Option<&Decoded<R>>, _: i64) {}

    fn tick(&mut self, _: i64) {}

    fn view(&self) {}
}

/// For pods: what they take of nodes, and how they start.
pub(crate) struct PodSide {
    usage: UsageIndex,
    starts: StartTracker,
}

impl Side<PodRow> for PodSide {
    type View = Arc<UsageByNode>;

    fn new(context: &SideContext) -> Self {
        let starts = StartTracker::new(Arc::clone(&context.starts), context.start_deadline);
        Self { usage: UsageIndex::default(), starts }
    }

    fn changed(&mut self, old: Option<&Decoded<PodRow>>, new: Option<&Decoded<PodRow>>, now_ms: i64) {
        self.usage.changed(old, new);
        self.starts.changed(old, new, now_ms);
    }

    fn tick(&mut self, now_ms: i64) {
        self.starts.expire(now_ms);
    }

    fn view(&self) -> Arc<UsageByNode> {
        Arc::new(self.usage.snapshot())
    }
}

impl Kept for PodRow {
    type Side = PodSide;
}
impl Kept for NodeRow {
    type Side = RowsOnly;
}
impl Kept for NamespaceRow {
    type Side = RowsOnly;
}
impl Kept for DeploymentRow {
    type Side = RowsOnly;
}
impl Kept for QuotaRow {
    type Side = RowsOnly;
}
impl Kept for LimitRangeRow {
    type Side = RowsOnly;
}
