//! What the frame around every page shows.

use super::Answer;
use leptos::server;
use leptos::server_fn::codec::GetUrl;
use model::fleet::ClusterState;
use serde::{Deserialize, Serialize};

/// The scope chooser's choices and the bell's count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameInfo {
    pub clusters: Vec<(String, ClusterState)>,
    pub firing: u64,
}

#[server(prefix = "/fn", endpoint = "frame", input = GetUrl)]
pub async fn read_frame() -> Answer<FrameInfo> {
    use model::wire::alerting::AlertState;
    let (engine, caller) = super::ask()?;
    let clusters = engine.clusters(&caller, None).await?;
    let firing = engine
        .alerts(&caller, engine::monitor::AlertQuery { state: Some(AlertState::Firing), ..Default::default() })
        .await?;
    Ok(FrameInfo {
        clusters: clusters.items.into_iter().map(|cluster| (cluster.name, cluster.state)).collect(),
        firing: firing.items.len() as u64,
    })
}
