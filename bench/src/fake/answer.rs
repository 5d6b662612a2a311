//! From a request to its answer.

use super::TOKEN;
use super::member::Member;
use super::{discovery, list, watch};
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What all clusters answer alike.
pub struct Shared {
    pub discovery: discovery::Groups,
    /// Of `/metrics`, packed.
    pub exposition: Bytes,
}

/// The parameters of a list or a watch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query<'a> {
    pub watch: bool,
    pub bookmarks: bool,
    pub initial_events: bool,
    pub limit: usize,
    pub next: &'a str,
    pub version: &'a str,
    pub timeout_seconds: Option<u64>,
}

impl<'a> Query<'a> {
    /// Reads a query string; parameters that are not known change nothing.
    pub fn parse(text: &'a str) -> Self {
        let mut query = Self::default();
        for (key, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            let yes = matches!(value, "true" | "1");
            match key {
                "watch" => query.watch = yes,
                "allowWatchBookmarks" => query.bookmarks = yes,
                "sendInitialEvents" => query.initial_events = yes,
                "limit" => query.limit = value.parse().unwrap_or(0),
                "continue" => query.next = value,
                "resourceVersion" => query.version = value,
                "timeoutSeconds" => query.timeout_seconds = value.parse().ok(),
                _ => {}
            }
        }
        query
    }
}

/// Answers.
pub fn answer<B>(member: &Arc<Member>, shared: &Shared, request: &Request<B>) -> Response<Body> {
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if token.and_then(|token| token.strip_prefix("Bearer ")) != Some(TOKEN) {
        return status(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized");
    }
    let packed = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let packed = packed.is_some_and(|accepted| accepted.contains("gzip"));
    let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
    let counters = &member.counters;
    let path = request.uri().path();
    if let Some(fact) = fact(member, shared, request.method(), path) {
        count(&counters.facts);
        return json(StatusCode::OK, &fact);
    }
    match path {
        "/readyz" => {
            count(&counters.probes);
            full(StatusCode::OK, "text/plain", "ok".into())
        }
        "/metrics" if packed => {
            count(&counters.metrics);
            with_gzip(full(StatusCode::OK, "text/plain; version=0.0.4", shared.exposition.clone()))
        }
        _ if !path.starts_with("/api") || request.method() != Method::GET || path.contains("/namespaces/") => {
            count(&counters.other);
            status(StatusCode::NOT_FOUND, "NotFound", "this recorded cluster serves no such path")
        }
        _ => {
            let query = Query::parse(request.uri().query().unwrap_or_default());
            if query.watch {
                count(&counters.watches);
                return watch::answer(member, path, &query);
            }
            count(&counters.pages);
            list::answer(member, path, &query, packed)
        }
    }
}

/// What a cluster says of itself.
fn fact(member: &Member, shared: &Shared, method: &Method, path: &str) -> Option<Value> {
    let review = |kind: &str, status: Value| {
        (method == Method::POST).then(|| {
            let group = if kind == "SelfSubjectReview" { "authentication" } else { "authorization" };
            json!({"kind": kind, "apiVersion": format!("{group}.k8s.io/v1"), "metadata": {}, "status": status})
        })
    };
    match path {
        "/version" => Some(
            json!({"major": "1", "minor": "37", "gitVersion": "v1.37.2", "goVersion": "go1.26.8", "platform": "linux/amd64"}),
        ),
        "/api" => Some(shared.discovery.core.clone()),
        "/apis" => Some(shared.discovery.named.clone()),
        "/api/v1/namespaces/kube-system" => serde_json::from_slice(&member.kube_system).ok(),
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => {
            let user =
                json!({"username": "system:serviceaccount:kube-system:pilothouse", "groups": ["system:authenticated"]});
            review("SelfSubjectReview", json!({"userInfo": user}))
        }
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => {
            review("SelfSubjectAccessReview", json!({"allowed": true}))
        }
        _ => None,
    }
}

/// A whole answer.
pub fn full(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Full::new(body).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The same, packed by gzip.
pub fn with_gzip(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn json(status: StatusCode, body: &Value) -> Response<Body> {
    full(status, "application/json", body.to_string().into())
}

/// A refusal, as an API server words it.
pub fn status(code: StatusCode, reason: &str, message: &str) -> Response<Body> {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code.as_u16()});
    json(code, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read() {
        let query = Query::parse("watch=true&allowWatchBookmarks=true&timeoutSeconds=290&resourceVersion=42");
        let expected =
            Query { watch: true, bookmarks: true, version: "42", timeout_seconds: Some(290), ..Query::default() };
        assert_eq!(query, expected);
        assert_eq!(Query::parse("limit=500&continue=7.5"), Query { limit: 500, next: "7.5", ..Query::default() });
        assert_eq!(Query::parse(""), Query::default());
    }
}
