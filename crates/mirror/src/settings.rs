//! What the mirror is told: how to run, and what a cluster is.

use crate::member::Member;
use kubeapi::listwatch::Limits;
use model::ids::ClusterId;
use model::k8s::taint::Taint;
use model::labels::Labels;
use std::sync::Arc;
use std::time::Duration;

/// Four thousand changes of pods a second: about half of what a core takes in, sockets and all.
const WATCH_BYTES_A_CORE: u64 = 32 << 20;

/// How the mirror runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Between the starts of two probes of a cluster.
    pub probe_interval: Duration,
    /// How long a probe may take; shorter than the interval.
    pub probe_deadline: Duration,
    /// A probe slower than this makes a cluster `Degraded`.
    pub slow_probe: Duration,
    /// Between the verifying lists of a stream, each up to a quarter earlier.
    pub relist_interval: Duration,
    /// Between looks at a kind that the credential may not see.
    pub not_allowed_retry: Duration,
    /// Between lists of what a cluster serves.
    pub discovery_interval: Duration,
    /// At most one snapshot a stream in this time.
    pub publish_interval: Duration,
    /// At most one checkpoint a stream in this time.
    pub checkpoint_interval: Duration,
    /// Pages of lists read at once, over all clusters.
    pub list_pages_at_once: usize,
    /// Bytes of changes a second that all watches of all clusters may bring in the long run.
    pub watch_bytes_a_second: u64,
    /// The streams of a cluster start spread over this time.
    pub start_spread: Duration,
    /// A pod that is not ready this long after its creation has failed to start.
    pub pod_start_deadline: Duration,
    /// How long events stay that their cluster has forgotten.
    pub retention: Retention,
    /// What one stream may take.
    pub limits: Limits,
    /// Bytes that the rows of one stream may take; beyond it, or a flood of changes, its objects are only counted.
    pub stream_bytes: usize,
    /// Between two counts of objects that are too many to keep.
    pub count_interval: Duration,
    /// After so long it is tried again whether they can be kept.
    pub over_budget_retry: Duration,
}

/// How long rows stay that outlive their object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Since it was of interest last.
    pub age: Duration,
    /// Bytes that the rows of one stream may take; beyond it the oldest go.
    pub bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            probe_interval: Duration::from_secs(2),
            probe_deadline: Duration::from_millis(1500),
            slow_probe: Duration::from_secs(1),
            relist_interval: Duration::from_secs(600),
            not_allowed_retry: Duration::from_secs(60),
            discovery_interval: Duration::from_secs(300),
            publish_interval: Duration::from_millis(20),
            checkpoint_interval: Duration::from_secs(2),
            list_pages_at_once: 6,
            watch_bytes_a_second: cores() * WATCH_BYTES_A_CORE,
            start_spread: Duration::from_millis(500),
            pod_start_deadline: Duration::from_secs(300),
            retention: Retention { age: Duration::from_secs(14 * 86_400), bytes: 2 << 20 },
            limits: Limits::default(),
            stream_bytes: 128 << 20,
            count_interval: Duration::from_secs(30),
            over_budget_retry: Duration::from_secs(300),
        }
    }
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}

/// What people say about a cluster; may change at any time.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterMeta {
    /// Unique among the clusters registered now.
    pub name: Arc<str>,
    /// Labels of the cluster itself.
    pub labels: Labels,
    /// Taints of the cluster itself.
    pub taints: Vec<Taint>,
    /// Its weight for placements.
    pub weight: u32,
    /// Nothing new is placed on it.
    pub cordoned: bool,
    /// The name under which this same cluster was registered before: nothing is placed here, whatever its state.
    pub duplicate_of: Option<Arc<str>>,
}

/// A cluster to mirror.
pub struct ClusterConfig {
    /// For as long as it is registered.
    pub id: ClusterId,
    /// What may change.
    pub meta: ClusterMeta,
    /// The namespaces the credential is limited to; None when it sees all. To change it, remove and add the cluster.
    pub limited_to: Option<Vec<String>>,
    /// How to reach it.
    pub client: Arc<dyn Member>,
}
