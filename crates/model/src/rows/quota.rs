//! Resource quotas.

use super::{Cell, Row, RowMeta};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeSelectorOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// One scope of a quota; several are joined by AND (`pkg/quota/v1/evaluator/core/pods.go`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QuotaScope {
    Terminating,
    NotTerminating,
    BestEffort,
    NotBestEffort,
    CrossNamespacePodAffinity,
    PriorityClass { operator: ScopeSelectorOperator, values: Vec<Arc<str>> },
}

/// One ResourceQuota. Amounts are in milli-units, whatever the resource, so that `500m` CPU and `3`
/// pods stand in one table without loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaRow {
    pub meta: RowMeta,
    /// `status.hard`, or `spec.hard` while the status is still empty.
    pub hard_milli: BTreeMap<Arc<str>, i128>,
    /// `status.used`.
    pub used_milli: BTreeMap<Arc<str>, i128>,
    pub scopes: Vec<QuotaScope>,
}

impl QuotaRow {
    /// The resource that is nearest to its limit, as parts per thousand used.
    fn fullest(&self) -> Option<(i128, &Arc<str>)> {
        self.hard_milli
            .iter()
            .filter(|(_, hard)| **hard > 0)
            .map(|(name, hard)| (self.used_milli.get(name).copied().unwrap_or(0) * 1000 / hard, name))
            .max()
    }
}

impl Row for QuotaRow {
    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn detail(&self, column: &str) -> Cell<'_> {
        match column {
            "used" => self.fullest().map_or(Cell::None, |(share, _)| Cell::Number((share / 10) as i64)),
            "limiting" => self.fullest().map_or(Cell::None, |(_, name)| Cell::Text(name)),
            "resources" => Cell::List(self.hard_milli.keys().map(AsRef::as_ref).collect()),
            _ => Cell::None,
        }
    }
}
