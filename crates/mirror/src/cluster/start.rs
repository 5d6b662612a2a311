//! Puts a cluster together and starts its tasks.

use super::health::Health;
use super::{Cluster, StreamRef, Streams, run_discovery, run_probe};
use crate::changes::{Publisher, Revisions};
use crate::checkpoint::{CheckpointSender, StreamCheckpoint, StreamKey};
use crate::clock::now_ms;
use crate::settings::{ClusterConfig, Settings};
use crate::starts::StartLog;
use crate::stream::{self, Kept, Restored, SideContext, StreamTask};
use crate::view::ViewCache;
use arc_swap::ArcSwap;
use kubeapi::listwatch::{Admission, Pace};
use model::fleet::Observed;
use model::kinds::MirroredKind;
use model::rows::{
    ClaimRow, DaemonSetRow, DeploymentRow, EventRow, JobRow, LimitRangeRow, NamespaceRow, NodeRow, PodRow, QuotaRow,
    ReplicaSetRow, StatefulSetRow,
};
use runtime::supervise::Supervisor;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, watch};

pub(crate) struct ClusterDeps {
    pub settings: Arc<Settings>,
    pub admission: Admission,
    pub revisions: Arc<Revisions>,
    pub checkpoints: CheckpointSender,
    pub supervisor: Supervisor,
}

/// Starts following a cluster, from what was saved of it where that can be read.
pub(crate) fn start(deps: &ClusterDeps, config: ClusterConfig, saved: Vec<StreamCheckpoint>) -> Arc<Cluster> {
    let cluster = Arc::new(assemble(deps, config));
    let mut starter = Starter { deps, cluster: &cluster, saved };
    // Nodes and pods first: they are what people look at.
    starter.spawn::<NodeRow>();
    starter.spawn::<PodRow>();
    starter.spawn::<NamespaceRow>();
    starter.spawn::<DeploymentRow>();
    starter.spawn::<StatefulSetRow>();
    starter.spawn::<DaemonSetRow>();
    starter.spawn::<ReplicaSetRow>();
    starter.spawn::<JobRow>();
    starter.spawn::<QuotaRow>();
    starter.spawn::<LimitRangeRow>();
    starter.spawn::<ClaimRow>();
    starter.spawn::<EventRow>();
    let (settings, own) = (&deps.settings, &cluster.supervisor);
    let (probed, probing) = (Arc::clone(&cluster), Arc::clone(settings));
    own.spawn("probe", move |stop| run_probe(Arc::clone(&probed), Arc::clone(&probing), stop));
    let (asked, asking) = (Arc::clone(&cluster), Arc::clone(settings));
    own.spawn("discovery", move |stop| run_discovery(Arc::clone(&asked), Arc::clone(&asking), stop));
    cluster
}

fn assemble(deps: &ClusterDeps, config: ClusterConfig) -> Cluster {
    let ClusterConfig { id, meta, limited_to, client } = config;
    let limited_to = limited_to.map(|mut namespaces| {
        namespaces.sort();
        namespaces.dedup();
        namespaces
    });
    let whole = vec![None];
    let each: Vec<Option<Arc<str>>> = match &limited_to {
        None => vec![None],
        Some(namespaces) => namespaces.iter().map(|namespace| Some(Arc::from(namespace.as_str()))).collect(),
    };
    Cluster {
        publisher: Arc::new(Publisher::new(Arc::clone(&deps.revisions))),
        supervisor: deps.supervisor.child(id.as_str()),
        id,
        meta: ArcSwap::from_pointee(meta),
        limited_to,
        member: watch::Sender::new(client),
        kinds: MirroredKind::ALL.map(|kind| Streams::new(if kind.spec().namespaced { &each } else { &whole })),
        health: Mutex::new(Health::new(now_ms(), deps.settings.slow_probe)),
        reached_ms: AtomicI64::new(0),
        served: ArcSwap::from_pointee(Observed::NotSynced),
        version: ArcSwap::from_pointee(None),
        starts: Arc::new(StartLog::default()),
        breaker: watch::Sender::new(false),
        probe_now: Notify::new(),
        discover_now: Notify::new(),
        view: Mutex::new(ViewCache::default()),
    }
}

struct Starter<'s> {
    deps: &'s ClusterDeps,
    cluster: &'s Arc<Cluster>,
    saved: Vec<StreamCheckpoint>,
}

impl Starter<'_> {
    fn spawn<R: Kept>(&mut self) {
        for cell in &self.cluster.of(R::KIND).0 {
            let namespace = cell.namespace.as_deref().unwrap_or_default();
            let task = Arc::new(StreamTask {
                key: StreamKey { cluster: self.cluster.id.clone(), kind: R::KIND, namespace: namespace.to_owned() },
                cell: Arc::clone(cell),
                member: self.cluster.member.subscribe(),
                pace: Pace::new(&self.deps.settings.limits, self.deps.admission.clone()),
                breaker: self.cluster.breaker.subscribe(),
                settings: Arc::clone(&self.deps.settings),
                side: SideContext {
                    starts: Arc::clone(&self.cluster.starts),
                    start_deadline: self.deps.settings.pod_start_deadline,
                },
                publisher: Arc::clone(&self.cluster.publisher),
                checkpoints: self.deps.checkpoints.clone(),
                restored: Mutex::new(self.restored::<R>(namespace)),
            });
            let name = StreamRef::new(R::KIND, cell).task_name();
            self.cluster.supervisor.spawn(name, move |stop| stream::run(Arc::clone(&task), stop));
        }
    }

    fn restored<R: Kept>(&mut self, namespace: &str) -> Option<Restored<R>> {
        let is_own = |kind: MirroredKind, of: &str| kind == R::KIND && of == namespace;
        let at = self.saved.iter().position(|saved| is_own(saved.key.kind, &saved.key.namespace))?;
        Restored::from_checkpoint(self.saved.swap_remove(at))
    }
}
