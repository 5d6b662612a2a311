//! What readers get: the fleet for decisions, rows for lists.

use crate::cluster::{Cluster, Streams};
use crate::stream::{Kept, Published};
use crate::usage::{self, NodeUsage, UsageByNode};
use model::fleet::{ClusterState, ClusterView, LastEvidence, NodeView, Observed, PodIndex};
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use model::labels::Labels;
use model::rows::{NodeRow, PodRow, Row};
use std::sync::{Arc, PoisonError};

/// Rows in order of namespace and name.
pub trait Rows: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a position below [`len`](Self::len).
    fn get(&self, at: usize) -> Option<&dyn Row>;

    /// All of them.
    fn iter(&self) -> Box<dyn Iterator<Item = &dyn Row> + '_>;
}

struct Parts<R: Kept>(Vec<Arc<Published<R>>>);

impl<R: Kept> Rows for Parts<R> {
    fn len(&self) -> usize {
        self.0.iter().map(|part| part.rows.len()).sum()
    }

    fn get(&self, mut at: usize) -> Option<&dyn Row> {
        for part in &self.0 {
            match part.rows.get(at) {
                Some(row) => return Some(&**row),
                None => at -= part.rows.len(),
            }
        }
        None
    }

    fn iter(&self) -> Box<dyn Iterator<Item = &dyn Row> + '_> {
        Box::new(self.0.iter().flat_map(|part| part.rows.iter()).map(|row| &**row as &dyn Row))
    }
}

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
    /// Of the newest change of this kind here.
    pub revision: u64,
    /// What is known.
    pub rows: Arc<dyn Rows>,
}

pub(crate) fn cluster_rows(cluster: &Cluster, kind: MirroredKind) -> ClusterRows {
    let meta = cluster.meta.load();
    let (observed, revision, rows) = match kind {
        MirroredKind::Pod => rows_of(&cluster.pods),
        MirroredKind::Node => rows_of(&cluster.nodes),
        MirroredKind::Namespace => rows_of(&cluster.namespaces),
        MirroredKind::Deployment => rows_of(&cluster.deployments),
        MirroredKind::ResourceQuota => rows_of(&cluster.quotas),
        MirroredKind::LimitRange => rows_of(&cluster.limit_ranges),
    };
    ClusterRows {
        id: cluster.id.clone(),
        name: Arc::clone(&meta.name),
        labels: meta.labels.clone(),
        state: cluster.health().state,
        evidence: cluster.evidence().get(&kind).copied().unwrap_or_default(),
        observed,
        revision,
        rows,
    }
}

fn rows_of<R: Kept>(streams: &Streams<R>) -> (Observed<()>, u64, Arc<dyn Rows>) {
    let (mut observed, mut parts) = (Observed::Known(()), Vec::with_capacity(streams.0.len()));
    for cell in &streams.0 {
        match cell.observed() {
            Observed::Known(part) => parts.push(part),
            Observed::NotAllowed => observed = Observed::NotAllowed,
            Observed::NotSynced if observed != Observed::NotAllowed => observed = Observed::NotSynced,
            Observed::NotSynced => {}
        }
    }
    let revision = parts.iter().map(|part| part.revision).max().unwrap_or(0);
    (observed, revision, Arc::new(Parts(parts)))
}

/// Every stream's picture, or why there is none: missing data is never "fits".
fn all<R: Kept>(streams: &Streams<R>) -> Observed<Vec<Arc<Published<R>>>> {
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

fn joined_rows<R: Kept>(parts: &[Arc<Published<R>>]) -> Arc<[Arc<R>]> {
    match parts {
        [one] => Arc::clone(&one.rows),
        several => several.iter().flat_map(|part| part.rows.iter().cloned()).collect(),
    }
}

fn map<T, U>(observed: Observed<T>, with: impl FnOnce(T) -> U) -> Observed<U> {
    match observed {
        Observed::Known(value) => Observed::Known(with(value)),
        Observed::NotSynced => Observed::NotSynced,
        Observed::NotAllowed => Observed::NotAllowed,
    }
}

/// What was built for the last reader.
#[derive(Default)]
pub(crate) struct ViewCache {
    touched: u64,
    view: Option<Arc<ClusterView>>,
    /// The revision of the pods behind the index of the view.
    pods: u64,
}

/// The cluster as the scheduler sees it: built anew only where something changed.
pub(crate) fn cluster_view(cluster: &Cluster) -> Arc<ClusterView> {
    let mut cache = cluster.view.lock().unwrap_or_else(PoisonError::into_inner);
    // Read first: what changes while the view is built makes the next reader build again.
    let touched = cluster.publisher.touched();
    let evidence = cluster.evidence();
    if let Some(view) = &cache.view
        && cache.touched == touched
    {
        if view.evidence == evidence {
            return Arc::clone(view);
        }
        let view = Arc::new(ClusterView { evidence, ..ClusterView::clone(view) });
        cache.view = Some(Arc::clone(&view));
        return view;
    }
    let pods = all(&cluster.pods);
    let revision = cluster.pods.0.iter().map(|cell| cell.revision()).max().unwrap_or(0);
    let index = match (&cache.view, &pods) {
        (_, Observed::NotSynced | Observed::NotAllowed) => Arc::default(),
        (Some(view), Observed::Known(_)) if cache.pods == revision && view.pods.known().is_some() => {
            Arc::clone(&view.pod_index)
        }
        (_, Observed::Known(parts)) => Arc::new(PodIndex::of(&joined_rows(parts))),
    };
    let view = Arc::new(build(cluster, pods, index, evidence));
    *cache = ViewCache { touched, view: Some(Arc::clone(&view)), pods: revision };
    view
}

fn build(
    cluster: &Cluster,
    pods: Observed<Vec<Arc<Published<PodRow>>>>,
    pod_index: Arc<PodIndex>,
    evidence: std::collections::BTreeMap<MirroredKind, LastEvidence>,
) -> ClusterView {
    let meta = cluster.meta.load();
    let (state, reason) = {
        let health = cluster.health();
        (health.state, Arc::clone(&health.reason))
    };
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
        nodes: nodes(all(&cluster.nodes), &pods),
        pods: map(pods, |parts| joined_rows(&parts)),
        pod_index,
        namespaces: map(all(&cluster.namespaces), |parts| joined_rows(&parts)),
        quotas: map(all(&cluster.quotas), |parts| joined_rows(&parts)),
        limit_ranges: map(all(&cluster.limit_ranges), |parts| joined_rows(&parts)),
    }
}

/// Nodes with what pods take of them. Without the pods their room is not known, so neither are they.
fn nodes(
    nodes: Observed<Vec<Arc<Published<NodeRow>>>>,
    pods: &Observed<Vec<Arc<Published<PodRow>>>>,
) -> Observed<Arc<[NodeView]>> {
    let usage = match pods {
        Observed::Known(parts) => joined_usage(parts),
        Observed::NotSynced => return Observed::NotSynced,
        Observed::NotAllowed => return Observed::NotAllowed,
    };
    map(nodes, |parts| joined_rows(&parts).iter().map(|row| node_view(row, usage.get(&row.meta.name))).collect())
}

fn joined_usage(parts: &[Arc<Published<PodRow>>]) -> Arc<UsageByNode> {
    match parts {
        [one] => Arc::clone(&one.side),
        several => {
            let mut sum = UsageByNode::new();
            several.iter().for_each(|part| usage::merge(&mut sum, &part.side));
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
