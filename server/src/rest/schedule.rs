//! `POST /v1/schedule` and the decisions it leaves.

use super::extract::{MAX_BODY, Params, Who};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::schedule::{DecisionQuery, ScheduleRequest};
use model::access::Caller;
use model::wire::list::Items;
use model::wire::problem::{FieldError, Problem};
use model::wire::schedule::{DecisionItem, DryRun, Outcome, ScheduleAnswer};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ScheduleParams {
    /// `none` does it; `plan` decides only.
    #[serde(rename = "dryRun")]
    dry_run: Option<String>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DecisionParams {
    outcome: Option<String>,
    cluster: Option<String>,
    q: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(schedule))
        .routes(routes!(schedule_beside))
        .routes(routes!(decisions))
        .routes(routes!(decision))
}

/// Place a workload on the best cluster.
#[utoipa::path(post, path = "/v1/schedule", tag = "scheduling", params(ScheduleParams,
    ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same decision.")),
    request_body(content((Object = "application/json"), (String = "application/yaml")),
        description = "A request, or bare Kubernetes manifests."),
    responses((status = 200, body = ScheduleAnswer, description = "Decided, or replayed."),
        (status = 201, body = ScheduleAnswer, description = "Started."),
        (status = 400, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn schedule(
    state: State<Shared>,
    who: Who,
    params: Params<ScheduleParams>,
    request: Request,
) -> Result<Response, ApiError> {
    place(state, who, params, request).await
}

/// As `/v1/schedule`.
#[utoipa::path(post, path = "/api/v1/schedule", tag = "scheduling", params(ScheduleParams),
    responses((status = 200, body = ScheduleAnswer), (status = 201, body = ScheduleAnswer)))]
async fn schedule_beside(
    state: State<Shared>,
    who: Who,
    params: Params<ScheduleParams>,
    request: Request,
) -> Result<Response, ApiError> {
    place(state, who, params, request).await
}

async fn place(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<ScheduleParams>,
    request: Request,
) -> Result<Response, ApiError> {
    let dry_run = dry_run(params.dry_run.as_deref())?;
    let (parts, body) = request.into_parts();
    let key = idempotency_key(&parts.headers)?;
    let content_type =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
    let bytes = to_bytes(body, MAX_BODY + 1)
        .await
        .map_err(|_| Problem::new(413, "too_large", "A scheduling request has at most 1 MiB."))?;
    let request = ScheduleRequest::parse(&content_type, &bytes)?;
    answer(&shared, &caller, request, dry_run, key).await
}

async fn answer(
    shared: &Shared,
    caller: &Caller,
    request: ScheduleRequest,
    dry_run: DryRun,
    key: Option<String>,
) -> Result<Response, ApiError> {
    let started = shared.engine.schedule(caller, request, dry_run, key).await?;
    let status = if started.created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, Json(started.answer)).into_response();
    if started.replayed {
        let name = HeaderName::from_static("idempotent-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn dry_run(text: Option<&str>) -> Result<DryRun, Problem> {
    match text {
        None | Some("none") => Ok(DryRun::None),
        Some("plan") => Ok(DryRun::Plan),
        Some("preflight") => Ok(DryRun::Preflight),
        Some("server") => Ok(DryRun::Server),
        Some(_) => Err(Problem::malformed("bad_dry_run", "dryRun is none, plan, preflight or server")
            .with_field(FieldError::new("dryRun", "bad_dry_run", "dryRun is none, plan, preflight or server"))),
    }
}

fn idempotency_key(headers: &axum::http::HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > 255 {
        let message = "an Idempotency-Key has 1 to 255 visible ASCII characters";
        return Err(Problem::malformed("bad_idempotency_key", message));
    }
    Ok(Some(key.to_string()))
}

/// Decisions, newest first.
#[utoipa::path(get, path = "/api/v1/decisions", tag = "scheduling", params(DecisionParams),
    responses((status = 200, body = Items<DecisionItem>)))]
async fn decisions(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<DecisionParams>,
) -> Result<Json<Items<DecisionItem>>, ApiError> {
    let outcome = match params.outcome.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(Outcome::parse(text).ok_or_else(|| {
            let message = "an outcome is Scheduled, Unschedulable, Invalid or NeedsIntervention";
            Problem::malformed("bad_outcome", message).with_field(FieldError::new("outcome", "bad_outcome", message))
        })?),
    };
    let query = DecisionQuery {
        outcome,
        cluster: params.cluster,
        q: params.q,
        limit: params.limit.unwrap_or_default(),
        cursor: params.cursor,
    };
    Ok(Json(shared.engine.decisions(&caller, query).await?))
}

/// One decision as it is now.
#[utoipa::path(get, path = "/api/v1/decisions/{id}", tag = "scheduling", params(("id" = String, Path)),
    responses((status = 200, body = ScheduleAnswer), (status = 404, body = Problem)))]
async fn decision(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(id): Path<String>,
) -> Result<Json<ScheduleAnswer>, ApiError> {
    Ok(Json(shared.engine.decision(&caller, &id).await?))
}
