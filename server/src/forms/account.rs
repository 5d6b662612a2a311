//! Signing in and out, the first set-up, users' passwords, tokens.

use super::fields::Fields;
use super::reply::{append, done, done_with_cookie, own_path, refused};
use crate::http::guard::Shared;
use crate::http::problem::ApiError;
use crate::http::session_cookie;
use crate::rest::{Who, login_attempt};
use axum::extract::{Path, State};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::accounts::{NewToken, NewUser, UserPatch};
use model::access::Role;
use model::wire::problem::{FieldError, Problem};
use serde_json::json;

pub async fn login(
    State(shared): State<Shared>,
    extensions: Extensions,
    headers: HeaderMap,
    mut fields: Fields,
) -> Response {
    let next = fields.text("next");
    let typed = fields.shown(&["username", "next"]);
    let attempt = match (fields.required("username"), fields.take_required("password")) {
        (Ok(name), Ok(password)) => login_attempt(&shared, &extensions, &headers, name, password),
        (Err(problem), _) | (_, Err(problem)) => return refused(&headers, problem, "/login", typed),
    };
    match shared.engine.login(attempt).await {
        Ok(session) => {
            let cookie = session_cookie::set(&session.cookie, shared.public.secure);
            done_with_cookie(&headers, &own_path(next), cookie)
        }
        Err(problem) => refused(&headers, problem, "/login", typed),
    }
}

pub async fn logout(State(shared): State<Shared>, Who(caller): Who, headers: HeaderMap) -> Response {
    if let Some(cookie) = session_cookie::read(&headers, shared.public.secure)
        && let Err(problem) = shared.engine.logout(&caller, &cookie).await
    {
        return ApiError(problem).into_response();
    }
    done_with_cookie(&headers, "/login", session_cookie::clear(shared.public.secure))
}

pub async fn setup(State(shared): State<Shared>, headers: HeaderMap, mut fields: Fields) -> Response {
    let mut typed = fields.shown(&["username"]);
    let (token, name, password) =
        match (fields.take_required("token"), fields.required("username"), fields.take_required("password")) {
            (Ok(token), Ok(name), Ok(password)) => (token, name, password),
            (Err(problem), ..) | (_, Err(problem), _) | (.., Err(problem)) => {
                return refused(&headers, problem, "/setup", typed);
            }
        };
    match shared.engine.complete_setup(&token, &name, password).await {
        Ok(session) => {
            let cookie = session_cookie::set(&session.cookie, shared.public.secure);
            done_with_cookie(&headers, "/", cookie)
        }
        Err(problem) => {
            // The link is still good, and the form cannot be sent again without it.
            if let Some(token) = token.expose_str() {
                typed.push(("token".into(), token.to_string()));
            }
            refused(&headers, problem, "/setup", typed)
        }
    }
}

pub async fn create_user(
    State(shared): State<Shared>,
    Who(caller): Who,
    headers: HeaderMap,
    mut fields: Fields,
) -> Response {
    let typed = fields.shown(&["name", "role"]);
    let role = fields.text("role").as_deref().and_then(Role::parse);
    let new = match (fields.required("name"), role, fields.take_required("password")) {
        (Ok(name), Some(role), Ok(password)) => NewUser { name, role, password },
        (_, None, _) => {
            let field = FieldError::new("role", "bad_role", "a role is admin, operator or viewer");
            return refused(&headers, Problem::invalid(vec![field]), "/users?add=1", typed);
        }
        (Err(problem), ..) | (.., Err(problem)) => return refused(&headers, problem, "/users?add=1", typed),
    };
    match shared.engine.create_user(&caller, new).await {
        Ok(_) => done(&headers, "/users"),
        Err(problem) => refused(&headers, problem, "/users?add=1", typed),
    }
}

pub async fn set_password(
    State(shared): State<Shared>,
    Who(caller): Who,
    Path(name): Path<String>,
    headers: HeaderMap,
    mut fields: Fields,
) -> Response {
    let own = name == caller.name;
    let page = match serde_urlencoded::to_string([("edit", &name)]) {
        Ok(query) if !own => format!("/users?{query}"),
        _ => "/preferences".to_string(),
    };
    let password = match fields.take_required("password") {
        Ok(password) => Some(password),
        Err(problem) => return refused(&headers, problem, &page, Vec::new()),
    };
    let current_password = fields.take("currentPassword");
    let patch = UserPatch { password, current_password, ..UserPatch::default() };
    match shared.engine.patch_user(&caller, &name, patch).await {
        // One's own sessions ended with the old password.
        Ok(_) if own => done_with_cookie(&headers, "/login", session_cookie::clear(shared.public.secure)),
        Ok(_) => done(&headers, "/users"),
        Err(problem) => refused(&headers, problem, &page, Vec::new()),
    }
}

/// Makes a token and shows it, this once; the page is never stored.
pub async fn create_token(
    State(shared): State<Shared>,
    Who(caller): Who,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let typed = fields.shown(&["name", "expiresInDays"]);
    let expires_in_days = match fields.text("expiresInDays").map(|text| text.parse::<u32>()) {
        None => None,
        Some(Ok(days)) => Some(days),
        Some(Err(_)) => {
            let field = FieldError::new("expiresInDays", "bad_expiry", "a whole number of days");
            return refused(&headers, Problem::invalid(vec![field]), "/tokens", typed);
        }
    };
    let new = match fields.required("name") {
        Ok(name) => NewToken { name, user: fields.text("user"), expires_in_days },
        Err(problem) => return refused(&headers, problem, "/tokens", typed),
    };
    match shared.engine.create_token(&caller, new).await {
        Ok((token, secret)) => {
            let secret = secret.expose_str().unwrap_or_default();
            let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if accept.contains("application/json") {
                return axum::Json(json!({ "id": token.id, "name": token.name, "token": secret })).into_response();
            }
            // Without a script there is no page that could show it once, so it comes alone, as text.
            let mut response = (StatusCode::OK, format!("{secret}\n")).into_response();
            append(&mut response, header::CACHE_CONTROL, "no-store");
            response
        }
        Err(problem) => refused(&headers, problem, "/tokens", typed),
    }
}
