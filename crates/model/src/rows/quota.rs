//! Resource quotas.

use super::RowMeta;
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width, WordReader, Words};
use crate::kinds::{ColumnType, KindSpec, MirroredKind, column};
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

impl QuotaRow {
    const USED: Field = Field(0);
    const LIMITING: Field = Field(1);
    const RESOURCES: Field = Field(2);
    const HARD_AMOUNTS: Field = Field(3);
    const USED_AMOUNTS: Field = Field(4);
    const SCOPES: Field = Field(5);
}

pub(crate) static QUOTAS: KindSpec = KindSpec {
    mirrored: MirroredKind::ResourceQuota,
    kind: "ResourceQuota",
    plural: "resourcequotas",
    group: "",
    version: "v1",
    namespaced: true,
    columns: &[
        column("used", ColumnType::Number, Access::NumberOrNone(QuotaRow::USED)),
        column("limiting", ColumnType::Text, Access::Text(QuotaRow::LIMITING)),
        column("resources", ColumnType::List, Access::List(QuotaRow::RESOURCES)),
    ],
};

impl Columnar for QuotaRow {
    const FIELDS: &'static [Width] = &[Width::U64, Width::U32, Width::U32, Width::U32, Width::U32, Width::U32];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        let fullest = self.fullest();
        cells.count(Self::USED, fullest.map_or(0, |(share, _)| (share / 10) as i64 + 1));
        cells.some_text(Self::LIMITING, fullest.map(|(_, name)| &**name));
        cells.texts(Self::RESOURCES, self.hard_milli.keys().map(AsRef::as_ref));
        cells.list(Self::HARD_AMOUNTS, |words| words.amounts(&self.hard_milli));
        cells.list(Self::USED_AMOUNTS, |words| words.amounts(&self.used_milli));
        cells.list(Self::SCOPES, |words| self.scopes.iter().for_each(|scope| scope.write(words)));
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let mut words = row.words(Self::SCOPES);
        let mut scopes = Vec::new();
        while !words.is_empty() {
            scopes.push(QuotaScope::read(&mut words));
        }
        QuotaRow {
            meta,
            hard_milli: row.words(Self::HARD_AMOUNTS).amounts(),
            used_milli: row.words(Self::USED_AMOUNTS).amounts(),
            scopes,
        }
    }
}

impl QuotaScope {
    const PLAIN: [QuotaScope; 5] = [
        QuotaScope::Terminating,
        QuotaScope::NotTerminating,
        QuotaScope::BestEffort,
        QuotaScope::NotBestEffort,
        QuotaScope::CrossNamespacePodAffinity,
    ];

    fn write(&self, words: &mut Words<'_>) {
        if let QuotaScope::PriorityClass { operator, values } = self {
            words.number(Self::PLAIN.len() as u32);
            words.number(*operator as u32);
            words.number(values.len() as u32);
            values.iter().for_each(|value| words.text(value));
        } else if let Some(at) = Self::PLAIN.iter().position(|scope| scope == self) {
            words.number(at as u32);
        }
    }

    fn read(words: &mut WordReader<'_>) -> QuotaScope {
        if let Some(plain) = Self::PLAIN.get(words.number() as usize) {
            return plain.clone();
        }
        let operator = match words.number() {
            0 => ScopeSelectorOperator::In,
            1 => ScopeSelectorOperator::NotIn,
            2 => ScopeSelectorOperator::Exists,
            _ => ScopeSelectorOperator::DoesNotExist,
        };
        let count = words.number();
        let values = (0..count).map_while(|_| (!words.is_empty()).then(|| Arc::from(words.text()))).collect();
        QuotaScope::PriorityClass { operator, values }
    }
}
