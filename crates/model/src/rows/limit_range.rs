//! Limit ranges.

use super::RowMeta;
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::kinds::{ColumnType, KindSpec, MirroredKind, column};
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

impl LimitRangeRow {
    const COUNT: Field = Field(0);
    const ITEMS: Field = Field(1);
}

pub(crate) static LIMIT_RANGES: KindSpec = KindSpec {
    mirrored: MirroredKind::LimitRange,
    kind: "LimitRange",
    plural: "limitranges",
    group: "",
    version: "v1",
    namespaced: true,
    columns: &[column("limits", ColumnType::Number, Access::Number(LimitRangeRow::COUNT))],
};

impl Columnar for LimitRangeRow {
    const FIELDS: &'static [Width] = &[Width::U32, Width::U32];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        cells.number(Self::COUNT, self.items.len() as u64);
        cells.list(Self::ITEMS, |words| {
            for item in &self.items {
                words.number(item.kind as u32);
                words.amounts(&item.max_milli);
                words.amounts(&item.min_milli);
                words.amounts(&item.default_milli);
                words.amounts(&item.default_request_milli);
                words.amounts(&item.max_limit_request_ratio_milli);
            }
        });
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let mut words = row.words(Self::ITEMS);
        let mut items = Vec::new();
        while !words.is_empty() {
            items.push(LimitRangeItem {
                kind: match words.number() {
                    0 => LimitType::Container,
                    1 => LimitType::Pod,
                    _ => LimitType::PersistentVolumeClaim,
                },
                max_milli: words.amounts(),
                min_milli: words.amounts(),
                default_milli: words.amounts(),
                default_request_milli: words.amounts(),
                max_limit_request_ratio_milli: words.amounts(),
            });
        }
        LimitRangeRow { meta, items }
    }
}
