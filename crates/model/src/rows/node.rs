//! Nodes.

use super::RowMeta;
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::k8s::resources::Resources;
use crate::k8s::taint::{Effect, Taint};
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use std::net::IpAddr;
use std::sync::Arc;

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    pub meta: RowMeta,
    /// Condition Ready is True; Unknown counts as not ready.
    pub ready: bool,
    /// `Ready`, `NotReady`, `Unknown`, with `,SchedulingDisabled` where cordoned, as kubectl shows it.
    pub status: Arc<str>,
    /// Pressure conditions that are True, `MemoryPressure` and the like.
    pub pressures: Vec<Arc<str>>,
    pub unschedulable: bool,
    pub terminating: bool,
    pub taints: Vec<Taint>,
    /// What pods may use: never the capacity.
    pub allocatable: Resources,
    pub allocatable_pods: i64,
    pub roles: Vec<Arc<str>>,
    pub kubelet_version: Arc<str>,
    pub internal_ip: Option<IpAddr>,
}

impl NodeRow {
    const FLAGS: Field = Field(0);
    const STATUS: Field = Field(1);
    const PRESSURES: Field = Field(2);
    const TAINTS: Field = Field(3);
    const TAINT_COUNT: Field = Field(4);
    const ALLOCATABLE: Field = Field(5);
    const ALLOCATABLE_PODS: Field = Field(6);
    const ROLES: Field = Field(7);
    const VERSION: Field = Field(8);
    const IP: Field = Field(9);

    const READY: u8 = 1;
    const UNSCHEDULABLE: u8 = 2;
    const TERMINATING: u8 = 4;
}

pub(crate) static NODES: KindSpec = KindSpec {
    mirrored: MirroredKind::Node,
    kind: "Node",
    plural: "nodes",
    group: "",
    version: "v1",
    namespaced: false,
    columns: &[
        column("status", ColumnType::Text, Access::Text(NodeRow::STATUS)),
        column("ready", ColumnType::Bool, Access::Flag(NodeRow::FLAGS, NodeRow::READY)),
        Column { aliases: &["role"], ..column("roles", ColumnType::List, Access::List(NodeRow::ROLES)) },
        column("zone", ColumnType::Text, Access::Label("topology.kubernetes.io/zone")),
        column("version", ColumnType::Text, Access::Text(NodeRow::VERSION)),
        column("ip", ColumnType::Text, Access::Ip(NodeRow::IP)),
        Column { aliases: &["cpu"], ..column("allocatable.cpu", ColumnType::Milli, Access::Cpu(NodeRow::ALLOCATABLE)) },
        Column {
            aliases: &["memory"],
            ..column("allocatable.memory", ColumnType::Bytes, Access::Memory(NodeRow::ALLOCATABLE))
        },
        Column {
            aliases: &["pods"],
            ..column("allocatable.pods", ColumnType::Number, Access::Number(NodeRow::ALLOCATABLE_PODS))
        },
        column("taints", ColumnType::Number, Access::Number(NodeRow::TAINT_COUNT)),
    ],
};

impl Columnar for NodeRow {
    const FIELDS: &'static [Width] = &[
        Width::U8,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U16,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U32,
    ];

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn write(&self, cells: &mut CellWriter<'_>) {
        let flag = |set: bool, bit: u8| u64::from(if set { bit } else { 0 });
        let flags = flag(self.ready, Self::READY)
            | flag(self.unschedulable, Self::UNSCHEDULABLE)
            | flag(self.terminating, Self::TERMINATING);
        cells.number(Self::FLAGS, flags);
        cells.text(Self::STATUS, &self.status);
        cells.texts(Self::PRESSURES, self.pressures.iter().map(AsRef::as_ref));
        cells.list(Self::TAINTS, |words| {
            for taint in &self.taints {
                words.text(&taint.key);
                words.text(&taint.value);
                words.number(taint.effect as u32);
            }
        });
        cells.number(Self::TAINT_COUNT, self.taints.len() as u64);
        cells.resources(Self::ALLOCATABLE, &self.allocatable);
        cells.count(Self::ALLOCATABLE_PODS, self.allocatable_pods);
        cells.texts(Self::ROLES, self.roles.iter().map(AsRef::as_ref));
        cells.text(Self::VERSION, &self.kubelet_version);
        cells.ip(Self::IP, self.internal_ip);
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let flags = row.number(Self::FLAGS) as u8;
        let mut words = row.words(Self::TAINTS);
        let mut taints = Vec::new();
        while !words.is_empty() {
            let (key, value) = (words.text().to_owned(), words.text().to_owned());
            let effect = match words.number() {
                0 => Effect::NoSchedule,
                1 => Effect::PreferNoSchedule,
                _ => Effect::NoExecute,
            };
            taints.push(Taint { key, value, effect });
        }
        NodeRow {
            meta,
            ready: flags & Self::READY != 0,
            status: Arc::from(row.text(Self::STATUS).unwrap_or_default()),
            pressures: row.words(Self::PRESSURES).shared_texts(),
            unschedulable: flags & Self::UNSCHEDULABLE != 0,
            terminating: flags & Self::TERMINATING != 0,
            taints,
            allocatable: row.words(Self::ALLOCATABLE).resources(),
            allocatable_pods: row.number(Self::ALLOCATABLE_PODS) as i64,
            roles: row.words(Self::ROLES).shared_texts(),
            kubelet_version: Arc::from(row.text(Self::VERSION).unwrap_or_default()),
            internal_ip: row.ip(Self::IP),
        }
    }
}
