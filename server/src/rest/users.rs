//! `/api/v1/users`.

use super::extract::{Json as Body, Params, Who, limit};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::accounts::{NewUser, UserPatch};
use model::wire::account::User;
use model::wire::list::Items;
use model::wire::problem::Problem;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, patch, delete))
}

/// Every user, by name.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Page), responses((status = 200, body = Items<User>)))]
async fn list(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(page): Params<Page>,
) -> Result<Json<Items<User>>, ApiError> {
    Ok(Json(shared.engine.users(&caller, limit(page.limit), page.cursor).await?))
}

/// Make a user.
#[utoipa::path(post, path = "/api/v1/users", tag = "users",
    request_body(content = Object, description = "name, role, password"),
    responses((status = 201, body = User), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(shared): State<Shared>,
    Who(caller): Who,
    Body(new): Body<NewUser>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    Ok((StatusCode::CREATED, Json(shared.engine.create_user(&caller, new).await?)))
}

/// One user.
#[utoipa::path(get, path = "/api/v1/users/{name}", tag = "users", params(("name" = String, Path)),
    responses((status = 200, body = User), (status = 404, body = Problem)))]
async fn get(State(shared): State<Shared>, Who(caller): Who, Path(name): Path<String>) -> Result<Json<User>, ApiError> {
    Ok(Json(shared.engine.user(&caller, &name).await?))
}

/// Change a user's role or password, or disable the account.
#[utoipa::path(patch, path = "/api/v1/users/{name}", tag = "users", params(("name" = String, Path)),
    request_body(content = Object, description = "role, disabled, password, currentPassword"),
    responses((status = 200, body = User), (status = 409, body = Problem)))]
async fn patch(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    Body(change): Body<UserPatch>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(shared.engine.patch_user(&caller, &name, change).await?))
}

/// Remove a user with all sessions and tokens.
#[utoipa::path(delete, path = "/api/v1/users/{name}", tag = "users", params(("name" = String, Path)),
    responses((status = 204), (status = 409, body = Problem)))]
async fn delete(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    shared.engine.delete_user(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
