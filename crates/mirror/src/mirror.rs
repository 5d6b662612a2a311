//! The mirror as a whole.

use crate::changes::{Changes, Revisions};
use crate::checkpoint::{CheckpointStore, Work, run_saver, saver_channel};
use crate::cluster::{self, Cluster, ClusterDeps, ClusterStatus};
use crate::member::Member;
use crate::metrics::{StreamMetrics, stream_metrics};
use crate::settings::{ClusterConfig, ClusterMeta, Settings};
use crate::starts::PodStart;
use crate::view::{KindSnapshot, cluster_rows, cluster_view};
use arc_swap::ArcSwap;
use kubeapi::listwatch::Admission;
use model::fleet::Fleet;
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use runtime::supervise::{ShutdownOutcome, Supervisor};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// A store that does not answer must not keep a cluster from being followed.
const LOAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long the tasks of a removed cluster may take to end.
const REMOVAL_DEADLINE: Duration = Duration::from_secs(3);

/// What the mirror stands on.
pub struct Deps {
    /// How to run.
    pub settings: Settings,
    /// Its tasks become this supervisor's children.
    pub supervisor: Supervisor,
    /// Where rows and positions outlive the process.
    pub checkpoints: Arc<dyn CheckpointStore>,
}

/// A cluster cannot be added, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// No cluster has this id.
    #[error("no cluster with id {0}")]
    Unknown(ClusterId),
    /// A cluster has this id already.
    #[error("a cluster with id {0} is mirrored already")]
    Duplicate(ClusterId),
}

/// Every registered cluster, in memory. Cheap to clone.
#[derive(Clone)]
pub struct Mirror(Arc<Inner>);

struct Inner {
    deps: ClusterDeps,
    clusters: ArcSwap<BTreeMap<ClusterId, Arc<Cluster>>>,
    /// Held while the set of clusters changes.
    changing: Mutex<()>,
    store: Arc<dyn CheckpointStore>,
    saver: Supervisor,
}

impl Mirror {
    /// A mirror without clusters. Belongs into a Tokio runtime.
    pub fn new(deps: Deps) -> Self {
        let (checkpoints, writes) = saver_channel();
        let saver = deps.supervisor.child("checkpoints");
        let (writes, store) = (Arc::new(tokio::sync::Mutex::new(writes)), Arc::clone(&deps.checkpoints));
        saver.spawn("saver", move |stop| {
            let (writes, store) = (Arc::clone(&writes), Arc::clone(&store));
            async move {
                run_saver(store, &mut *writes.lock().await, stop).await;
                Ok::<(), Infallible>(())
            }
        });
        Self(Arc::new(Inner {
            deps: ClusterDeps {
                admission: Admission::new(deps.settings.list_pages_at_once, deps.settings.watch_bytes_a_second),
                settings: Arc::new(deps.settings),
                revisions: Arc::new(Revisions::new()),
                checkpoints,
                supervisor: deps.supervisor.child("mirror"),
            },
            clusters: ArcSwap::default(),
            changing: Mutex::new(()),
            store: deps.checkpoints,
            saver,
        }))
    }

    /// Starts following a cluster, from its checkpoint where there is one.
    ///
    /// # Errors
    /// [`MirrorError::Duplicate`].
    pub async fn add_cluster(&self, config: ClusterConfig) -> Result<(), MirrorError> {
        let id = config.id.clone();
        let saved = match timeout(LOAD_DEADLINE, self.0.store.load(&id)).await {
            Ok(Ok(saved)) => saved,
            Ok(Err(error)) => {
                tracing::warn!(cluster = %id, %error, "cannot load the checkpoint: starting cold");
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.clusters.load().contains_key(&id) {
            return Err(MirrorError::Duplicate(id));
        }
        let cluster = cluster::start(&self.0.deps, config, saved);
        self.change(|clusters| {
            clusters.insert(id, Arc::clone(&cluster));
        });
        cluster.publisher.meta();
        Ok(())
    }

    fn change(&self, with: impl FnOnce(&mut BTreeMap<ClusterId, Arc<Cluster>>)) {
        let mut clusters = BTreeMap::clone(&self.0.clusters.load());
        with(&mut clusters);
        self.0.clusters.store(Arc::new(clusters));
        let revisions = &self.0.deps.revisions;
        revisions.touch_kinds(revisions.next());
    }

    fn cluster_of(&self, id: &ClusterId) -> Result<Arc<Cluster>, MirrorError> {
        self.0.clusters.load().get(id).cloned().ok_or_else(|| MirrorError::Unknown(id.clone()))
    }

    /// Sets what people say about a cluster.
    ///
    /// # Errors
    /// [`MirrorError::Unknown`].
    pub fn update_meta(&self, id: &ClusterId, meta: ClusterMeta) -> Result<(), MirrorError> {
        let cluster = self.cluster_of(id)?;
        cluster.meta.store(Arc::new(meta));
        cluster.publisher.meta();
        Ok(())
    }

    /// Follows a cluster over another client, with another credential say. Rows and versions stay.
    ///
    /// # Errors
    /// [`MirrorError::Unknown`].
    pub fn replace_client(&self, id: &ClusterId, client: Arc<dyn Member>) -> Result<(), MirrorError> {
        self.cluster_of(id)?.member.send_replace(client);
        Ok(())
    }

    /// Stops following a cluster, and forgets its rows and its checkpoint.
    ///
    /// # Errors
    /// [`MirrorError::Unknown`].
    pub async fn remove_cluster(&self, id: &ClusterId) -> Result<(), MirrorError> {
        let cluster = {
            let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
            let cluster = self.cluster_of(id)?;
            self.change(|clusters| {
                clusters.remove(id);
            });
            cluster
        };
        cluster.publisher.meta();
        cluster.supervisor.shutdown(REMOVAL_DEADLINE).await;
        // The saver is gone only while the whole mirror stops.
        let _stopping = self.0.deps.checkpoints.send(Work::Forget(id.clone())).await;
        Ok(())
    }

    /// Every cluster as a decision reads it. Clusters that did not change are shared with the call before.
    pub fn fleet(&self) -> Arc<Fleet> {
        // Read first: a change in between belongs to the next revision.
        let revision = self.revision();
        let mut clusters: Vec<_> = self.0.clusters.load().values().map(|cluster| cluster_view(cluster)).collect();
        clusters.sort_by(|a, b| a.name.cmp(&b.name));
        Arc::new(Fleet { revision, clusters })
    }

    /// The rows of a kind in every cluster.
    pub fn snapshot(&self, kind: MirroredKind) -> KindSnapshot {
        let revision = self.kind_revision(kind);
        let mut clusters: Vec<_> = self.0.clusters.load().values().map(|cluster| cluster_rows(cluster, kind)).collect();
        clusters.sort_by(|a, b| a.name.cmp(&b.name));
        KindSnapshot { kind, revision, clusters }
    }

    /// Every cluster as pages and metrics show it, ordered by name.
    pub fn clusters(&self) -> Vec<ClusterStatus> {
        let mut clusters: Vec<_> = self.0.clusters.load().values().map(|cluster| cluster.status()).collect();
        clusters.sort_by(|a, b| a.meta.name.cmp(&b.meta.name));
        clusters
    }

    /// One cluster as pages and metrics show it.
    pub fn cluster(&self, id: &ClusterId) -> Option<ClusterStatus> {
        self.cluster_of(id).ok().map(|cluster| cluster.status())
    }

    /// Everything that changes from now on.
    pub fn changes(&self) -> Changes {
        self.0.deps.revisions.feed.subscribe()
    }

    /// Grows with every change of anything.
    pub fn revision(&self) -> u64 {
        self.0.deps.revisions.current()
    }

    /// Grows with every change of rows of this kind.
    pub fn kind_revision(&self, kind: MirroredKind) -> u64 {
        self.0.deps.revisions.of_kind(kind)
    }

    /// The pod starts that ended since the last call, by cluster. For one caller alone.
    pub fn drain_pod_starts(&self) -> Vec<(ClusterId, Vec<PodStart>)> {
        let clusters = self.0.clusters.load();
        clusters.values().map(|cluster| (cluster.id.clone(), cluster.starts.drain())).collect()
    }

    /// What every stream counted.
    pub fn metrics(&self) -> Vec<StreamMetrics> {
        self.0.clusters.load().values().flat_map(|cluster| stream_metrics(cluster)).collect()
    }

    /// Probes a cluster now.
    ///
    /// # Errors
    /// [`MirrorError::Unknown`].
    pub fn probe_now(&self, id: &ClusterId) -> Result<(), MirrorError> {
        self.cluster_of(id)?.probe_now.notify_one();
        Ok(())
    }

    /// Verifies every stream of a cluster by a full list now.
    ///
    /// # Errors
    /// [`MirrorError::Unknown`].
    pub fn verify_now(&self, id: &ClusterId) -> Result<(), MirrorError> {
        self.cluster_of(id)?.streams().for_each(|stream| stream.life.verify.notify_one());
        Ok(())
    }

    /// Stops all streams, then saves what they left. Takes at most `deadline`.
    pub async fn shutdown(&self, deadline: Duration) -> ShutdownOutcome {
        let begun = tokio::time::Instant::now();
        let streams = self.0.deps.supervisor.shutdown(deadline.mul_f64(0.6)).await;
        let saver = self.0.saver.shutdown(deadline.saturating_sub(begun.elapsed())).await;
        if streams == ShutdownOutcome::Drained { saver } else { streams }
    }
}
