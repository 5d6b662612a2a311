//! `/api/v1/clusters`.

use super::extract::{Json as Body, Params, Who};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::registry::{ClusterPatch, CredentialRequest, NewCluster, NewCredential};
use model::wire::cluster::{Cluster, ClusterSummary, Validation};
use model::wire::list::Items;
use model::wire::problem::Problem;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Select {
    /// As in `env=prod,region in (cn-shanghai,cn-beijing)`.
    selector: Option<String>,
}

/// A credential to try; what `POST /api/v1/clusters` takes will do too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trial {
    credential: CredentialRequest,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    namespaces: Option<Vec<String>>,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(validate))
        .routes(routes!(get, patch, delete))
        .routes(routes!(credential))
        .routes(routes!(summary))
        .routes(routes!(probe))
        .routes(routes!(cordon))
        .routes(routes!(uncordon))
}

/// Registered clusters, by name.
#[utoipa::path(get, path = "/api/v1/clusters", tag = "clusters", params(Select),
    responses((status = 200, body = Items<Cluster>), (status = 400, body = Problem)))]
async fn list(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(select): Params<Select>,
) -> Result<Json<Items<Cluster>>, ApiError> {
    Ok(Json(shared.engine.clusters(&caller, select.selector.as_deref()).await?))
}

/// Register a cluster; one that cannot be reached now is registered all the same.
#[utoipa::path(post, path = "/api/v1/clusters", tag = "clusters",
    request_body(content = Object, description = "name, labels?, taints?, weight?, credential, insecure?, namespaces?, metricsSources?"),
    responses((status = 201, body = Cluster), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(shared): State<Shared>,
    Who(caller): Who,
    Body(new): Body<NewCluster>,
) -> Result<(StatusCode, Json<Cluster>), ApiError> {
    Ok((StatusCode::CREATED, Json(shared.engine.add_cluster(&caller, new).await?)))
}

/// Try a credential; nothing is saved.
#[utoipa::path(post, path = "/api/v1/clusters/validate", tag = "clusters",
    request_body(content = Object, description = "credential, insecure?, namespaces?"),
    responses((status = 200, body = Validation), (status = 422, body = Problem)))]
async fn validate(
    State(shared): State<Shared>,
    Who(caller): Who,
    Body(trial): Body<Trial>,
) -> Result<Json<Validation>, ApiError> {
    let asked = shared
        .engine
        .validate_cluster(&caller, trial.credential, trial.insecure, trial.namespaces.unwrap_or_default())
        .await?;
    Ok(Json(asked))
}

/// One cluster.
#[utoipa::path(get, path = "/api/v1/clusters/{name}", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = Cluster), (status = 404, body = Problem)))]
async fn get(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<Json<Cluster>, ApiError> {
    Ok(Json(shared.engine.cluster(&caller, &name).await?))
}

/// Rename, label, taint, weigh, cordon.
#[utoipa::path(patch, path = "/api/v1/clusters/{name}", tag = "clusters", params(("name" = String, Path)),
    request_body(content = Object, description = "name?, labels?, taints?, weight?, cordoned?, namespaces?, metricsSources?"),
    responses((status = 200, body = Cluster), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn patch(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    Body(change): Body<ClusterPatch>,
) -> Result<Json<Cluster>, ApiError> {
    Ok(Json(shared.engine.patch_cluster(&caller, &name, change).await?))
}

/// Remove a cluster. Its history stays.
#[utoipa::path(delete, path = "/api/v1/clusters/{name}", tag = "clusters", params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    shared.engine.remove_cluster(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Try a new credential, then swap it in; the old one is gone afterwards.
#[utoipa::path(put, path = "/api/v1/clusters/{name}/credential", tag = "clusters", params(("name" = String, Path)),
    request_body(content = Object, description = "credential, insecure?"),
    responses((status = 200, body = Cluster), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn credential(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    Body(new): Body<NewCredential>,
) -> Result<Json<Cluster>, ApiError> {
    Ok(Json(shared.engine.replace_credential(&caller, &name, new).await?))
}

/// A cluster's figures now.
#[utoipa::path(get, path = "/api/v1/clusters/{name}/summary", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = ClusterSummary), (status = 404, body = Problem)))]
async fn summary(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<Json<ClusterSummary>, ApiError> {
    Ok(Json(shared.engine.cluster_summary(&caller, &name).await?))
}

/// Ask the cluster now.
#[utoipa::path(post, path = "/api/v1/clusters/{name}/probe", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = Cluster), (status = 404, body = Problem)))]
async fn probe(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<Json<Cluster>, ApiError> {
    Ok(Json(shared.engine.probe(&caller, &name).await?))
}

/// Place nothing new here.
#[utoipa::path(post, path = "/api/v1/clusters/{name}/cordon", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = Cluster), (status = 404, body = Problem)))]
async fn cordon(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<Json<Cluster>, ApiError> {
    Ok(Json(shared.engine.cordon(&caller, &name).await?))
}

/// Allow placements again.
#[utoipa::path(post, path = "/api/v1/clusters/{name}/uncordon", tag = "clusters", params(("name" = String, Path)),
    responses((status = 200, body = Cluster), (status = 404, body = Problem)))]
async fn uncordon(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<Json<Cluster>, ApiError> {
    Ok(Json(shared.engine.uncordon(&caller, &name).await?))
}
