//! One registered cluster: its streams, its health, what it serves.

mod health;
mod probe;
mod start;
mod status;

pub(crate) use probe::{run_discovery, run_probe};
pub(crate) use start::{ClusterDeps, start};
pub use status::{ClusterStatus, KindStatus};

use crate::changes::Publisher;
use crate::member::Member;
use crate::settings::ClusterMeta;
use crate::starts::StartLog;
use crate::stream::{Kept, Life, StreamCell};
use crate::view::ViewCache;
use arc_swap::ArcSwap;
use health::Health;
use model::fleet::{LastEvidence, Observed, ServedApis};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use model::rows::{DeploymentRow, LimitRangeRow, NamespaceRow, NodeRow, PodRow, QuotaRow};
use runtime::supervise::Supervisor;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// The streams of one kind: one, or one a namespace, in their order.
pub(crate) struct Streams<R: Kept>(pub Vec<Arc<StreamCell<R>>>);

impl<R: Kept> Streams<R> {
    fn new(namespaces: &[Option<Arc<str>>]) -> Self {
        Self(namespaces.iter().map(|namespace| Arc::new(StreamCell::new(namespace.clone()))).collect())
    }

    fn lives(&self) -> impl Iterator<Item = StreamRef<'_>> {
        self.0.iter().map(|cell| StreamRef { kind: R::KIND, namespace: cell.namespace.as_ref(), life: &cell.life })
    }
}

/// A stream, whatever its kind.
#[derive(Clone, Copy)]
pub(crate) struct StreamRef<'c> {
    pub kind: MirroredKind,
    pub namespace: Option<&'c Arc<str>>,
    pub life: &'c Arc<Life>,
}

impl StreamRef<'_> {
    /// The name of its task.
    pub fn task_name(&self) -> String {
        match self.namespace {
            None => self.kind.key().to_owned(),
            Some(namespace) => format!("{}/{namespace}", self.kind.key()),
        }
    }
}

pub(crate) struct Cluster {
    pub id: ClusterId,
    pub meta: ArcSwap<ClusterMeta>,
    /// Sorted.
    pub limited_to: Option<Vec<String>>,
    pub member: watch::Sender<Arc<dyn Member>>,
    pub pods: Streams<PodRow>,
    pub nodes: Streams<NodeRow>,
    pub namespaces: Streams<NamespaceRow>,
    pub deployments: Streams<DeploymentRow>,
    pub quotas: Streams<QuotaRow>,
    pub limit_ranges: Streams<LimitRangeRow>,
    health: Mutex<Health>,
    pub served: ArcSwap<Observed<Arc<ServedApis>>>,
    pub version: ArcSwap<Option<Arc<str>>>,
    pub starts: Arc<StartLog>,
    pub publisher: Arc<Publisher>,
    /// Asks for a probe now.
    pub probe_now: Notify,
    /// Asks for a look at what is served now.
    pub discover_now: Notify,
    pub supervisor: Supervisor,
    pub view: Mutex<ViewCache>,
}

impl Cluster {
    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn streams(&self) -> impl Iterator<Item = StreamRef<'_>> {
        self.pods
            .lives()
            .chain(self.nodes.lives())
            .chain(self.namespaces.lives())
            .chain(self.deployments.lives())
            .chain(self.quotas.lives())
            .chain(self.limit_ranges.lives())
    }

    /// The age of each kind, by its oldest stream; kinds the credential may not see have none.
    pub fn evidence(&self) -> BTreeMap<MirroredKind, LastEvidence> {
        let mut evidence: BTreeMap<MirroredKind, LastEvidence> = BTreeMap::new();
        for stream in self.streams() {
            let own = LastEvidence { at_ms: stream.life.evidence_ms() };
            evidence
                .entry(stream.kind)
                .and_modify(|oldest| {
                    if own.at_ms.is_none_or(|own| oldest.at_ms.is_some_and(|oldest| own < oldest)) {
                        *oldest = own;
                    }
                })
                .or_insert(own);
        }
        evidence
    }

    /// The UID of its `kube-system` namespace, where that may be seen.
    pub fn uid(&self) -> Option<Arc<str>> {
        self.namespaces.0.iter().find_map(|cell| {
            let Observed::Known(published) = cell.observed() else { return None };
            let at = published.rows.binary_search_by(|row| row.meta.name.as_ref().cmp("kube-system")).ok()?;
            Some(Arc::clone(&published.rows[at].meta.uid))
        })
    }
}
