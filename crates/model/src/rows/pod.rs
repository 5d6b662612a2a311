//! Pods.

use super::{OwnerRef, RowMeta};
use crate::columns::{Access, CellWriter, Columnar, Field, Row, Width};
use crate::k8s::resources::Resources;
use crate::kinds::{Column, ColumnType, KindSpec, MirroredKind, column};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PodPhase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

impl PodPhase {
    pub const ALL: [PodPhase; 5] =
        [PodPhase::Pending, PodPhase::Running, PodPhase::Succeeded, PodPhase::Failed, PodPhase::Unknown];

    pub fn as_str(self) -> &'static str {
        match self {
            PodPhase::Pending => "Pending",
            PodPhase::Running => "Running",
            PodPhase::Succeeded => "Succeeded",
            PodPhase::Failed => "Failed",
            PodPhase::Unknown => "Unknown",
        }
    }

    /// Finished pods hold no room on their node.
    pub fn is_finished(self) -> bool {
        matches!(self, PodPhase::Succeeded | PodPhase::Failed)
    }
}

/// One pod. Requests are the effective ones of `component-helpers/resource/helpers.go`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodRow {
    pub meta: RowMeta,
    pub phase: PodPhase,
    /// What `kubectl get pods` shows: `Running`, `CrashLoopBackOff`, `Terminating`, `Init:0/1`…
    pub status: Arc<str>,
    pub containers_ready: u16,
    pub containers: u16,
    pub restarts: u32,
    pub node: Option<Arc<str>>,
    pub ip: Option<IpAddr>,
    pub owner: Option<Arc<OwnerRef>>,
    pub requests: Arc<Resources>,
    /// The same with kube-scheduler's defaults for containers that request nothing (100m, 200 MB); for scores only.
    pub requests_non_zero: Arc<Resources>,
    pub images: Arc<[Arc<str>]>,
    /// Has a deletion timestamp; still holds its room until gone.
    pub terminating: bool,
    /// Has scheduling gates: not yet demand on any node.
    pub gated: bool,
    /// Condition Ready is True.
    pub ready: bool,
    /// When the pod first became ready, seconds since the Unix epoch, where known.
    pub ready_at: Option<i64>,
    /// Host ports in use, as (protocol, port).
    pub host_ports: Vec<(Arc<str>, u16)>,
}

impl PodRow {
    const PHASE: Field = Field(0);
    const FLAGS: Field = Field(1);
    const STATUS: Field = Field(2);
    const READY: Field = Field(3);
    const CONTAINERS: Field = Field(4);
    const RESTARTS: Field = Field(5);
    const NODE: Field = Field(6);
    const IP: Field = Field(7);
    const OWNER: Field = Field(8);
    const REQUESTS: Field = Field(9);
    const REQUESTS_NON_ZERO: Field = Field(10);
    const IMAGES: Field = Field(11);
    const READY_AT: Field = Field(12);
    const HOST_PORTS: Field = Field(13);

    const TERMINATING: u8 = 1;
    const GATED: u8 = 2;
    const IS_READY: u8 = 4;

    /// The phase of a row of pods.
    pub fn phase_of(row: &Row<'_>) -> PodPhase {
        PodPhase::ALL.get(row.number(Self::PHASE) as usize).copied().unwrap_or(PodPhase::Unknown)
    }

    /// Whether a node is chosen for the pod in this row.
    pub fn is_bound(row: &Row<'_>) -> bool {
        row.number(Self::NODE) != 0
    }

    /// The node of the pod in this row.
    pub fn node_of<'a>(row: &Row<'a>) -> Option<&'a str> {
        row.text(Self::NODE)
    }

    pub fn is_terminating(row: &Row<'_>) -> bool {
        row.number(Self::FLAGS) & u64::from(Self::TERMINATING) != 0
    }

    /// Whether the pod in this row has scheduling gates.
    pub fn is_gated(row: &Row<'_>) -> bool {
        row.number(Self::FLAGS) & u64::from(Self::GATED) != 0
    }

    /// The effective requests of the pod in this row.
    pub fn requests_of(row: &Row<'_>) -> Resources {
        row.words(Self::REQUESTS).resources()
    }
}

const PHASES: &[&str] = &["Pending", "Running", "Succeeded", "Failed", "Unknown"];

pub(crate) static PODS: KindSpec = KindSpec {
    mirrored: MirroredKind::Pod,
    kind: "Pod",
    plural: "pods",
    group: "",
    version: "v1",
    namespaced: true,
    columns: &[
        column("phase", ColumnType::Text, Access::Choice(PodRow::PHASE, PHASES)),
        column("status", ColumnType::Text, Access::Text(PodRow::STATUS)),
        column("ready", ColumnType::Ratio, Access::Ratio(PodRow::READY, PodRow::CONTAINERS)),
        column("restarts", ColumnType::Number, Access::Number(PodRow::RESTARTS)),
        column("node", ColumnType::Text, Access::Text(PodRow::NODE)),
        column("ip", ColumnType::Text, Access::Ip(PodRow::IP)),
        column("owner", ColumnType::Text, Access::Pair(PodRow::OWNER)),
        Column { aliases: &["cpu"], ..column("requests.cpu", ColumnType::Milli, Access::Cpu(PodRow::REQUESTS)) },
        Column {
            aliases: &["memory"],
            ..column("requests.memory", ColumnType::Bytes, Access::Memory(PodRow::REQUESTS))
        },
        Column { aliases: &["image"], ..column("images", ColumnType::List, Access::List(PodRow::IMAGES)) },
    ],
};

impl Columnar for PodRow {
    const FIELDS: &'static [Width] = &[
        Width::U8,
        Width::U8,
        Width::U32,
        Width::U16,
        Width::U16,
        Width::U32,
        Width::U32,
        Width::U32,
        Width::U32,
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
        let flags = flag(self.terminating, Self::TERMINATING)
            | flag(self.gated, Self::GATED)
            | flag(self.ready, Self::IS_READY);
        cells.number(Self::PHASE, self.phase as u64);
        cells.number(Self::FLAGS, flags);
        cells.text(Self::STATUS, &self.status);
        cells.number(Self::READY, self.containers_ready.into());
        cells.number(Self::CONTAINERS, self.containers.into());
        cells.number(Self::RESTARTS, self.restarts.into());
        cells.some_text(Self::NODE, self.node.as_deref());
        cells.ip(Self::IP, self.ip);
        OwnerRef::write(self.owner.as_ref(), cells, Self::OWNER);
        cells.resources(Self::REQUESTS, &self.requests);
        cells.resources(Self::REQUESTS_NON_ZERO, &self.requests_non_zero);
        cells.texts(Self::IMAGES, self.images.iter().map(AsRef::as_ref));
        cells.time(Self::READY_AT, self.ready_at);
        cells.list(Self::HOST_PORTS, |words| {
            for (protocol, port) in &self.host_ports {
                words.text(protocol);
                words.number((*port).into());
            }
        });
    }

    fn read(meta: RowMeta, row: &Row<'_>) -> Self {
        let flags = row.number(Self::FLAGS) as u8;
        let mut ports = row.words(Self::HOST_PORTS);
        let mut host_ports = Vec::new();
        while !ports.is_empty() {
            host_ports.push((Arc::from(ports.text()), ports.number() as u16));
        }
        PodRow {
            meta,
            phase: Self::phase_of(row),
            status: Arc::from(row.text(Self::STATUS).unwrap_or_default()),
            containers_ready: row.number(Self::READY) as u16,
            containers: row.number(Self::CONTAINERS) as u16,
            restarts: row.number(Self::RESTARTS) as u32,
            node: row.text(Self::NODE).map(Arc::from),
            ip: row.ip(Self::IP),
            owner: OwnerRef::read(row, Self::OWNER),
            requests: Arc::new(row.words(Self::REQUESTS).resources()),
            requests_non_zero: Arc::new(row.words(Self::REQUESTS_NON_ZERO).resources()),
            images: row.words(Self::IMAGES).shared_texts(),
            terminating: flags & Self::TERMINATING != 0,
            gated: flags & Self::GATED != 0,
            ready: flags & Self::IS_READY != 0,
            ready_at: Some(row.number(Self::READY_AT) as i64).filter(|at| *at != 0),
            host_ports,
        }
    }
}
