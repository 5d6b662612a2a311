//! Deployments.

use super::{MetaRecord, optional, pack_meta, unpack_meta};
use crate::checkpoint::codec::{Id, Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner};
use model::rows::DeploymentRow;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct DeploymentRecord {
    meta: MetaRecord,
    generations: (i64, i64),
    replicas: i32,
    updated: i32,
    ready: i32,
    available: i32,
    paused: bool,
    is_available: bool,
    failure: Option<Id>,
    failure_message: Option<Id>,
    images: Vec<Id>,
}

impl Pack for DeploymentRow {
    type Record = DeploymentRecord;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> DeploymentRecord {
        let row = &object.row;
        DeploymentRecord {
            meta: pack_meta(&row.meta, object.version, strings),
            generations: (row.generation, row.observed_generation),
            replicas: row.replicas,
            updated: row.updated,
            ready: row.ready,
            available: row.available,
            paused: row.paused,
            is_available: row.is_available,
            failure: row.failure.as_ref().map(|text| strings.id(text)),
            failure_message: row.failure_message.as_ref().map(|text| strings.id(text)),
            images: strings.ids(row.images.iter()),
        }
    }

    fn unpack(record: DeploymentRecord, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>> {
        let images = strings.texts(&record.images)?;
        let row = DeploymentRow {
            meta: unpack_meta(&record.meta, strings, interner)?,
            generation: record.generations.0,
            observed_generation: record.generations.1,
            replicas: record.replicas,
            updated: record.updated,
            ready: record.ready,
            available: record.available,
            paused: record.paused,
            is_available: record.is_available,
            failure: optional(record.failure, strings)?,
            failure_message: optional(record.failure_message, strings)?,
            images: interner.list(images.iter().map(AsRef::as_ref)),
        };
        Some(Decoded { row: Arc::new(row), extra: (), version: record.meta.version })
    }
}
