//! Limit ranges.

use super::{Amounts, MetaRecord, pack_amounts, pack_meta, unpack_amounts, unpack_meta};
use crate::checkpoint::codec::{Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner};
use model::rows::{LimitRangeItem, LimitRangeRow, LimitType};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
enum Limit {
    Container,
    Pod,
    PersistentVolumeClaim,
}

#[derive(Serialize, Deserialize)]
struct ItemRecord {
    kind: Limit,
    amounts: [Amounts; 5],
}

#[derive(Serialize, Deserialize)]
pub(crate) struct LimitRangeRecord {
    meta: MetaRecord,
    items: Vec<ItemRecord>,
}

impl Pack for LimitRangeRow {
    type Record = LimitRangeRecord;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> LimitRangeRecord {
        let item = |item: &LimitRangeItem, strings: &mut Strings| ItemRecord {
            kind: match item.kind {
                LimitType::Container => Limit::Container,
                LimitType::Pod => Limit::Pod,
                LimitType::PersistentVolumeClaim => Limit::PersistentVolumeClaim,
            },
            amounts: [
                &item.max_milli,
                &item.min_milli,
                &item.default_milli,
                &item.default_request_milli,
                &item.max_limit_request_ratio_milli,
            ]
            .map(|amounts| pack_amounts(amounts, strings)),
        };
        LimitRangeRecord {
            meta: pack_meta(&object.row.meta, object.version, strings),
            items: object.row.items.iter().map(|limit| item(limit, strings)).collect(),
        }
    }

    fn unpack(record: LimitRangeRecord, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>> {
        let item = |record: &ItemRecord| {
            let [max, min, limit, request, ratio] = &record.amounts;
            Some(LimitRangeItem {
                kind: match record.kind {
                    Limit::Container => LimitType::Container,
                    Limit::Pod => LimitType::Pod,
                    Limit::PersistentVolumeClaim => LimitType::PersistentVolumeClaim,
                },
                max_milli: unpack_amounts(max, strings)?,
                min_milli: unpack_amounts(min, strings)?,
                default_milli: unpack_amounts(limit, strings)?,
                default_request_milli: unpack_amounts(request, strings)?,
                max_limit_request_ratio_milli: unpack_amounts(ratio, strings)?,
            })
        };
        let items: Option<Vec<_>> = record.items.iter().map(item).collect();
        let row = LimitRangeRow { meta: unpack_meta(&record.meta, strings, interner)?, items: items? };
        Some(Decoded { row: Arc::new(row), extra: (), version: record.meta.version })
    }
}
