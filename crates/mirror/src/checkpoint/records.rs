//! What is written of each kind.

use super::codec::{Id, Known, Pack, Strings};
use kubeapi::decode::{Decoded, Interner, PodExtra};
use model::k8s::resources::Resources;
use model::k8s::taint::{Effect, Taint};
use model::rows::{
    DeploymentRow, LimitRangeItem, LimitRangeRow, LimitType, NamespaceRow, NodeRow, OwnerRef, PodPhase, PodRow,
    QuotaRow, QuotaScope, RowMeta, ScopeSelectorOperator,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

type Pairs = Vec<(Id, Id)>;
type Amounts = Vec<(Id, i128)>;

#[derive(Serialize, Deserialize)]
pub(crate) struct MetaRecord {
    uid: String,
    namespace: Option<Id>,
    name: String,
    created_at: i64,
    labels: Pairs,
    version: u64,
}

fn pack_meta(meta: &RowMeta, version: u64, strings: &mut Strings) -> MetaRecord {
    MetaRecord {
        uid: meta.uid.to_string(),
        namespace: meta.namespace.as_ref().map(|namespace| strings.id(namespace)),
        name: meta.name.to_string(),
        created_at: meta.created_at,
        labels: meta.labels.iter().map(|(key, value)| (strings.id(key), strings.id(value))).collect(),
        version,
    }
}

fn unpack_meta(record: &MetaRecord, strings: &Known, interner: &mut Interner) -> Option<RowMeta> {
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
fn optional(id: Option<Id>, strings: &Known) -> Option<Option<Arc<str>>> {
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

fn pack_resources(resources: &Resources, strings: &mut Strings) -> ResourcesRecord {
    ResourcesRecord {
        cpu_milli: resources.cpu_milli,
        memory: resources.memory,
        ephemeral_storage: resources.ephemeral_storage,
        extended: resources.extended.iter().map(|(name, amount)| (strings.id(name), *amount)).collect(),
    }
}

fn unpack_resources(record: &ResourcesRecord, strings: &Known) -> Option<Resources> {
    let extended: Option<BTreeMap<_, _>> =
        record.extended.iter().map(|(name, amount)| Some((strings.text(*name)?, *amount))).collect();
    Some(Resources {
        cpu_milli: record.cpu_milli,
        memory: record.memory,
        ephemeral_storage: record.ephemeral_storage,
        extended: extended?,
    })
}

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
            owner: owner as Option<Arc<OwnerRef>>,
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

fn pack_amounts(amounts: &BTreeMap<Arc<str>, i128>, strings: &mut Strings) -> Amounts {
    amounts.iter().map(|(name, amount)| (strings.id(name), *amount)).collect()
}

fn unpack_amounts(amounts: &Amounts, strings: &Known) -> Option<BTreeMap<Arc<str>, i128>> {
    amounts.iter().map(|(name, amount)| Some((strings.text(*name)?, *amount))).collect()
}

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

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
