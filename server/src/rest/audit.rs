//! `/api/v1/audit`.

use super::extract::{Params, Who, limit};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::State;
use engine::accounts::AuditQuery;
use jiff::Timestamp;
use model::wire::account::AuditEntry;
use model::wire::list::Items;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditParams {
    actor: Option<String>,
    /// Exact, or a beginning that ends in `.`.
    action: Option<String>,
    object: Option<String>,
    outcome: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditParams),
    responses((status = 200, body = Items<AuditEntry>)))]
async fn list(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<AuditParams>,
) -> Result<Json<Items<AuditEntry>>, ApiError> {
    let query = AuditQuery {
        actor: params.actor,
        action: params.action,
        object: params.object,
        outcome: params.outcome,
        from: params.from,
        to: params.to,
        limit: limit(params.limit),
        cursor: params.cursor,
    };
    Ok(Json(shared.engine.audit(&caller, query).await?))
}
