//! Reading clusters, and changing what is not a secret about them.

use super::Answer;
use leptos::server;
use leptos::server_fn::codec::GetUrl;
use model::wire::alerting::Alert;
use model::wire::cluster::{Cluster, ClusterSummary};
use model::wire::schedule::DecisionItem;
use serde::{Deserialize, Serialize};

/// The table of clusters: each with its figures, where there are any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterTable {
    pub clusters: Vec<Cluster>,
    pub summaries: Vec<ClusterSummary>,
}

/// One cluster with what happened on it lately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterDetail {
    pub cluster: Cluster,
    pub summary: ClusterSummary,
    pub alerts: Vec<Alert>,
    pub decisions: Vec<DecisionItem>,
}

/// How many past decisions a cluster's page shows.
#[cfg(feature = "ssr")]
const RECENT: usize = 8;

#[server(prefix = "/fn", endpoint = "clusters", input = GetUrl)]
pub async fn read_cluster_table(selector: Option<String>) -> Answer<ClusterTable> {
    let (engine, caller) = super::ask()?;
    let selector = selector.filter(|text| !text.trim().is_empty());
    Ok(ClusterTable {
        clusters: engine.clusters(&caller, selector.as_deref()).await?.items,
        summaries: engine.summaries(&caller).await?,
    })
}

#[server(prefix = "/fn", endpoint = "cluster", input = GetUrl)]
pub async fn read_cluster(name: String) -> Answer<ClusterDetail> {
    use engine::monitor::AlertQuery;
    use engine::schedule::DecisionQuery;
    let (engine, caller) = super::ask()?;
    let alerts = AlertQuery {
        state: Some(model::wire::alerting::AlertState::Firing),
        cluster: Some(name.clone()),
        ..Default::default()
    };
    let decisions = DecisionQuery { cluster: Some(name.clone()), limit: RECENT, ..Default::default() };
    Ok(ClusterDetail {
        cluster: engine.cluster(&caller, &name).await?,
        summary: engine.cluster_summary(&caller, &name).await?,
        alerts: engine.alerts(&caller, alerts).await?.items,
        decisions: engine.decisions(&caller, decisions).await?.items,
    })
}

/// Labels and taints as lines, as the form has them.
#[server(prefix = "/fn", endpoint = "cluster-settings")]
pub async fn save_cluster_settings(name: String, labels: String, taints: String, weight: u32) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    let patch = engine::registry::ClusterPatch {
        labels: Some(engine::registry::parse_labels(&labels)?),
        taints: Some(engine::registry::parse_taints(&taints)?),
        weight: Some(weight),
        ..Default::default()
    };
    engine.patch_cluster(&caller, &name, patch).await?;
    Ok(())
}

#[server(prefix = "/fn", endpoint = "cluster-cordon")]
pub async fn set_cluster_cordoned(name: String, cordoned: bool) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    match cordoned {
        true => engine.cordon(&caller, &name).await?,
        false => engine.uncordon(&caller, &name).await?,
    };
    Ok(())
}

#[server(prefix = "/fn", endpoint = "cluster-probe")]
pub async fn probe_cluster(name: String) -> Answer<()> {
    let (engine, caller) = super::ask()?;
    engine.probe(&caller, &name).await?;
    Ok(())
}

/// Removes the cluster when `confirm` is its name, and goes to the table of clusters.
#[server(prefix = "/fn", endpoint = "cluster-remove")]
pub async fn remove_cluster(name: String, confirm: String) -> Answer<()> {
    use model::wire::problem::{FieldError, Problem};
    let (engine, caller) = super::ask()?;
    if confirm.trim() != name {
        let field = FieldError::new("confirm", "name_mismatch", "Type the cluster's name exactly.");
        return Err(Problem::invalid(vec![field]).into());
    }
    engine.remove_cluster(&caller, &name).await?;
    leptos_axum::redirect("/clusters");
    Ok(())
}
