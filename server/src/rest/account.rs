//! `/api/v1/me`.

use super::extract::Who;
use crate::http::guard::Shared;
use axum::Json;
use axum::extract::State;
use model::wire::account::Me;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", responses((status = 200, body = Me)))]
async fn me(State(shared): State<Shared>, Who(caller): Who) -> Json<Me> {
    Json(shared.engine.me(&caller))
}
