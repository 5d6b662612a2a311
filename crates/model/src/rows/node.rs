//! Nodes.

use super::{Cell, Row, RowMeta};
use crate::k8s::resources::Resources;
use crate::k8s::taint::Taint;
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

impl Row for NodeRow {
    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn detail(&self, column: &str) -> Cell<'_> {
        match column {
            "status" => Cell::Text(&self.status),
            "ready" => Cell::Bool(self.ready),
            "roles" => Cell::List(self.roles.iter().map(AsRef::as_ref).collect()),
            "version" => Cell::Text(&self.kubelet_version),
            "ip" => self.internal_ip.map_or(Cell::None, |ip| Cell::Owned(ip.to_string())),
            "allocatable.cpu" => Cell::Milli(self.allocatable.cpu_milli),
            "allocatable.memory" => Cell::Bytes(self.allocatable.memory),
            "allocatable.pods" => Cell::Number(self.allocatable_pods),
            "taints" => Cell::Number(self.taints.len() as i64),
            "zone" => self.meta.labels.get("topology.kubernetes.io/zone").map_or(Cell::None, Cell::Text),
            _ => Cell::None,
        }
    }
}
