//! Namespaces.

use super::{MetaRecord, optional, pack_meta, unpack_meta};
use crate::checkpoint::codec::{Id, Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner};
use model::rows::NamespaceRow;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct NamespaceRecord {
    meta: MetaRecord,
    phase: Id,
    node_selector: Option<Id>,
}

impl Pack for NamespaceRow {
    type Record = NamespaceRecord;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> NamespaceRecord {
        NamespaceRecord {
            meta: pack_meta(&object.row.meta, object.version, strings),
            phase: strings.id(&object.row.phase),
            node_selector: object.row.node_selector.as_ref().map(|selector| strings.id(selector)),
        }
    }

    fn unpack(record: NamespaceRecord, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>> {
        let row = NamespaceRow {
            meta: unpack_meta(&record.meta, strings, interner)?,
            phase: strings.text(record.phase)?,
            node_selector: optional(record.node_selector, strings)?,
        };
        Some(Decoded { row: Arc::new(row), extra: (), version: record.meta.version })
    }
}
