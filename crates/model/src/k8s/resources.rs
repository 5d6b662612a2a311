//! Amounts of compute resources.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What a pod requests or a node offers. CPU in milli-cores, all else in base units (bytes, pieces).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resources {
    pub cpu_milli: i64,
    pub memory: i64,
    pub ephemeral_storage: i64,
    /// Extended resources and huge pages, by full name.
    pub extended: BTreeMap<Arc<str>, i64>,
}
