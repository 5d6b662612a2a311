//! Everything `/metrics` tells, of one moment. A removed cluster is in none of it.

use crate::Engine;
use crate::schedule::ScheduleStats;
use jiff::Timestamp;
use mirror::StreamMetrics;
use model::fleet::{ClusterState, ClusterView};
use model::rows::PodPhase;
use model::wire::alerting::Sli;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One cluster's figures.
#[derive(Clone, Debug)]
pub struct ClusterTelemetry {
    pub name: Arc<str>,
    pub state: ClusterState,
    /// By `Ready`, `NotReady`, `SchedulingDisabled`; None where nodes may not be seen or were not yet.
    pub nodes: Option<BTreeMap<&'static str, u64>>,
    /// By (namespace, phase).
    pub pods: BTreeMap<(Arc<str>, PodPhase), u64>,
    /// Latest values; those without a source or data are left out.
    pub slis: BTreeMap<&'static str, f64>,
    /// Leader changes seen since etcd started; None without a source.
    pub etcd_leader_changes: Option<f64>,
}

/// All figures.
#[derive(Clone, Debug)]
pub struct Telemetry {
    pub now_ms: i64,
    pub clusters: Vec<ClusterTelemetry>,
    pub streams: Vec<StreamMetrics>,
    pub schedule: ScheduleStats,
    /// By (state, severity).
    pub alerts: BTreeMap<(&'static str, &'static str), u64>,
    /// By (channel, result).
    pub notifications: BTreeMap<(String, &'static str), u64>,
    /// (group, name, restarts) of supervised tasks.
    pub task_restarts: Vec<(Arc<str>, Arc<str>, u64)>,
    pub wal_bytes: u64,
}

impl Engine {
    /// The figures now.
    pub async fn telemetry(&self) -> Telemetry {
        let fleet = self.mirror().fleet();
        let tasks = self.supervisor().tasks();
        Telemetry {
            now_ms: Timestamp::now().as_millisecond(),
            clusters: fleet.clusters.iter().map(|view| self.cluster_telemetry(view)).collect(),
            streams: self.mirror().metrics(),
            schedule: self.schedule_stats(),
            alerts: self.alert_counts().await,
            notifications: self.notification_counts(),
            task_restarts: tasks.into_iter().map(|task| (task.group, task.name, task.restarts)).collect(),
            wal_bytes: self.store().wal_bytes().unwrap_or_default(),
        }
    }

    fn cluster_telemetry(&self, view: &ClusterView) -> ClusterTelemetry {
        let nodes = view.nodes.known().map(|nodes| {
            let mut counts = BTreeMap::from([("Ready", 0), ("NotReady", 0), ("SchedulingDisabled", 0)]);
            for node in nodes.iter() {
                *counts.entry(if node.row.ready { "Ready" } else { "NotReady" }).or_default() += 1;
                *counts.entry("SchedulingDisabled").or_default() += u64::from(node.row.unschedulable);
            }
            counts
        });
        let phases = view.pods.known().map(|pods| pods.phases()).unwrap_or_default();
        let pods: BTreeMap<(Arc<str>, PodPhase), u64> =
            phases.into_iter().map(|((namespace, phase), pods)| ((Arc::from(namespace), phase), pods)).collect();
        let slis = self.sli_now(&view.id).into_iter().filter_map(|now| Some((now.sli.key(), now.value?))).collect();
        ClusterTelemetry {
            name: view.name.clone(),
            state: view.state,
            nodes,
            pods,
            slis,
            etcd_leader_changes: self.etcd_leader_changes(&view.id),
        }
    }
}

/// The metric that stands for an SLI.
pub fn metric_of(sli: Sli) -> &'static str {
    match sli {
        Sli::NodeReadyRatio => "multi_cluster_node_ready_ratio",
        Sli::PodStartSuccessRatio => "multi_cluster_pod_start_success_ratio",
        Sli::ApiLatencyP95 => "multi_cluster_api_latency_p95_seconds",
        Sli::EtcdLeaderChanges => "multi_cluster_etcd_leader_changes_per_hour",
    }
}
