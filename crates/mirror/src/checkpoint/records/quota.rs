//! Resource quotas.

use super::{Amounts, MetaRecord, pack_amounts, pack_meta, unpack_amounts, unpack_meta};
use crate::checkpoint::codec::{Id, Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner};
use model::rows::{QuotaRow, QuotaScope, ScopeSelectorOperator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

#[derive(Serialize, Deserialize)]
enum ScopeRecord {
    Terminating,
    NotTerminating,
    BestEffort,
    NotBestEffort,
    CrossNamespacePodAffinity,
    PriorityClass(Operator, Vec<Id>),
}

fn pack_scope(scope: &QuotaScope, strings: &mut Strings) -> ScopeRecord {
    match scope {
        QuotaScope::Terminating => ScopeRecord::Terminating,
        QuotaScope::NotTerminating => ScopeRecord::NotTerminating,
        QuotaScope::BestEffort => ScopeRecord::BestEffort,
        QuotaScope::NotBestEffort => ScopeRecord::NotBestEffort,
        QuotaScope::CrossNamespacePodAffinity => ScopeRecord::CrossNamespacePodAffinity,
        QuotaScope::PriorityClass { operator, values } => {
            let operator = match operator {
                ScopeSelectorOperator::In => Operator::In,
                ScopeSelectorOperator::NotIn => Operator::NotIn,
                ScopeSelectorOperator::Exists => Operator::Exists,
                ScopeSelectorOperator::DoesNotExist => Operator::DoesNotExist,
            };
            ScopeRecord::PriorityClass(operator, strings.ids(values))
        }
    }
}

fn unpack_scope(record: &ScopeRecord, strings: &Known) -> Option<QuotaScope> {
    Some(match record {
        ScopeRecord::Terminating => QuotaScope::Terminating,
        ScopeRecord::NotTerminating => QuotaScope::NotTerminating,
        ScopeRecord::BestEffort => QuotaScope::BestEffort,
        ScopeRecord::NotBestEffort => QuotaScope::NotBestEffort,
        ScopeRecord::CrossNamespacePodAffinity => QuotaScope::CrossNamespacePodAffinity,
        ScopeRecord::PriorityClass(operator, values) => {
            let operator = match operator {
                Operator::In => ScopeSelectorOperator::In,
                Operator::NotIn => ScopeSelectorOperator::NotIn,
                Operator::Exists => ScopeSelectorOperator::Exists,
                Operator::DoesNotExist => ScopeSelectorOperator::DoesNotExist,
            };
            QuotaScope::PriorityClass { operator, values: strings.texts(values)? }
        }
    })
}

#[derive(Serialize, Deserialize)]
pub(crate) struct QuotaRecord {
    meta: MetaRecord,
    hard: Amounts,
    used: Amounts,
    scopes: Vec<ScopeRecord>,
}

impl Pack for QuotaRow {
    type Record = QuotaRecord;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> QuotaRecord {
        QuotaRecord {
            meta: pack_meta(&object.row.meta, object.version, strings),
            hard: pack_amounts(&object.row.hard_milli, strings),
            used: pack_amounts(&object.row.used_milli, strings),
            scopes: object.row.scopes.iter().map(|scope| pack_scope(scope, strings)).collect(),
        }
    }

    fn unpack(record: QuotaRecord, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>> {
        let scopes: Option<Vec<_>> = record.scopes.iter().map(|scope| unpack_scope(scope, strings)).collect();
        let row = QuotaRow {
            meta: unpack_meta(&record.meta, strings, interner)?,
            hard_milli: unpack_amounts(&record.hard, strings)?,
            used_milli: unpack_amounts(&record.used, strings)?,
            scopes: scopes?,
        };
        Some(Decoded { row: Arc::new(row), extra: (), version: record.meta.version })
    }
}
