//! What streams count.

use crate::cluster::{Cluster, StreamRef};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The counters of one stream since it was started here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamMetrics {
    /// The cluster.
    pub cluster: ClusterId,
    /// Its name now.
    pub cluster_name: Arc<str>,
    /// The kind.
    pub kind: MirroredKind,
    /// The namespace, where the credential is limited to some.
    pub namespace: Option<Arc<str>>,
    /// The last proof of life, milliseconds since the Unix epoch.
    pub evidence_ms: Option<i64>,
    /// Since when a change has waited to be shown, likewise.
    pub unapplied_ms: Option<i64>,
    /// When the server last answered a probe, likewise.
    pub reached_ms: Option<i64>,
    /// Bytes that the rows shown take.
    pub memory: u64,
    /// Failures by reason, a stable word each.
    pub failures: BTreeMap<&'static str, u64>,
    /// Failures in a row.
    pub consecutive_failures: u32,
    /// Lists completed.
    pub lists: u64,
    /// Watches opened.
    pub watches: u64,
    /// Watches given up because they were silent.
    pub idle_watches: u64,
    /// Bytes of lists and watches, inflated.
    pub bytes: u64,
    /// Objects that could not be read.
    pub skipped: u64,
    /// Differences that a verifying list found and set right.
    pub corrections: u64,
    /// Verifying lists that did not come to an end.
    pub failed_verifications: u64,
    /// How often the task broke down and was started again.
    pub restarts: u64,
}

pub(crate) fn stream_metrics(cluster: &Cluster) -> Vec<StreamMetrics> {
    let name = Arc::clone(&cluster.meta.load().name);
    let restarts: BTreeMap<String, u64> = cluster
        .supervisor
        .tasks()
        .into_iter()
        .filter(|task| *task.group == *cluster.id.as_str())
        .map(|task| (task.name.to_string(), task.restarts))
        .collect();
    cluster.streams().map(|stream| of_stream(cluster, &name, stream, &restarts)).collect()
}

fn of_stream(
    cluster: &Cluster,
    name: &Arc<str>,
    stream: StreamRef<'_>,
    restarts: &BTreeMap<String, u64>,
) -> StreamMetrics {
    let counters = &stream.life.counters;
    StreamMetrics {
        cluster: cluster.id.clone(),
        cluster_name: Arc::clone(name),
        kind: stream.kind,
        namespace: stream.namespace.cloned(),
        evidence_ms: stream.life.evidence_ms(),
        unapplied_ms: stream.life.unapplied_ms(),
        memory: stream.cell.memory(),
        reached_ms: Some(cluster.reached_ms.load(Ordering::Acquire)).filter(|at| *at != 0),
        failures: counters.failures(),
        consecutive_failures: counters.consecutive_failures.load(Ordering::Relaxed),
        lists: counters.lists.load(Ordering::Relaxed),
        watches: counters.watches.load(Ordering::Relaxed),
        idle_watches: counters.idle_watches.load(Ordering::Relaxed),
        bytes: counters.bytes.load(Ordering::Relaxed),
        skipped: counters.skipped.load(Ordering::Relaxed),
        corrections: counters.corrections.load(Ordering::Relaxed),
        failed_verifications: counters.failed_verifications.load(Ordering::Relaxed),
        restarts: restarts.get(&stream.task_name()).copied().unwrap_or(0),
    }
}
