//! Reading the metrics of API servers and of etcd. Each cluster has a deadline of its own, so that none holds up
//! another.

use crate::Engine;
use futures::future::join_all;
use jiff::Timestamp;
use kubeapi::client::CallError;
use kubeapi::metrics::{Buckets, scrape_etcd_leader_changes};
use model::fleet::ClusterState;
use model::ids::ClusterId;
use model::wire::cluster::MetricsSources;
use runtime::http::GuardedClient;
use std::time::Duration;
use tokio::time::sleep;

pub(super) const LATENCY_EVERY: Duration = Duration::from_secs(60);
pub(super) const ETCD_EVERY: Duration = Duration::from_secs(30);
const DEADLINE: Duration = Duration::from_secs(10);

impl Engine {
    /// Reads the latency histogram of every API server that answers, one after the other over [`LATENCY_EVERY`]: all at
    /// once they would take the processors from everyone for as long as that takes.
    pub(super) async fn scrape_latency(&self) {
        let fleet = self.mirror().fleet();
        let answers = |id: &ClusterId| {
            let view = fleet.clusters.iter().find(|view| view.id == *id);
            view.is_some_and(|view| matches!(view.state, ClusterState::Online | ClusterState::Degraded))
        };
        let members = self.members().all();
        let asked: Vec<_> = members
            .iter()
            .filter(|member| answers(&member.id))
            .filter_map(|member| Some((&member.id, member.client.as_ref()?)))
            .collect();
        let pause = LATENCY_EVERY / u32::try_from(asked.len()).unwrap_or(u32::MAX).max(1);
        let scrapes = asked.into_iter().zip(0..).map(|((id, client), turn)| async move {
            sleep(pause * turn).await;
            self.record_latency(id, client.api_latency(DEADLINE).await);
        });
        join_all(scrapes).await;
    }

    fn record_latency(&self, id: &ClusterId, scraped: Result<Buckets, CallError>) {
        let mut figures = self.monitor().figures();
        let latency = &mut figures.entry(id.clone()).or_default().latency;
        match scraped {
            Ok(buckets) => latency.record(Timestamp::now().as_millisecond(), buckets),
            Err(error) if matches!(error.status(), Some(401 | 403)) => latency.refused(),
            Err(error) => tracing::debug!(cluster = %id, %error, "the API server's metrics could not be read"),
        }
    }

    /// Reads the leader changes of every cluster with a source for them.
    pub(super) async fn scrape_etcd(&self, client: &GuardedClient) {
        let members = self.members().all();
        let sources: Vec<(&ClusterId, Option<String>)> = members
            .iter()
            .map(|member| {
                let sources: MetricsSources = member.row.metrics_sources.read().unwrap_or_default();
                (&member.id, sources.etcd)
            })
            .collect();
        let scrapes = sources.iter().filter_map(|(id, url)| {
            let url = url.as_deref()?;
            Some(async move { (*id, scrape_etcd_leader_changes(client, url, DEADLINE).await) })
        });
        let found = join_all(scrapes).await;
        let now_ms = Timestamp::now().as_millisecond();
        let mut figures = self.monitor().figures();
        for (id, url) in &sources {
            figures.entry((*id).clone()).or_default().etcd.has_source = url.is_some();
        }
        for (id, scraped) in found {
            match scraped {
                Ok(count) => figures.entry(id.clone()).or_default().etcd.record(now_ms, count),
                Err(error) => tracing::debug!(cluster = %id, %error, "the metrics of etcd could not be read"),
            }
        }
    }
}
