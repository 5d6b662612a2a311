//! The control endpoint: the faults of every cluster over plain HTTP.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::board::FaultBoard;
use super::fault::{Effect, Fault};

/// What the control endpoint can do to a cluster.
pub trait ControlledCluster: Send + Sync {
    /// Its name in the path.
    fn name(&self) -> &str;
    /// The base URL of its API server.
    fn server(&self) -> &str;
    /// Its faults.
    fn faults(&self) -> &Arc<FaultBoard>;
    /// Forgets the watch history, so that older resource versions are answered with 410.
    fn compact(&self);
    /// Sets whether a node is ready; false when there is no such node.
    fn set_node_ready(&self, node: &str, ready: bool) -> bool;
    /// Sets how many changes a second the cluster makes by itself.
    fn set_churn(&self, events_per_second: f64);
    /// Sets what etcd says of its leader elections.
    fn set_leader_changes(&self, total: u64);
    /// Numbers worth seeing: objects by kind, resource version.
    fn summary(&self) -> Value;
}

type Clusters = Arc<Vec<Arc<dyn ControlledCluster>>>;

/// Routes: `GET /clusters`, `GET|PUT|POST|DELETE /clusters/{name}/faults`,
/// `POST /clusters/{name}/compact|freeze|scale-load|leader-changes|node/{node}/ready`.
pub fn control_router(clusters: Vec<Arc<dyn ControlledCluster>>) -> Router {
    Router::new()
        .route("/clusters", get(list))
        .route("/clusters/{name}/faults", get(faults).put(set_faults).post(add_fault).delete(clear_faults))
        .route("/clusters/{name}/compact", post(compact))
        .route("/clusters/{name}/freeze", post(freeze))
        .route("/clusters/{name}/scale-load", post(scale_load))
        .route("/clusters/{name}/leader-changes", post(leader_changes))
        .route("/clusters/{name}/node/{node}/ready", post(node_ready))
        .with_state(Arc::new(clusters))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultList {
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    frozen: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ready {
    ready: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Load {
    events_per_second: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaderChanges {
    total: u64,
}

struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn bad(error: impl std::fmt::Display) -> Refused {
    Refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}

fn find<'a>(clusters: &'a Clusters, name: &str) -> Result<&'a Arc<dyn ControlledCluster>, Refused> {
    clusters
        .iter()
        .find(|cluster| cluster.name() == name)
        .ok_or_else(|| Refused(StatusCode::NOT_FOUND, format!("no cluster named {name:?}")))
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(bad)
}

async fn list(State(clusters): State<Clusters>) -> Json<Value> {
    let describe = |cluster: &Arc<dyn ControlledCluster>| {
        json!({
            "name": cluster.name(), "server": cluster.server(),
            "faults": cluster.faults().list(), "summary": cluster.summary(),
        })
    };
    Json(json!({"clusters": clusters.iter().map(describe).collect::<Vec<_>>()}))
}

fn shown(cluster: &Arc<dyn ControlledCluster>) -> Json<Value> {
    Json(json!({"faults": cluster.faults().list()}))
}

async fn faults(State(clusters): State<Clusters>, Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    Ok(shown(find(&clusters, &name)?))
}

async fn set_faults(
    State(clusters): State<Clusters>,
    Path(name): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<Value>, Refused> {
    let cluster = find(&clusters, &name)?;
    cluster.faults().set(parse::<FaultList>(&body)?.faults).map_err(bad)?;
    Ok(shown(cluster))
}

async fn add_fault(
    State(clusters): State<Clusters>,
    Path(name): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<Value>, Refused> {
    let cluster = find(&clusters, &name)?;
    cluster.faults().add(parse(&body)?).map_err(bad)?;
    Ok(shown(cluster))
}

async fn clear_faults(State(clusters): State<Clusters>, Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    let cluster = find(&clusters, &name)?;
    cluster.faults().clear();
    Ok(shown(cluster))
}

async fn compact(State(clusters): State<Clusters>, Path(name): Path<String>) -> Result<StatusCode, Refused> {
    find(&clusters, &name)?.compact();
    Ok(StatusCode::NO_CONTENT)
}

async fn freeze(
    State(clusters): State<Clusters>,
    Path(name): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<Value>, Refused> {
    let cluster = find(&clusters, &name)?;
    let frozen = parse::<Freeze>(&body)?.frozen;
    cluster.faults().remove(|fault| fault.effect == Effect::FrozenWatch && !fault.is_limited());
    if frozen {
        cluster.faults().add(Fault::always(Effect::FrozenWatch)).map_err(bad)?;
    }
    Ok(shown(cluster))
}

async fn scale_load(
    State(clusters): State<Clusters>,
    Path(name): Path<String>,
    body: bytes::Bytes,
) -> Result<StatusCode, Refused> {
    let cluster = find(&clusters, &name)?;
    let Load { events_per_second } = parse(&body)?;
    if !(0.0..=10_000.0).contains(&events_per_second) {
        return Err(bad("eventsPerSecond must be between 0 and 10000"));
    }
    cluster.set_churn(events_per_second);
    Ok(StatusCode::NO_CONTENT)
}

async fn leader_changes(
    State(clusters): State<Clusters>,
    Path(name): Path<String>,
    body: bytes::Bytes,
) -> Result<StatusCode, Refused> {
    let cluster = find(&clusters, &name)?;
    cluster.set_leader_changes(parse::<LeaderChanges>(&body)?.total);
    Ok(StatusCode::NO_CONTENT)
}

async fn node_ready(
    State(clusters): State<Clusters>,
    Path((name, node)): Path<(String, String)>,
    body: bytes::Bytes,
) -> Result<StatusCode, Refused> {
    let cluster = find(&clusters, &name)?;
    let Ready { ready } = parse(&body)?;
    if cluster.set_node_ready(&node, ready) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refused(StatusCode::NOT_FOUND, format!("no node named {node:?}")))
    }
}
