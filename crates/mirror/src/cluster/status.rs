//! A cluster as pages and metrics show it.

use super::Cluster;
use crate::settings::ClusterMeta;
use crate::stream::{Life, Sync};
use model::fleet::{ClusterState, LastEvidence, Observed, ServedApis};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One cluster at one moment.
#[derive(Debug, Clone)]
pub struct ClusterStatus {
    /// For as long as it is registered.
    pub id: ClusterId,
    /// What people say about it.
    pub meta: Arc<ClusterMeta>,
    /// The namespaces the credential is limited to; None when it sees all.
    pub limited_to: Option<Vec<String>>,
    /// The UID of its `kube-system` namespace, where that may be seen.
    pub uid: Option<Arc<str>>,
    /// The server's version, once known.
    pub version: Option<Arc<str>>,
    /// The state by its probes and streams.
    pub state: ClusterState,
    /// A stable word for why.
    pub reason: Arc<str>,
    /// A sentence for people, without secrets; may be empty.
    pub detail: Arc<str>,
    /// When the state was entered, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// Probes missed in a row.
    pub missed_probes: u32,
    /// How long the last probe took; None where it was not answered.
    pub probe_latency: Option<Duration>,
    /// What it serves.
    pub served: Observed<Arc<ServedApis>>,
    /// Every kind, by its oldest stream.
    pub kinds: Vec<KindStatus>,
}

/// One kind of one cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct KindStatus {
    /// The kind.
    pub kind: MirroredKind,
    /// Whether its rows are known.
    pub observed: Observed<()>,
    /// The last proof of life.
    pub evidence: LastEvidence,
    /// Failures in a row of the stream that fails most.
    pub consecutive_failures: u32,
    /// A stable word for the last failure, while it lasts.
    pub last_error: Option<&'static str>,
    /// How many objects there are, where they are too many to keep and only counted.
    pub counted: Option<u64>,
}

impl Cluster {
    pub fn status(&self) -> ClusterStatus {
        let evidence = self.evidence();
        let kinds = MirroredKind::ALL.map(|kind| {
            let lives: Vec<&Life> =
                self.streams().filter(|stream| stream.kind == kind).map(|stream| &**stream.life).collect();
            KindStatus {
                kind,
                observed: joined(lives.iter().map(|life| life.sync())),
                evidence: evidence.get(&kind).copied().unwrap_or_default(),
                consecutive_failures: lives
                    .iter()
                    .map(|life| life.counters.consecutive_failures.load(Ordering::Relaxed))
                    .max()
                    .unwrap_or(0),
                last_error: lives.iter().find_map(|life| life.last_error()),
                counted: lives.iter().filter_map(|life| life.count()).reduce(|sum, count| sum + count),
            }
        });
        let health = self.health();
        ClusterStatus {
            id: self.id.clone(),
            meta: self.meta.load_full(),
            limited_to: self.limited_to.clone(),
            uid: self.uid(),
            version: (**self.version.load()).clone(),
            state: health.state,
            reason: Arc::clone(&health.reason),
            detail: Arc::clone(&health.detail),
            since_ms: health.since_ms,
            missed_probes: health.misses,
            probe_latency: health.latency,
            served: (**self.served.load()).clone(),
            kinds: kinds.to_vec(),
        }
    }
}

/// Several streams are as the worst of them.
fn joined(mut syncs: impl Iterator<Item = Sync>) -> Observed<()> {
    let mut all = Observed::Known(());
    loop {
        match syncs.next() {
            Some(Sync::NotAllowed) => return Observed::NotAllowed,
            Some(Sync::Never) => all = Observed::NotSynced,
            Some(Sync::Synced) => {}
            None => return all,
        }
    }
}
