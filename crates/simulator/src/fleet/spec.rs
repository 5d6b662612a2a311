//! What a fleet looks like.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::FleetError;

/// How much happens by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Churn {
    /// Watch events per second and cluster, on average; 0 for none.
    pub events_per_second: f64,
}

impl Churn {
    /// Nothing happens by itself.
    pub const NONE: Self = Self { events_per_second: 0.0 };
}

/// How large a pod is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodSize {
    /// With environment, volumes, probes and managedFields: 5–8 KB.
    Realistic,
    /// The fields that controllers need: 2–3 KB.
    Slim,
}

/// What to generate and how it behaves.
#[derive(Debug, Clone)]
pub struct FleetSpec {
    /// Number of clusters.
    pub clusters: usize,
    /// Nodes per cluster.
    pub nodes: usize,
    /// Pods per cluster, running from the start.
    pub pods: usize,
    /// Decides over everything generated and over all chance later.
    pub seed: u64,
    /// The address of all listeners.
    pub listen: IpAddr,
    /// Cluster `i` listens on `base_port + i`; without it on a free port.
    pub base_port: Option<u16>,
    /// The port of the control endpoint; without it a free one.
    pub control_port: Option<u16>,
    /// Changes that happen by themselves.
    pub churn: Churn,
    /// From a pod bound to a pod running, give or take a half.
    pub start_delay: Duration,
    /// The share of new pods in `0..=1` that fail to start.
    pub failure_ratio: f64,
    /// Size of pods on the wire.
    pub pod_size: PodSize,
    /// Whether a few workloads are broken from the start.
    pub broken_workloads: bool,
    /// The share of CPU and memory in `0..1` that generated pods ask for.
    pub fill: f64,
    /// Between a node's heartbeats.
    pub heartbeat: Duration,
    /// Between bookmarks of a watch.
    pub bookmark_interval: Duration,
}

impl Default for FleetSpec {
    fn default() -> Self {
        Self {
            clusters: 3,
            nodes: 12,
            pods: 240,
            seed: 1,
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            base_port: None,
            control_port: None,
            churn: Churn { events_per_second: 1.0 },
            start_delay: Duration::from_millis(1500),
            failure_ratio: 0.0,
            pod_size: PodSize::Realistic,
            broken_workloads: true,
            fill: 0.85,
            heartbeat: Duration::from_secs(60),
            bookmark_interval: Duration::from_secs(5),
        }
    }
}

impl FleetSpec {
    /// Empty clusters in which nothing happens by itself, and pods start almost at once: for tests.
    pub fn quiet(clusters: usize, nodes: usize) -> Self {
        Self {
            clusters,
            nodes,
            pods: 0,
            churn: Churn::NONE,
            start_delay: Duration::from_millis(20),
            broken_workloads: false,
            ..Self::default()
        }
    }

    pub(super) fn validate(&self) -> Result<(), FleetError> {
        let check = |holds: bool, field, rule| if holds { Ok(()) } else { Err(FleetError::Spec { field, rule }) };
        check((1..=1000).contains(&self.clusters), "clusters", "must be between 1 and 1000")?;
        check(self.nodes <= 5000, "nodes", "must be at most 5000")?;
        check(self.pods == 0 || self.nodes > 0, "nodes", "must be at least 1 where there are pods")?;
        check(self.pods <= 150_000, "pods", "must be at most 150000")?;
        check((0.0..=1.0).contains(&self.failure_ratio), "failure_ratio", "must be between 0 and 1")?;
        check((0.05..0.96).contains(&self.fill), "fill", "must be at least 0.05 and below 0.96")?;
        check(
            (0.0..=10_000.0).contains(&self.churn.events_per_second),
            "churn.events_per_second",
            "must be between 0 and 10000",
        )?;
        let last = self.base_port.map_or(0, |port| usize::from(port) + self.clusters - 1);
        check(last <= usize::from(u16::MAX), "base_port", "base_port + clusters must stay below 65536")?;
        check(self.base_port != Some(0), "base_port", "must not be 0; leave it out for free ports")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_fields_are_named() {
        let base = FleetSpec::default;
        let cases = [
            (FleetSpec { clusters: 0, ..base() }, "clusters"),
            (FleetSpec { nodes: 0, ..base() }, "nodes"),
            (FleetSpec { failure_ratio: f64::NAN, ..base() }, "failure_ratio"),
            (FleetSpec { fill: 1.0, ..base() }, "fill"),
            (FleetSpec { base_port: Some(65_535), ..base() }, "base_port"),
        ];
        for (spec, expected) in cases {
            let error = spec.validate().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        base().validate().unwrap();
    }
}
