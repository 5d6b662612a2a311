//! `/api/v1/tokens`.

use super::extract::{Json as Body, Who};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::accounts::NewToken;
use model::wire::account::Token;
use model::wire::list::Items;
use model::wire::problem::Problem;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

/// One's own tokens; everyone's for an admin.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", responses((status = 200, body = Items<Token>)))]
async fn list(State(shared): State<Shared>, Who(caller): Who) -> Result<Json<Items<Token>>, ApiError> {
    Ok(Json(shared.engine.tokens(&caller).await?))
}

/// Make a token. The answer has it under `token`, this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens",
    request_body(content = Object, description = "name, user?, expiresInDays?"),
    responses((status = 201, body = Token), (status = 422, body = Problem)))]
async fn create(
    State(shared): State<Shared>,
    Who(caller): Who,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (token, secret) = shared.engine.create_token(&caller, new).await?;
    let mut answer = serde_json::to_value(token).unwrap_or_default();
    // The one place where a token is told.
    answer["token"] = Value::from(secret.expose_str().unwrap_or_default());
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Revoke a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    shared.engine.delete_token(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
