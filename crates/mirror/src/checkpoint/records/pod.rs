//! Pods.

use super::{MetaRecord, ResourcesRecord, optional, pack_meta, pack_resources, unpack_meta, unpack_resources};
use crate::checkpoint::codec::{Id, Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner, PodExtra};
use model::rows::{PodPhase, PodRow};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct PodRecord {
    meta: MetaRecord,
    phase: PodPhase,
    status: Id,
    containers: (u16, u16),
    restarts: u32,
    node: Option<Id>,
    ip: Option<IpAddr>,
    owner: Option<(Id, Id)>,
    requests: ResourcesRecord,
    requests_non_zero: ResourcesRecord,
    images: Vec<Id>,
    terminating: bool,
    gated: bool,
    ready: bool,
    ready_at: Option<i64>,
    host_ports: Vec<(Id, u16)>,
}

impl Pack for PodRow {
    type Record = PodRecord;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> PodRecord {
        let row = &object.row;
        PodRecord {
            meta: pack_meta(&row.meta, object.version, strings),
            phase: row.phase,
            status: strings.id(&row.status),
            containers: (row.containers_ready, row.containers),
            restarts: row.restarts,
            node: row.node.as_ref().map(|node| strings.id(node)),
            ip: row.ip,
            owner: row.owner.as_ref().map(|owner| (strings.id(&owner.kind), strings.id(&owner.name))),
            requests: pack_resources(&row.requests, strings),
            requests_non_zero: pack_resources(&object.extra.requests_non_zero, strings),
            images: strings.ids(row.images.iter()),
            terminating: row.terminating,
            gated: row.gated,
            ready: row.ready,
            ready_at: row.ready_at,
            host_ports: row.host_ports.iter().map(|(protocol, port)| (strings.id(protocol), *port)).collect(),
        }
    }

    fn unpack(record: PodRecord, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>> {
        let owner = match record.owner {
            None => None,
            Some((kind, name)) => Some(interner.owner(&strings.text(kind)?, &strings.text(name)?)),
        };
        let images = strings.texts(&record.images)?;
        let ports: Option<Vec<_>> =
            record.host_ports.iter().map(|(protocol, port)| Some((strings.text(*protocol)?, *port))).collect();
        let row = PodRow {
            meta: unpack_meta(&record.meta, strings, interner)?,
            phase: record.phase,
            status: strings.text(record.status)?,
            containers_ready: record.containers.0,
            containers: record.containers.1,
            restarts: record.restarts,
            node: optional(record.node, strings)?,
            ip: record.ip,
            owner,
            requests: interner.resources(unpack_resources(&record.requests, strings)?),
            images: interner.list(images.iter().map(AsRef::as_ref)),
            terminating: record.terminating,
            gated: record.gated,
            ready: record.ready,
            ready_at: record.ready_at,
            host_ports: ports?,
        };
        let non_zero = unpack_resources(&record.requests_non_zero, strings)?;
        let extra = PodExtra { requests_non_zero: interner.resources(non_zero) };
        Some(Decoded { row: Arc::new(row), extra, version: record.meta.version })
    }
}
