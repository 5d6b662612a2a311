//! Nodes.

use super::{MetaRecord, ResourcesRecord, pack_meta, pack_resources, unpack_meta, unpack_resources};
use crate::checkpoint::codec::{Id, Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner};
use model::k8s::taint::{Effect, Taint};
use model::rows::NodeRow;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct NodeRecord {
    meta: MetaRecord,
    ready: bool,
    status: Id,
    pressures: Vec<Id>,
    unschedulable: bool,
    terminating: bool,
    taints: Vec<(Id, Id, Effect)>,
    allocatable: ResourcesRecord,
    allocatable_pods: i64,
    roles: Vec<Id>,
    kubelet_version: Id,
    internal_ip: Option<IpAddr>,
}

impl Pack for NodeRow {
    type Record = NodeRecord;

    fn pack(object: &Decoded<Self>, strings: &mut Strings) -> NodeRecord {
        let row = &object.row;
        let taints = row.taints.iter().map(|taint| (strings.id(&taint.key), strings.id(&taint.value), taint.effect));
        NodeRecord {
            taints: taints.collect(),
            meta: pack_meta(&row.meta, object.version, strings),
            ready: row.ready,
            status: strings.id(&row.status),
            pressures: strings.ids(&row.pressures),
            unschedulable: row.unschedulable,
            terminating: row.terminating,
            allocatable: pack_resources(&row.allocatable, strings),
            allocatable_pods: row.allocatable_pods,
            roles: strings.ids(&row.roles),
            kubelet_version: strings.id(&row.kubelet_version),
            internal_ip: row.internal_ip,
        }
    }

    fn unpack(record: NodeRecord, strings: &Known, interner: &mut Interner) -> Option<Decoded<Self>> {
        let taint = |(key, value, effect): &(Id, Id, Effect)| {
            let (key, value) = (strings.text(*key)?.to_string(), strings.text(*value)?.to_string());
            Some(Taint { key, value, effect: *effect })
        };
        let row = NodeRow {
            meta: unpack_meta(&record.meta, strings, interner)?,
            ready: record.ready,
            status: strings.text(record.status)?,
            pressures: strings.texts(&record.pressures)?,
            unschedulable: record.unschedulable,
            terminating: record.terminating,
            taints: record.taints.iter().map(taint).collect::<Option<Vec<_>>>()?,
            allocatable: unpack_resources(&record.allocatable, strings)?,
            allocatable_pods: record.allocatable_pods,
            roles: strings.texts(&record.roles)?,
            kubelet_version: strings.text(record.kubelet_version)?,
            internal_ip: record.internal_ip,
        };
        Some(Decoded { row: Arc::new(row), extra: (), version: record.meta.version })
    }
}
