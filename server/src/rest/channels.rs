//! `/api/v1/channels` and `/deliveries`.

use super::extract::{Json as Body, Params, Who};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::monitor::{ChannelUpdate, DeliveryQuery, NewChannel};
use model::wire::alerting::{Channel, ChannelTest, Delivery};
use model::wire::list::Items;
use model::wire::problem::Problem;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DeliveryParams {
    channel: Option<String>,
    /// `pending`, `delivering`, `delivered`, `failed` or `dead`.
    state: Option<String>,
    alert: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(put, delete))
        .routes(routes!(test))
        .routes(routes!(deliveries))
}

/// Where alerts go. `url` and `secret` are never told.
#[utoipa::path(get, path = "/api/v1/channels", tag = "alerting", responses((status = 200, body = Items<Channel>)))]
async fn list(State(shared): State<Shared>, Who(caller): Who) -> Result<Json<Items<Channel>>, ApiError> {
    Ok(Json(shared.engine.channels(&caller).await?))
}

/// Add a channel.
#[utoipa::path(post, path = "/api/v1/channels", tag = "alerting",
    request_body(content = Object, description = "name, kind, url, secret?, matchers?, sendResolved?, language?, enabled?"),
    responses((status = 201, body = Channel), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(shared): State<Shared>,
    Who(caller): Who,
    Body(new): Body<NewChannel>,
) -> Result<(StatusCode, Json<Channel>), ApiError> {
    Ok((StatusCode::CREATED, Json(shared.engine.create_channel(&caller, new).await?)))
}

/// Change a channel. A `url` or `secret` that is not given stays.
#[utoipa::path(put, path = "/api/v1/channels/{name}", tag = "alerting", params(("name" = String, Path)),
    request_body(content = Object, description = "kind, url?, secret?, matchers?, sendResolved?, language?, enabled?"),
    responses((status = 200, body = Channel), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn put(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    Body(update): Body<ChannelUpdate>,
) -> Result<Json<Channel>, ApiError> {
    Ok(Json(shared.engine.put_channel(&caller, &name, update).await?))
}

/// Remove a channel; what waits for it is dead.
#[utoipa::path(delete, path = "/api/v1/channels/{name}", tag = "alerting", params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    shared.engine.delete_channel(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test message and tell what the receiver said.
#[utoipa::path(post, path = "/api/v1/channels/{name}/test", tag = "alerting", params(("name" = String, Path)),
    responses((status = 200, body = ChannelTest), (status = 404, body = Problem)))]
async fn test(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<Json<ChannelTest>, ApiError> {
    Ok(Json(shared.engine.test_channel(&caller, &name).await?))
}

/// Messages and what became of them, newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "alerting", params(DeliveryParams),
    responses((status = 200, body = Items<Delivery>), (status = 400, body = Problem)))]
async fn deliveries(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<DeliveryParams>,
) -> Result<Json<Items<Delivery>>, ApiError> {
    let query = DeliveryQuery {
        channel: params.channel,
        state: params.state,
        alert: params.alert,
        limit: params.limit.unwrap_or_default(),
        cursor: params.cursor,
    };
    Ok(Json(shared.engine.deliveries(&caller, query).await?))
}
