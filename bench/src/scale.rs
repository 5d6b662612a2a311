//! How much is measured.

use std::time::Duration;

/// The size of a run.
pub struct Scale {
    /// Clusters followed.
    pub clusters: usize,
    /// Pods of each.
    pub pods: usize,
    /// Nodes of each where pods are what counts.
    pub nodes: usize,
    /// Clusters that differ; the others hold the same objects again.
    pub distinct: usize,
    /// Clusters, of 1,000 pods each, over which events come in.
    pub busy_clusters: usize,
    /// Events that come in.
    pub events: usize,
    /// Pods in the peer's store, which would not fit otherwise.
    pub peer_pods: usize,
    /// Lists asked for.
    pub lists: usize,
    /// Clusters of 1,000 nodes that a decision looks at.
    pub decided_clusters: usize,
    /// Decisions of each workload.
    pub decisions: usize,
    /// How long the steady state of the server is watched.
    pub steady: Duration,
    /// Clusters that fall silent, one after the other.
    pub silences: usize,
    /// Lists asked for over HTTP.
    pub http_lists: usize,
    /// Changes looked for in a browser.
    pub painted: usize,
    /// Starts after a crash.
    pub restarts: usize,
    /// Healthy clusters, beside as many bad ones, of 500 pods each.
    pub healthy: usize,
    /// Changes looked for in them, with and without bad ones.
    pub seen: usize,
    /// Stands before what a figure was measured over, where that is not what its targets are set for.
    pub note: &'static str,
}

impl Scale {
    /// What the targets are set for.
    pub const FULL: Self = Self {
        clusters: 100,
        pods: 5_000,
        nodes: 100,
        distinct: 4,
        busy_clusters: 20,
        events: 200_000,
        peer_pods: 20_000,
        lists: 600,
        decided_clusters: 100,
        decisions: 200,
        steady: Duration::from_secs(300),
        silences: 5,
        http_lists: 3_000,
        painted: 300,
        restarts: 3,
        healthy: 100,
        seen: 200,
        note: "",
    };

    /// For a look after a change.
    pub const QUICK: Self = Self {
        clusters: 20,
        pods: 1_000,
        nodes: 20,
        distinct: 4,
        busy_clusters: 20,
        events: 40_000,
        peer_pods: 8_000,
        lists: 400,
        decided_clusters: 100,
        decisions: 40,
        steady: Duration::from_secs(60),
        silences: 3,
        http_lists: 1_000,
        painted: 100,
        restarts: 3,
        healthy: 16,
        seen: 60,
        note: "smaller than what the targets are set for: ",
    };
}
