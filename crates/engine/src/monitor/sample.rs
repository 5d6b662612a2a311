//! Measuring: SLIs from the mirror and the scrapes.

use super::figures::{Figures, Measured, Missing};
use crate::Engine;
use crate::problem::Answer;
use jiff::Timestamp;
use model::fleet::{ClusterState, ClusterView, Observed};
use model::ids::ClusterId;
use model::wire::alerting::SliNow;
use model::wire::problem::Problem;
use store::repositories::slis::Sample;

/// As often as Prometheus scrapes: what charts need, at a bearable size.
const KEEP_EVERY_MS: i64 = 15_000;

impl Engine {
    /// The latest value of every SLI of a cluster; empty before the first measurement.
    pub(crate) fn sli_now(&self, id: &ClusterId) -> Vec<SliNow> {
        let now_ms = Timestamp::now().as_millisecond();
        self.monitor().figures().get(id).map(|figures| figures.told(now_ms)).unwrap_or_default()
    }

    /// Leader changes as the cluster's metrics source counts them.
    pub(crate) fn etcd_leader_changes(&self, id: &ClusterId) -> Option<f64> {
        self.monitor().figures().get(id)?.etcd.total()
    }

    /// Measures every cluster, and forgets those that were removed.
    pub(super) async fn sample(&self, now: Timestamp) -> Result<(), Problem> {
        let kept = self.measure(now);
        if kept.is_empty() {
            return Ok(());
        }
        let mut unit = self.store().begin().await.answer()?;
        unit.slis().insert(&kept).await.answer()?;
        unit.commit().await.answer()
    }

    fn measure(&self, now: Timestamp) -> Vec<Sample> {
        let now_ms = now.as_millisecond();
        let fleet = self.mirror().fleet();
        let starts = self.mirror().drain_pod_starts();
        let mut all = self.monitor().figures();
        all.retain(|id, _| fleet.clusters.iter().any(|view| view.id == *id));
        let mut kept = Vec::new();
        for view in &fleet.clusters {
            let figures = all.entry(view.id.clone()).or_default();
            for start in starts.iter().filter(|(id, _)| *id == view.id).flat_map(|(_, starts)| starts) {
                figures.starts.record(start.at_ms, start.ok);
            }
            let values = values(view, figures, now_ms);
            figures.sample(now_ms, values);
            let samples = figures.due(now_ms, KEEP_EVERY_MS).into_iter();
            kept.extend(samples.map(|(sli, value)| Sample {
                cluster_id: view.id.to_string(),
                sli: sli.key().to_string(),
                at: now,
                value,
            }));
        }
        kept
    }
}

/// In the order of `Sli::ALL`.
fn values(view: &ClusterView, figures: &mut Figures, now_ms: i64) -> [Measured; 4] {
    [
        node_ready_ratio(view),
        match (&view.pods, figures.starts.ratio(now_ms)) {
            (Observed::NotAllowed, _) => Err(Missing::NotAllowed),
            (_, ratio) => ratio.ok_or(Missing::NoData),
        },
        figures.latency.p95(now_ms),
        figures.etcd.per_hour(now_ms),
    ]
}

fn node_ready_ratio(view: &ClusterView) -> Measured {
    match &view.nodes {
        Observed::NotAllowed => Err(Missing::NotAllowed),
        Observed::NotSynced => Err(Missing::NoData),
        // The last picture of a cluster that cannot be seen says nothing of now.
        Observed::Known(_) if !matches!(view.state, ClusterState::Online | ClusterState::Degraded) => {
            Err(Missing::NoData)
        }
        Observed::Known(nodes) if nodes.is_empty() => Err(Missing::NoData),
        Observed::Known(nodes) => {
            let ready = nodes.iter().filter(|node| node.row.ready).count();
            Ok(ready as f64 / nodes.len() as f64)
        }
    }
}
