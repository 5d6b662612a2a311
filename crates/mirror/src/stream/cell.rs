//! What a stream publishes.

use super::life::{Life, Sync};
use crate::usage::UsageByNode;
use arc_swap::ArcSwapOption;
use model::columns::Snapshot;
use model::fleet::Observed;
use std::sync::Arc;

/// The last complete picture of a stream.
pub(crate) struct Published {
    pub rows: Arc<Snapshot>,
    /// For pods: what they take of their nodes.
    pub usage: Arc<UsageByNode>,
    pub revision: u64,
}

pub(crate) struct StreamCell {
    /// One namespace, where the credential is limited to some.
    pub namespace: Option<Arc<str>>,
    pub life: Arc<Life>,
    published: ArcSwapOption<Published>,
}

impl StreamCell {
    pub fn new(namespace: Option<Arc<str>>) -> Self {
        Self { namespace, life: Arc::new(Life::new()), published: ArcSwapOption::empty() }
    }

    pub fn publish(&self, published: Published) {
        self.published.store(Some(Arc::new(published)));
    }

    /// Shows nothing any more.
    pub fn withdraw(&self) {
        self.published.store(None);
    }

    /// Bytes that the rows shown take.
    pub fn memory(&self) -> u64 {
        self.published.load().as_ref().map_or(0, |published| published.rows.bytes() as u64)
    }

    pub fn observed(&self) -> Observed<Arc<Published>> {
        match (self.life.sync(), self.published.load_full()) {
            (Sync::NotAllowed, _) => Observed::NotAllowed,
            (_, Some(published)) => Observed::Known(published),
            (_, None) => Observed::NotSynced,
        }
    }
}
