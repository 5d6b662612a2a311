//! `/api/v1/resources`.

use super::extract::{Params, Who, list};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use engine::resources::ListRequest;
use model::access::Caller;
use model::wire::list::Items;
use model::wire::problem::Problem;
use model::wire::resource::{KindInfo, ResourceList};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Cluster names, comma-separated.
    pub clusters: Option<String>,
    /// Namespaces, comma-separated.
    pub namespaces: Option<String>,
    /// The query, as in `status:!Running node:~gpu`.
    pub q: Option<String>,
    /// As in `-restarts,name`.
    pub sort: Option<String>,
    pub limit: Option<usize>,
    pub cursor: Option<String>,
    /// Rows before the page, in place of a cursor.
    pub offset: Option<usize>,
    /// Columns whose values are counted, comma-separated.
    pub facets: Option<String>,
    /// `csv` for all rows as CSV.
    pub format: Option<String>,
}

impl ListParams {
    pub fn request(self, kind: String) -> ListRequest {
        ListRequest {
            kind,
            clusters: list(self.clusters.as_deref()),
            namespaces: list(self.namespaces.as_deref()),
            q: self.q.unwrap_or_default(),
            sort: self.sort.unwrap_or_default(),
            limit: self.limit.unwrap_or_default(),
            cursor: self.cursor.filter(|cursor| !cursor.is_empty()),
            offset: self.offset.unwrap_or_default(),
            facets: list(self.facets.as_deref()),
        }
    }
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(kinds)).routes(routes!(resources)).routes(routes!(events))
}

/// The kinds that can be listed.
#[utoipa::path(get, path = "/api/v1/resources", tag = "resources", responses((status = 200, body = Items<KindInfo>)))]
async fn kinds(State(shared): State<Shared>, Who(caller): Who) -> Result<Json<Items<KindInfo>>, ApiError> {
    Ok(Json(shared.engine.kinds(&caller)?))
}

/// Objects of one kind over all clusters.
#[utoipa::path(get, path = "/api/v1/resources/{kind}", tag = "resources",
    params(("kind" = String, Path, description = "The plural, `pods`"), ListParams),
    responses((status = 200, body = ResourceList), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn resources(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(kind): Path<String>,
    Params(params): Params<ListParams>,
) -> Result<Response, ApiError> {
    list_of(&shared, &caller, kind, params)
}

/// What clusters tell of their objects, the newest first, kept for 14 days.
#[utoipa::path(get, path = "/api/v1/events", tag = "resources", params(ListParams),
    responses((status = 200, body = ResourceList), (status = 400, body = Problem)))]
async fn events(
    State(shared): State<Shared>,
    Who(caller): Who,
    Params(params): Params<ListParams>,
) -> Result<Response, ApiError> {
    list_of(&shared, &caller, "events".into(), params)
}

fn list_of(shared: &Shared, caller: &Caller, kind: String, params: ListParams) -> Result<Response, ApiError> {
    let csv = match params.format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => return Err(Problem::malformed("bad_format", "format is `json` or `csv`").into()),
    };
    let request = params.request(kind);
    if !csv {
        return Ok(Json(shared.engine.list(caller, &request)?).into_response());
    }
    let text = shared.engine.list_csv(caller, &request)?;
    let disposition = format!("attachment; filename=\"{}.csv\"", request.kind);
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_string()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, text).into_response())
}
