//! What a stream publishes.

use super::kept::{Kept, Side};
use super::life::{Life, Sync};
use arc_swap::ArcSwapOption;
use model::fleet::Observed;
use std::sync::Arc;

/// The last complete picture of a stream.
pub(crate) struct Published<R: Kept> {
    /// Ordered by namespace and name.
    pub rows: Arc<[Arc<R>]>,
    pub side: <R::Side as Side<R>>::View,
    pub revision: u64,
}

pub(crate) struct StreamCell<R: Kept> {
    /// One namespace, where the credential is limited to some.
    pub namespace: Option<Arc<str>>,
    pub life: Arc<Life>,
    published: ArcSwapOption<Published<R>>,
}

impl<R: Kept> StreamCell<R> {
    pub fn new(namespace: Option<Arc<str>>) -> Self {
        Self { namespace, life: Arc::new(Life::new()), published: ArcSwapOption::empty() }
    }

    pub fn publish(&self, published: Published<R>) {
        self.published.store(Some(Arc::new(published)));
    }

    pub fn observed(&self) -> Observed<Arc<Published<R>>> {
        match (self.life.sync(), self.published.load_full()) {
            (Sync::NotAllowed, _) => Observed::NotAllowed,
            (_, Some(published)) => Observed::Known(published),
            (_, None) => Observed::NotSynced,
        }
    }

    pub fn revision(&self) -> u64 {
        self.published.load().as_ref().map_or(0, |published| published.revision)
    }
}
