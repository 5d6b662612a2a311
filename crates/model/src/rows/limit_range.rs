//! Limit ranges.

use super::{Cell, Row, RowMeta};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitType {
    Container,
    Pod,
    PersistentVolumeClaim,
}

/// One item of a LimitRange; amounts in milli-units, ratios in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRangeItem {
    pub kind: LimitType,
    pub max_milli: BTreeMap<Arc<str>, i128>,
    pub min_milli: BTreeMap<Arc<str>, i128>,
    pub default_milli: BTreeMap<Arc<str>, i128>,
    pub default_request_milli: BTreeMap<Arc<str>, i128>,
    pub max_limit_request_ratio_milli: BTreeMap<Arc<str>, i128>,
}

/// One LimitRange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRangeRow {
    pub meta: RowMeta,
    pub items: Vec<LimitRangeItem>,
}

impl Row for LimitRangeRow {
    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn detail(&self, column: &str) -> Cell<'_> {
        match column {
            "limits" => Cell::Number(self.items.len() as i64),
            _ => Cell::None,
        }
    }
}
