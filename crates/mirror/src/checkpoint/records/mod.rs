//! What is written of each kind.

mod deployment;
mod limit_range;
mod namespace;
mod node;
mod pod;
mod quota;

#[cfg(test)]
mod tests;

use super::codec::{Id, Known, Strings};
use kubeapi::decode::Interner;
use model::k8s::resources::Resources;
use model::rows::RowMeta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

type Pairs = Vec<(Id, Id)>;
pub(super) type Amounts = Vec<(Id, i128)>;

#[derive(Serialize, Deserialize)]
pub(crate) struct MetaRecord {
    uid: String,
    namespace: Option<Id>,
    name: String,
    created_at: i64,
    labels: Pairs,
    pub(super) version: u64,
}

pub(super) fn pack_meta(meta: &RowMeta, version: u64, strings: &mut Strings) -> MetaRecord {
    MetaRecord {
        uid: meta.uid.to_string(),
        namespace: meta.namespace.as_ref().map(|namespace| strings.id(namespace)),
        name: meta.name.to_string(),
        created_at: meta.created_at,
        labels: meta.labels.iter().map(|(key, value)| (strings.id(key), strings.id(value))).collect(),
        version,
    }
}

pub(super) fn unpack_meta(record: &MetaRecord, strings: &Known, interner: &mut Interner) -> Option<RowMeta> {
    let labels: Option<Vec<_>> =
        record.labels.iter().map(|(key, value)| Some((strings.text(*key)?, strings.text(*value)?))).collect();
    Some(RowMeta {
        uid: Arc::from(record.uid.as_str()),
        namespace: optional(record.namespace, strings)?,
        name: Arc::from(record.name.as_str()),
        created_at: record.created_at,
        labels: interner.labels(labels?.iter().map(|(key, value)| (&**key, &**value))),
    })
}

/// `Some(None)` where there is none, `None` where the id is bad.
pub(super) fn optional(id: Option<Id>, strings: &Known) -> Option<Option<Arc<str>>> {
    match id {
        None => Some(None),
        Some(id) => strings.text(id).map(Some),
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ResourcesRecord {
    cpu_milli: i64,
    memory: i64,
    ephemeral_storage: i64,
    extended: Vec<(Id, i64)>,
}

pub(super) fn pack_resources(resources: &Resources, strings: &mut Strings) -> ResourcesRecord {
    ResourcesRecord {
        cpu_milli: resources.cpu_milli,
        memory: resources.memory,
        ephemeral_storage: resources.ephemeral_storage,
        extended: resources.extended.iter().map(|(name, amount)| (strings.id(name), *amount)).collect(),
    }
}

pub(super) fn unpack_resources(record: &ResourcesRecord, strings: &Known) -> Option<Resources> {
    let extended: Option<BTreeMap<_, _>> =
        record.extended.iter().map(|(name, amount)| Some((strings.text(*name)?, *amount))).collect();
    Some(Resources {
        cpu_milli: record.cpu_milli,
        memory: record.memory,
        ephemeral_storage: record.ephemeral_storage,
        extended: extended?,
    })
}

pub(super) fn pack_amounts(amounts: &BTreeMap<Arc<str>, i128>, strings: &mut Strings) -> Amounts {
    amounts.iter().map(|(name, amount)| (strings.id(name), *amount)).collect()
}

pub(super) fn unpack_amounts(amounts: &Amounts, strings: &Known) -> Option<BTreeMap<Arc<str>, i128>> {
    amounts.iter().map(|(name, amount)| Some((strings.text(*name)?, *amount))).collect()
}
