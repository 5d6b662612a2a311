//! Liveness, readiness, version.

use crate::http::guard::Shared;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(livez))
        .routes(routes!(readyz))
        .routes(routes!(healthz))
        .routes(routes!(version))
}

/// The process answers.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, body = String)))]
async fn livez() -> &'static str {
    "ok"
}

/// The database answers. `?verbose`, for those who are signed in, tells each check.
#[utoipa::path(get, path = "/readyz", tag = "health", responses((status = 200, body = String), (status = 503)))]
async fn readyz(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let checks = shared.engine.readiness().await;
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if query.is_some_and(|query| query.contains("verbose")) {
        let lines: String = checks
            .iter()
            .map(|check| format!("[{}]{} {}\n", if check.ok { "+" } else { "-" }, check.name, check.detail))
            .collect();
        return (status, lines).into_response();
    }
    (status, if ready { "ok" } else { "not ready" }).into_response()
}

/// As `/readyz`.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String), (status = 503)))]
async fn healthz(state: State<Shared>) -> Response {
    readyz(state, RawQuery(None)).await
}

/// What is running.
#[utoipa::path(get, path = "/version", tag = "health", responses((status = 200, body = Object)))]
async fn version() -> Json<Value> {
    Json(json!({ "name": "pilothouse", "version": env!("CARGO_PKG_VERSION") }))
}
