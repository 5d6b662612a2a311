//! What the monitor knows in memory.

use super::figures::Figures;
use model::ids::ClusterId;
use notify::Courier;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The figures of every cluster, and the courier while it is at work.
#[derive(Default)]
pub(crate) struct Monitor {
    figures: Mutex<BTreeMap<ClusterId, Figures>>,
    /// Weak, as the courier's outbox holds the engine that holds this.
    courier: Mutex<Weak<Courier>>,
}

impl Monitor {
    pub(super) fn figures(&self) -> MutexGuard<'_, BTreeMap<ClusterId, Figures>> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn courier(&self) -> Option<Arc<Courier>> {
        self.courier.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    pub(super) fn set_courier(&self, courier: &Arc<Courier>) {
        *self.courier.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(courier);
    }
}
