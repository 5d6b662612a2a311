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
use crate::stream::{Life, StreamCell};
use crate::view::ViewCache;
use arc_swap::ArcSwap;
use health::Health;
use model::fleet::{LastEvidence, Observed, ServedApis};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use runtime::supervise::Supervisor;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// The streams of one kind: one, or one a namespace, in their order.
pub(crate) struct Streams(pub Vec<Arc<StreamCell>>);

impl Streams {
    fn new(namespaces: &[Option<Arc<str>>]) -> Self {
        Self(namespaces.iter().map(|namespace| Arc::new(StreamCell::new(namespace.clone()))).collect())
    }
}

/// A stream, whatever its kind.
#[derive(Clone, Copy)]
pub(crate) struct StreamRef<'c> {
    pub kind: MirroredKind,
    pub namespace: Option<&'c Arc<str>>,
    pub life: &'c Arc<Life>,
    pub cell: &'c StreamCell,
}

impl<'c> StreamRef<'c> {
    pub fn new(kind: MirroredKind, cell: &'c StreamCell) -> Self {
        Self { kind, namespace: cell.namespace.as_ref(), life: &cell.life, cell }
    }

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
    /// In the order of [`MirroredKind::ALL`].
    kinds: [Streams; MirroredKind::ALL.len()],
    health: Mutex<Health>,
    /// When a probe was answered last, milliseconds since the Unix epoch; 0 before the first.
    pub reached_ms: AtomicI64,
    pub served: ArcSwap<Observed<Arc<ServedApis>>>,
    pub version: ArcSwap<Option<Arc<str>>>,
    pub starts: Arc<StartLog>,
    pub publisher: Arc<Publisher>,
    /// Whether the cluster is known not to answer, so that its streams need not try.
    pub breaker: watch::Sender<bool>,
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

    /// The streams of one kind.
    pub fn of(&self, kind: MirroredKind) -> &Streams {
        &self.kinds[kind as usize]
    }

    pub fn streams(&self) -> impl Iterator<Item = StreamRef<'_>> {
        MirroredKind::ALL
            .into_iter()
            .flat_map(|kind| self.of(kind).0.iter().map(move |cell| StreamRef::new(kind, cell)))
    }

    /// The age of a kind, by its oldest stream; None where any has none yet, or where the credential may not see it.
    pub fn evidence_of(&self, kind: MirroredKind) -> LastEvidence {
        let lives = || self.of(kind).0.iter().map(|cell| &cell.life);
        let times = lives().map(|life| life.evidence_ms());
        LastEvidence {
            at_ms: times.reduce(|oldest, own| oldest.zip(own).map(|(a, b)| a.min(b))).flatten(),
            reached_ms: Some(self.reached_ms.load(Ordering::Acquire)).filter(|at| *at != 0),
            unapplied_ms: lives().filter_map(|life| life.unapplied_ms()).min(),
        }
    }

    /// The age of each kind.
    pub fn evidence(&self) -> BTreeMap<MirroredKind, LastEvidence> {
        MirroredKind::ALL.into_iter().map(|kind| (kind, self.evidence_of(kind))).collect()
    }

    /// The UID of its `kube-system` namespace, where that may be seen.
    pub fn uid(&self) -> Option<Arc<str>> {
        self.of(MirroredKind::Namespace).0.iter().find_map(|cell| {
            let Observed::Known(published) = cell.observed() else { return None };
            published.rows.find(None, "kube-system").map(|row| Arc::from(row.uid()))
        })
    }
}
