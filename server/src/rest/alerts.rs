//! `/api/v1/alerts`, `/alert-rules` and `/slis`.

use super::extract::{Json as Body, Params, Who};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use engine::monitor::{AlertQuery, SliQuery};
use jiff::Timestamp;
use model::wire::alerting::{Alert, AlertRule, AlertState, Severity, SliSeries};
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AlertParams {
    /// `firing`, `pending` or `resolved`.
    state: Option<String>,
    cluster: Option<String>,
    severity: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<usize>,
    cursor: Option<String>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SliParams {
    cluster: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// As in `30s`.
    step: Option<String>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(default)]
    note: String,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ack)).routes(routes!(rules)).routes(routes!(slis))
}

/// Alerts, newest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerting", params(AlertParams),
    responses((status = 200, body = Items<Alert>), (status = 400, body = Problem)))]
async fn list(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<AlertParams>,
) -> Result<Json<Items<Alert>>, ApiError> {
    let query = AlertQuery {
        state: word("state", params.state, AlertState::parse, "firing, pending or resolved")?,
        cluster: params.cluster,
        severity: word("severity", params.severity, Severity::parse, "info, warning or critical")?,
        from: params.from,
        to: params.to,
        limit: params.limit.unwrap_or_default(),
        cursor: params.cursor,
    };
    Ok(Json(shared.engine.alerts(&caller, query).await?))
}

fn word<T>(
    path: &str,
    text: Option<String>,
    parse: impl Fn(&str) -> Option<T>,
    expected: &str,
) -> Result<Option<T>, Problem> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).ok_or_else(|| {
            let message = format!("{path} is {expected}");
            Problem::malformed("bad_parameter", message.clone()).with_field(FieldError::new(
                path,
                "bad_parameter",
                message,
            ))
        }),
    }
}

/// Somebody looks after it.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/ack", tag = "alerting", params(("id" = String, Path)),
    request_body = Note, responses((status = 200, body = Alert), (status = 404, body = Problem)))]
async fn ack(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(id): Path<String>,
    Body(note): Body<Note>,
) -> Result<Json<Alert>, ApiError> {
    Ok(Json(shared.engine.ack_alert(&caller, &id, &note.note).await?))
}

/// The rules that alerts come from.
#[utoipa::path(get, path = "/api/v1/alert-rules", tag = "alerting", responses((status = 200, body = Items<AlertRule>)))]
async fn rules(State(shared): State<Shared>, Who(caller): Who) -> Result<Json<Items<AlertRule>>, ApiError> {
    Ok(Json(shared.engine.alert_rules(&caller).await?))
}

/// Service levels over time; null where nothing is known.
#[utoipa::path(get, path = "/api/v1/slis", tag = "alerting", params(SliParams),
    responses((status = 200, body = Items<SliSeries>), (status = 400, body = Problem)))]
async fn slis(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<SliParams>,
) -> Result<Json<Items<SliSeries>>, ApiError> {
    let query = SliQuery { cluster: params.cluster, from: params.from, to: params.to, step: params.step };
    Ok(Json(shared.engine.slis(&caller, query).await?))
}
