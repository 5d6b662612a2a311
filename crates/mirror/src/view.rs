//! What readers get: the fleet for decisions, rows for lists.

use crate::cluster::{Cluster, Streams};
use crate::stream::Published;
use crate::usage::{self, NodeUsage, UsageByNode};
use model::columns::{Columnar, Snapshot};
use model::fleet::{ClusterState, ClusterView, LastEvidence, NodeView, Observed, PodSet};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use model::labels::Labels;
use model::rows::{LimitRangeRow, NamespaceRow, NodeRow, QuotaRow};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// The rows of one kind in every cluster.
pub struct KindSnapshot {
    /// The kind.
    pub kind: MirroredKind,
    /// Of the newest change of this kind in any cluster.
    pub revision: u64,
    /// Ordered by name.
    pub clusters: Vec<ClusterRows>,
}

/// The rows of one kind in one cluster.
pub struct ClusterRows {
    /// The cluster.
    pub id: ClusterId,
    /// Its name.
    pub name: Arc<str>,
    /// Its own labels.
    pub labels: Labels,
    /// Its state.
    pub state: ClusterState,
    /// The last proof of life of this kind.
    pub evidence: LastEvidence,
    /// Whether the rows are all there are; `NotAllowed` where the credential may not see (some of) them.
    pub observed: Observed<()>,
    /// How many objects there are, where they are too many to keep and only counted.
    pub counted: Option<u64>,
    /// Of the newest change of this kind here.
    pub revision: u64,
    /// What is known: one picture, or one a namespace where the credential is limited to some.
    pub parts: Vec<Arc<Snapshot>>,
}

impl ClusterRows {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

pub(crate) fn cluster_rows(cluster: &Cluster, kind: MirroredKind) -> ClusterRows {
    let meta = cluster.meta.load();
    let (mut observed, mut parts, mut revision) = (Observed::Known(()), Vec::new(), 0);
    let cells = &cluster.of(kind).0;
    for cell in cells {
        match cell.observed() {
            Observed::Known(part) => {
                revision = revision.max(part.revision);
                parts.push(Arc::clone(&part.rows));
            }
            Observed::NotAllowed => observed = Observed::NotAllowed,
            Observed::NotSynced if observed != Observed::NotAllowed => observed = Observed::NotSynced,
            Observed::NotSynced => {}
        }
    }
    ClusterRows {
        id: cluster.id.clone(),
        name: Arc::clone(&meta.name),
        labels: meta.labels.clone(),
        state: cluster.health().state,
        evidence: cluster.evidence_of(kind),
        observed,
        counted: cells.iter().filter_map(|cell| cell.life.count()).reduce(|sum, count| sum + count),
        revision,
        parts,
    }
}

/// Every stream's picture, or why there is none: missing data is never "fits".
fn all(streams: &Streams) -> Observed<Vec<Arc<Published>>> {
    let mut parts = Vec::with_capacity(streams.0.len());
    let mut unsynced = false;
    for cell in &streams.0 {
        match cell.observed() {
            Observed::Known(part) => parts.push(part),
            Observed::NotAllowed => return Observed::NotAllowed,
            Observed::NotSynced => unsynced = true,
        }
    }
    if unsynced { Observed::NotSynced } else { Observed::Known(parts) }
}

fn map<T, U>(observed: Observed<T>, with: impl FnOnce(T) -> U) -> Observed<U> {
    match observed {
        Observed::Known(value) => Observed::Known(with(value)),
        Observed::NotSynced => Observed::NotSynced,
        Observed::NotAllowed => Observed::NotAllowed,
    }
}

/// What was made of the streams of one kind, for as long as they say the same.
struct Made<T>(Option<(Vec<Arc<Published>>, Arc<T>)>);

impl<T> Default for Made<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Made<T> {
    fn of(&mut self, parts: Vec<Arc<Published>>, make: impl FnOnce(&[Arc<Published>]) -> Arc<T>) -> Arc<T> {
        let same = |known: &[Arc<Published>]| {
            known.len() == parts.len() && known.iter().zip(&parts).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        match &self.0 {
            Some((known, made)) if same(known) => Arc::clone(made),
            _ => {
                let made = make(&parts);
                self.0 = Some((parts, Arc::clone(&made)));
                made
            }
        }
    }
}

type Sorted<R> = Vec<Arc<R>>;

/// Rows of these parts, ordered by namespace and name, so that decisions do not hang on the order of arrival.
fn sorted<R: Columnar>(parts: &[Arc<Published>]) -> Arc<Sorted<R>> {
    let rows = parts.iter().flat_map(|part| part.rows.rows().map(|row| Arc::new(R::read(row.meta(), &row))));
    let mut rows: Vec<Arc<R>> = rows.collect();
    rows.sort_by(|a, b| (&a.meta().namespace, &a.meta().name).cmp(&(&b.meta().namespace, &b.meta().name)));
    Arc::new(rows)
}

/// What was built for the last reader.
#[derive(Default)]
pub(crate) struct ViewCache {
    touched: u64,
    view: Option<Arc<ClusterView>>,
    pods: Made<PodSet>,
    nodes: Made<Sorted<NodeRow>>,
    namespaces: Made<Sorted<NamespaceRow>>,
    quotas: Made<Sorted<QuotaRow>>,
    limit_ranges: Made<Sorted<LimitRangeRow>>,
}

/// The cluster as the scheduler sees it: built anew only where something changed.
pub(crate) fn cluster_view(cluster: &Cluster) -> Arc<ClusterView> {
    let mut cache = cluster.view.lock().unwrap_or_else(PoisonError::into_inner);
    // Read first: what changes while the view is built makes the next reader build again.
    let touched = cluster.publisher.touched();
    let evidence = cluster.evidence();
    let view = match &cache.view {
        Some(view) if cache.touched == touched && view.evidence == evidence => return Arc::clone(view),
        Some(view) if cache.touched == touched => ClusterView { evidence, ..ClusterView::clone(view) },
        _ => build(cluster, &mut cache, evidence),
    };
    let view = Arc::new(view);
    (cache.touched, cache.view) = (touched, Some(Arc::clone(&view)));
    view
}

fn build(cluster: &Cluster, cache: &mut ViewCache, evidence: BTreeMap<MirroredKind, LastEvidence>) -> ClusterView {
    let meta = cluster.meta.load();
    let (state, reason) = {
        let health = cluster.health();
        (health.state, Arc::clone(&health.reason))
    };
    let known = |kind| all(cluster.of(kind));
    let pods = known(MirroredKind::Pod);
    ClusterView {
        id: cluster.id.clone(),
        name: Arc::clone(&meta.name),
        labels: meta.labels.clone(),
        taints: meta.taints.clone(),
        weight: meta.weight,
        cordoned: meta.cordoned,
        state,
        reason,
        duplicate_of: meta.duplicate_of.clone(),
        limited_to: cluster.limited_to.clone(),
        evidence,
        served: (**cluster.served.load()).clone(),
        nodes: nodes(map(known(MirroredKind::Node), |parts| cache.nodes.of(parts, sorted)), &pods),
        pods: map(pods, |parts| cache.pods.of(parts, pod_set)),
        namespaces: map(known(MirroredKind::Namespace), |parts| shared(&cache.namespaces.of(parts, sorted))),
        quotas: map(known(MirroredKind::ResourceQuota), |parts| shared(&cache.quotas.of(parts, sorted))),
        limit_ranges: map(known(MirroredKind::LimitRange), |parts| shared(&cache.limit_ranges.of(parts, sorted))),
    }
}

fn shared<R>(rows: &[Arc<R>]) -> Arc<[Arc<R>]> {
    rows.into()
}

fn pod_set(parts: &[Arc<Published>]) -> Arc<PodSet> {
    Arc::new(PodSet::new(parts.iter().map(|part| Arc::clone(&part.rows)).collect()))
}

/// Nodes with what pods take of them. Without the pods their room is not known, so neither are they.
fn nodes(nodes: Observed<Arc<Sorted<NodeRow>>>, pods: &Observed<Vec<Arc<Published>>>) -> Observed<Arc<[NodeView]>> {
    let usage = match pods {
        Observed::Known(parts) => joined_usage(parts),
        Observed::NotSynced => return Observed::NotSynced,
        Observed::NotAllowed => return Observed::NotAllowed,
    };
    map(nodes, |rows| rows.iter().map(|row| node_view(row, usage.get(&row.meta.name))).collect())
}

fn joined_usage(parts: &[Arc<Published>]) -> Arc<UsageByNode> {
    match parts {
        [one] => Arc::clone(&one.usage),
        several => {
            let mut sum = UsageByNode::new();
            several.iter().for_each(|part| usage::merge(&mut sum, &part.usage));
            Arc::new(sum)
        }
    }
}

fn node_view(row: &Arc<NodeRow>, usage: Option<&Arc<NodeUsage>>) -> NodeView {
    let none = NodeUsage::default();
    let usage = usage.map_or(&none, |usage| &**usage);
    NodeView {
        row: Arc::clone(row),
        requested: usage.requested.clone(),
        requested_non_zero: usage.requested_non_zero.clone(),
        pods: usage.pods,
        host_ports: usage.host_ports(),
    }
}
