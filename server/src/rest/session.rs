//! `/api/v1/session`.

use super::extract::{Json, Who};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use crate::http::{client, session_cookie};
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::accounts::LoginAttempt;
use model::wire::problem::Problem;
use secrets::Secret;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    username: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(create, delete))
}

/// Sign in; the cookie is the session.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Login,
    responses((status = 204), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn create(
    State(shared): State<Shared>,
    extensions: Extensions,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, ApiError> {
    let attempt = attempt(&shared, &extensions, &headers, login.username, login.password);
    let session = shared.engine.login(attempt).await?;
    let cookie = session_cookie::set(&session.cookie, shared.public.secure);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who is at the door, from a request.
pub fn attempt(
    shared: &Shared,
    extensions: &Extensions,
    headers: &HeaderMap,
    username: String,
    password: Secret,
) -> LoginAttempt {
    LoginAttempt {
        username,
        password,
        ip: client::address(extensions, headers, &shared.trusted_proxies).map(|ip| ip.to_string()),
        user_agent: headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_string),
    }
}

/// Sign out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
async fn delete(State(shared): State<Shared>, Who(caller): Who, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(cookie) = session_cookie::read(&headers, shared.public.secure) {
        shared.engine.logout(&caller, &cookie).await?;
    }
    let cleared = [
        (header::SET_COOKIE, session_cookie::clear(shared.public.secure)),
        (HeaderName::from_static("clear-site-data"), "\"cache\"".to_string()),
    ];
    Ok((StatusCode::NO_CONTENT, cleared).into_response())
}
