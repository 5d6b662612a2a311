//! `/metrics`: built anew for each scrape from what is there, so that a removed cluster's series go with it.

use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use engine::schedule::BUCKETS;
use engine::telemetry::{ClusterTelemetry, Telemetry, metric_of};
use model::fleet::ClusterState;
use model::wire::alerting::Sli;
use model::wire::problem::Problem;
use prometheus::{Encoder, GaugeVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use std::fmt::Write;

pub async fn text(State(shared): State<Shared>) -> Result<Response, ApiError> {
    let telemetry = shared.engine.telemetry().await;
    let body = render(&telemetry).map_err(|error| {
        tracing::error!(%error, "metrics could not be written");
        ApiError(Problem::internal())
    })?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], body).into_response())
}

fn render(telemetry: &Telemetry) -> prometheus::Result<String> {
    let families = Families::new()?;
    for cluster in &telemetry.clusters {
        families.cluster(cluster);
    }
    families.streams(telemetry);
    families.rest(telemetry);
    let mut bytes = Vec::new();
    TextEncoder::new().encode(&families.registry.gather(), &mut bytes)?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    decision_times(telemetry, &mut text);
    Ok(text)
}

struct Families {
    registry: Registry,
    build: IntGaugeVec,
    ready: IntGaugeVec,
    state: IntGaugeVec,
    nodes: IntGaugeVec,
    pods: IntGaugeVec,
    running: IntGaugeVec,
    slis: Vec<(Sli, GaugeVec)>,
    etcd: GaugeVec,
    lag: GaugeVec,
    apply_lag: GaugeVec,
    reachability: GaugeVec,
    memory: IntGaugeVec,
    sync_failures: IntCounterVec,
    watch_restarts: IntCounterVec,
    received_bytes: IntCounterVec,
    decisions: IntCounterVec,
    alerts: IntGaugeVec,
    notifications: IntCounterVec,
    tasks: IntCounterVec,
    wal: IntGaugeVec,
}

impl Families {
    fn new() -> prometheus::Result<Families> {
        let registry = Registry::new();
        let gauge = |name: &str, help: &str, labels: &[&str]| {
            let family = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(family.clone()))?;
            Ok::<_, prometheus::Error>(family)
        };
        let float = |name: &str, help: &str, labels: &[&str]| {
            let family = GaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(family.clone()))?;
            Ok::<_, prometheus::Error>(family)
        };
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let family = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(family.clone()))?;
            Ok::<_, prometheus::Error>(family)
        };
        let slis = Sli::ALL
            .into_iter()
            .map(|sli| Ok((sli, float(metric_of(sli), "Latest value; absent without data.", &["cluster"])?)))
            .collect::<prometheus::Result<_>>()?;
        Ok(Families {
            build: gauge("multi_cluster_build_info", "Always 1.", &["version"])?,
            ready: gauge("multi_cluster_cluster_ready", "1 while the cluster is Online.", &["cluster"])?,
            state: gauge("multi_cluster_cluster_state", "1 for the state the cluster is in.", &["cluster", "state"])?,
            nodes: gauge("multi_cluster_cluster_nodes", "Nodes by condition.", &["cluster", "condition"])?,
            pods: gauge("multi_cluster_pods", "Pods by phase.", &["cluster", "namespace", "phase"])?,
            running: gauge("multi_cluster_pod_running_total", "Running pods.", &["cluster", "namespace"])?,
            etcd: float(
                "multi_cluster_etcd_leader_changes_total",
                "Leader changes that etcd has seen; absent without a source.",
                &["cluster"],
            )?,
            lag: float("multi_cluster_sync_lag_seconds", "Age of each kind's data.", &["cluster", "kind"])?,
            apply_lag: float(
                "multi_cluster_apply_lag_seconds",
                "How long the first change of each kind has waited to be shown.",
                &["cluster", "kind"],
            )?,
            reachability: float(
                "multi_cluster_reachability_age_seconds",
                "Since the server last answered a probe.",
                &["cluster"],
            )?,
            memory: gauge("multi_cluster_mirror_bytes", "Memory of each kind's rows.", &["cluster", "kind"])?,
            sync_failures: counter(
                "multi_cluster_sync_failures_total",
                "Failed lists and watches.",
                &["cluster", "kind", "reason"],
            )?,
            watch_restarts: counter("multi_cluster_watch_restarts_total", "Watches opened.", &["cluster", "kind"])?,
            received_bytes: counter(
                "multi_cluster_watch_bytes_total",
                "Bytes of lists and watches, inflated.",
                &["cluster", "kind"],
            )?,
            decisions: counter("multi_cluster_schedule_attempts_total", "Decisions by outcome.", &["outcome"])?,
            alerts: gauge("multi_cluster_alerts", "Alerts that are not resolved.", &["state", "severity"])?,
            notifications: counter(
                "multi_cluster_notifications_total",
                "Notifications by what the receiver said.",
                &["channel", "result"],
            )?,
            tasks: counter("multi_cluster_task_restarts_total", "Restarts of supervised tasks.", &["group", "task"])?,
            wal: gauge("multi_cluster_database_wal_bytes", "Size of the write-ahead log.", &[])?,
            slis,
            registry,
        })
    }

    fn cluster(&self, cluster: &ClusterTelemetry) {
        let name = cluster.name.as_ref();
        self.ready.with_label_values(&[name]).set(i64::from(cluster.state == ClusterState::Online));
        self.state.with_label_values(&[name, cluster.state.as_str()]).set(1);
        for (condition, count) in cluster.nodes.iter().flatten() {
            self.nodes.with_label_values(&[name, condition]).set(count.cast_signed());
        }
        for ((namespace, phase), count) in &cluster.pods {
            self.pods.with_label_values(&[name, namespace, phase.as_str()]).set(count.cast_signed());
            if phase.as_str() == "Running" {
                self.running.with_label_values(&[name, namespace]).set(count.cast_signed());
            }
        }
        for (sli, family) in &self.slis {
            if let Some(value) = cluster.slis.get(sli.key()) {
                family.with_label_values(&[name]).set(*value);
            }
        }
        if let Some(changes) = cluster.etcd_leader_changes {
            self.etcd.with_label_values(&[name]).set(changes);
        }
    }

    fn streams(&self, telemetry: &Telemetry) {
        for stream in &telemetry.streams {
            let labels = [stream.cluster_name.as_ref(), stream.kind.key()];
            let clocks = [
                (&self.lag, stream.evidence_ms),
                (&self.apply_lag, stream.unapplied_ms.or(stream.evidence_ms.map(|_| telemetry.now_ms))),
            ];
            for (gauge, since) in clocks {
                if let Some(since) = since {
                    let gauge = gauge.with_label_values(&labels);
                    // Of several namespaces the oldest counts.
                    gauge.set(gauge.get().max(seconds(since, telemetry.now_ms)));
                }
            }
            if let Some(reached) = stream.reached_ms {
                self.reachability.with_label_values(&labels[..1]).set(seconds(reached, telemetry.now_ms));
            }
            self.memory.with_label_values(&labels).add(stream.memory as i64);
            self.watch_restarts.with_label_values(&labels).inc_by(stream.watches);
            self.received_bytes.with_label_values(&labels).inc_by(stream.bytes);
            for (reason, count) in &stream.failures {
                self.sync_failures.with_label_values(&[labels[0], labels[1], reason]).inc_by(*count);
            }
        }
    }

    fn rest(&self, telemetry: &Telemetry) {
        self.build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        for (outcome, count) in &telemetry.schedule.decisions {
            self.decisions.with_label_values(&[outcome]).inc_by(*count);
        }
        for ((state, severity), count) in &telemetry.alerts {
            self.alerts.with_label_values(&[state, severity]).set(count.cast_signed());
        }
        for ((channel, result), count) in &telemetry.notifications {
            self.notifications.with_label_values(&[channel.as_str(), result]).inc_by(*count);
        }
        for (group, task, restarts) in &telemetry.task_restarts {
            self.tasks.with_label_values(&[group.as_ref(), task.as_ref()]).inc_by(*restarts);
        }
        self.wal.with_label_values(&[] as &[&str]).set(telemetry.wal_bytes.cast_signed());
    }
}

/// The histogram of decision times, from counters that the engine keeps itself.
fn decision_times(telemetry: &Telemetry, text: &mut String) {
    const NAME: &str = "multi_cluster_schedule_duration_seconds";
    let stats = &telemetry.schedule;
    let mut lines = format!("# HELP {NAME} Time of one decision.\n# TYPE {NAME} histogram\n");
    for (bound, count) in BUCKETS.iter().zip(stats.buckets) {
        let _ = writeln!(lines, "{NAME}_bucket{{le=\"{bound}\"}} {count}");
    }
    let _ = writeln!(lines, "{NAME}_bucket{{le=\"+Inf\"}} {}", stats.count);
    let _ = writeln!(lines, "{NAME}_sum {}\n{NAME}_count {}", stats.sum_seconds, stats.count);
    text.push_str(&lines);
}

fn seconds(since_ms: i64, now_ms: i64) -> f64 {
    (now_ms - since_ms).max(0) as f64 / 1000.0
}
