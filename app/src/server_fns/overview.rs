//! The overview: what needs a person, and one summary per cluster.

use super::Answer;
use leptos::server;
use leptos::server_fn::codec::GetUrl;
use model::wire::alerting::Alert;
use model::wire::cluster::{Cluster, ClusterSummary};
use model::wire::schedule::DecisionItem;
use serde::{Deserialize, Serialize};

/// Everything on the overview, of one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OverviewData {
    pub clusters: Vec<Cluster>,
    pub summaries: Vec<ClusterSummary>,
    pub firing: Vec<Alert>,
    pub waiting: Vec<DecisionItem>,
}

#[server(prefix = "/fn", endpoint = "overview", input = GetUrl)]
pub async fn read_overview() -> Answer<OverviewData> {
    use engine::monitor::AlertQuery;
    use engine::schedule::DecisionQuery;
    use model::wire::alerting::AlertState;
    use model::wire::schedule::Outcome;
    let (engine, caller) = super::ask()?;
    let firing = AlertQuery { state: Some(AlertState::Firing), ..Default::default() };
    let waiting = DecisionQuery { outcome: Some(Outcome::NeedsIntervention), ..Default::default() };
    Ok(OverviewData {
        clusters: engine.clusters(&caller, None).await?.items,
        summaries: engine.summaries(&caller).await?,
        firing: engine.alerts(&caller, firing).await?.items,
        waiting: engine.decisions(&caller, waiting).await?.items,
    })
}
