//! How a form is answered: as JSON to a script, by a redirect to a page otherwise.

use crate::http::problem::ApiError;
use axum::Json;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::wire::problem::Problem;
use serde_json::json;

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"))
}

/// Go on to `location`, a path of ours.
pub fn done(headers: &HeaderMap, location: &str) -> Response {
    if wants_json(headers) {
        return Json(json!({ "location": location })).into_response();
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, location.to_string())]).into_response()
}

/// The same, with a cookie.
pub fn done_with_cookie(headers: &HeaderMap, location: &str, cookie: String) -> Response {
    let mut response = done(headers, location);
    append(&mut response, header::SET_COOKIE, &cookie);
    response
}

pub fn append(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = value.parse() {
        response.headers_mut().append(name, value);
    }
}

/// Back to the page of the form, which shows the problem in its place and what was typed.
pub fn refused(headers: &HeaderMap, problem: Problem, page: &str, typed: Vec<(String, String)>) -> Response {
    if wants_json(headers) {
        return ApiError(problem).into_response();
    }
    let mut query: Vec<(String, String)> = vec![("problem".into(), problem.code.clone())];
    if let Some(field) = problem.fields.first() {
        query.push(("field".into(), field.path.clone()));
    }
    query.extend(typed);
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let joint = if page.contains('?') { '&' } else { '?' };
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("{page}{joint}{query}"))]).into_response()
}

/// A place on this site to go to after a form: one slash, then no slash or backslash.
pub fn own_path(next: Option<String>) -> String {
    let safe = |path: &String| {
        let mut chars = path.chars();
        chars.next() == Some('/')
            && !matches!(chars.next(), Some('/' | '\\'))
            && path.chars().all(|c| !c.is_control() && c.is_ascii() && c != '\\')
    };
    next.filter(safe).unwrap_or_else(|| "/".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_gone_to() {
        for good in ["/", "/clusters", "/resources/pods?q=ns%3Ashop"] {
            assert_eq!(own_path(Some(good.into())), good);
        }
        for bad in ["//evil", "/\\evil", "https://evil", "", "evil", "/a\r\nb", "/\t/evil", "/x\\y", "/é"] {
            assert_eq!(own_path(Some(bad.into())), "/", "{bad:?}");
        }
    }
}
