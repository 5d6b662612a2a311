//! What a decision reads: one immutable picture of every cluster, kept up to date by the mirror, so
//! that no decision copies the fleet.

mod pods;

pub use pods::PodSet;

use crate::ids::{ClusterId, DecisionId};
use crate::k8s::resources::Resources;
use crate::k8s::taint::Taint;
use crate::kinds::MirroredKind;
use crate::labels::Labels;
use crate::rows::{LimitRangeRow, NamespaceRow, NodeRow, QuotaRow};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The state of a cluster by its probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ClusterState {
    Online,
    /// Answers, but late, or not ready by its own word.
    Degraded,
    /// Three probes in a row missed.
    Offline,
    /// The credential is refused.
    AuthFailed,
    /// Its certificate is not the one that was trusted.
    Untrusted,
    /// Not probed yet.
    Pending,
}

impl ClusterState {
    pub fn as_str(self) -> &'static str {
        match self {
            ClusterState::Online => "Online",
            ClusterState::Degraded => "Degraded",
            ClusterState::Offline => "Offline",
            ClusterState::AuthFailed => "AuthFailed",
            ClusterState::Untrusted => "Untrusted",
            ClusterState::Pending => "Pending",
        }
    }
}

impl fmt::Display for ClusterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of one kind in one cluster. Missing data is never "fits".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Observed<T> {
    /// The last complete picture.
    Known(T),
    /// No complete list has arrived yet, or the picture is being rebuilt.
    #[default]
    NotSynced,
    /// The credential may not see this kind.
    NotAllowed,
}

impl<T> Observed<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Observed::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// Three clocks of one kind in one cluster; times in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LastEvidence {
    /// The last proof of life of the kind's own stream; None before the first.
    pub at_ms: Option<i64>,
    /// When the server last answered a probe, over whatever connection; None before the first.
    pub reached_ms: Option<i64>,
    /// Since when a change has waited to be shown; None where all is shown.
    pub unapplied_ms: Option<i64>,
}

impl LastEvidence {
    /// Seconds by which what is shown may be behind the cluster: since the last proof of life, or since the first
    /// change that is not shown yet.
    pub fn age(self, now_ms: i64) -> Option<f64> {
        self.at_ms.map(|at| seconds(at.min(self.unapplied_ms.unwrap_or(at)), now_ms))
    }

    /// Seconds since the server answered a probe.
    pub fn reachability(self, now_ms: i64) -> Option<f64> {
        self.reached_ms.map(|at| seconds(at, now_ms))
    }

    /// Seconds that the first change has waited to be shown; 0 where all is shown.
    pub fn apply_lag(self, now_ms: i64) -> f64 {
        self.unapplied_ms.map_or(0.0, |at| seconds(at, now_ms))
    }
}

fn seconds(since_ms: i64, now_ms: i64) -> f64 {
    (now_ms - since_ms).max(0) as f64 / 1000.0
}

/// A node with what its pods take of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    pub row: Arc<NodeRow>,
    /// Sum of the effective requests of the pods bound here that are not finished; terminating ones count.
    pub requested: Resources,
    /// The same with kube-scheduler's defaults for containers that request nothing (100m, 200 MB); for scores only.
    pub requested_non_zero: Resources,
    /// How many such pods there are.
    pub pods: i64,
    /// Host ports taken, as (protocol, port).
    pub host_ports: BTreeSet<(Arc<str>, u16)>,
}

/// The APIs that a cluster serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServedApis {
    /// (apiVersion, kind), as in `("apps/v1", "Deployment")`.
    pub kinds: BTreeSet<(Arc<str>, Arc<str>)>,
}

impl ServedApis {
    pub fn serves(&self, api_version: &str, kind: &str) -> bool {
        self.kinds.iter().any(|(v, k)| v.as_ref() == api_version && k.as_ref() == kind)
    }
}

/// One cluster as the scheduler sees it.
#[derive(Clone, Debug)]
pub struct ClusterView {
    pub id: ClusterId,
    pub name: Arc<str>,
    pub labels: Labels,
    pub taints: Vec<Taint>,
    pub weight: u32,
    pub cordoned: bool,
    pub state: ClusterState,
    pub reason: Arc<str>,
    /// The name under which this same cluster was registered before: nothing is placed here, whatever its state.
    pub duplicate_of: Option<Arc<str>>,
    /// The namespaces the credential is limited to; None when it sees all.
    pub limited_to: Option<Vec<String>>,
    pub evidence: BTreeMap<MirroredKind, LastEvidence>,
    pub served: Observed<Arc<ServedApis>>,
    /// Ordered by name.
    pub nodes: Observed<Arc<[NodeView]>>,
    pub pods: Observed<Arc<PodSet>>,
    pub namespaces: Observed<Arc<[Arc<NamespaceRow>]>>,
    pub quotas: Observed<Arc<[Arc<QuotaRow>]>>,
    pub limit_ranges: Observed<Arc<[Arc<LimitRangeRow>]>>,
}

/// Every registered cluster at one moment, ordered by name.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// Grows with every change of any cluster.
    pub revision: u64,
    pub clusters: Vec<Arc<ClusterView>>,
}

/// Pods carry the decision that placed them under this label, so that a reservation shrinks as they appear.
pub const DECISION_LABEL: &str = "pilothouse.io/decision";

/// Room held for a decision whose pods are not all there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    pub decision: DecisionId,
    pub cluster: ClusterId,
    pub namespace: Arc<str>,
    /// The effective request of one replica.
    pub per_replica: Resources,
    pub replicas: i64,
    /// Milliseconds since the Unix epoch; past it the reservation holds nothing.
    pub expires_at_ms: i64,
}
