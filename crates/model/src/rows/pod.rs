//! Pods.

use super::{Cell, Row, RowMeta};
use crate::k8s::resources::Resources;
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

/// The controller that owns an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnerRef {
    pub kind: Arc<str>,
    pub name: Arc<str>,
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

impl Row for PodRow {
    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn detail(&self, column: &str) -> Cell<'_> {
        match column {
            "phase" => Cell::Text(self.phase.as_str()),
            "status" => Cell::Text(&self.status),
            "ready" => Cell::Ratio(self.containers_ready.into(), self.containers.into()),
            "restarts" => Cell::Number(self.restarts.into()),
            "node" => self.node.as_deref().map_or(Cell::None, Cell::Text),
            "ip" => self.ip.map_or(Cell::None, |ip| Cell::Owned(ip.to_string())),
            "owner" => self.owner.as_ref().map_or(Cell::None, |o| Cell::Owned(format!("{}/{}", o.kind, o.name))),
            "requests.cpu" => Cell::Milli(self.requests.cpu_milli),
            "requests.memory" => Cell::Bytes(self.requests.memory),
            "images" => Cell::List(self.images.iter().map(AsRef::as_ref).collect()),
            _ => Cell::None,
        }
    }
}
