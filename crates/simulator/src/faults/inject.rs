//! Carries the faults out, in front of a cluster's router.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::board::FaultBoard;
use super::bodies;
use super::fault::{Effect, Verb};
use super::gate::Gate;
use super::request::Target;

/// The same router, under the faults of `board`.
pub fn with_faults(app: Router, board: Arc<FaultBoard>) -> Router {
    app.layer(from_fn_with_state(board, inject))
}

async fn inject(State(board): State<Arc<FaultBoard>>, request: Request, next: Next) -> Response {
    let target = Target::of(request.method(), request.uri().path(), request.uri().query());
    let effects = board.strike(&target);
    let mut drip = None;
    let mut swallow = false;
    for effect in effects {
        match effect {
            Effect::Latency { ms, .. } => tokio::time::sleep(Duration::from_millis(ms)).await,
            Effect::SlowDrip { bytes_per_second } => drip = Some(bytes_per_second),
            Effect::TimeoutAfterCommit => swallow = true,
            Effect::BlackHole => std::future::pending().await,
            Effect::Reset => {
                if let Some(gate) = request.extensions().get::<Arc<Gate>>() {
                    gate.reset();
                }
                std::future::pending().await
            }
            Effect::Refuse | Effect::CertificateSwap | Effect::FrozenWatch => {}
            terminal => return answer(&terminal, &target),
        }
    }
    let mut response = next.run(request).await;
    if swallow {
        std::future::pending::<()>().await;
    }
    if target.verb == Verb::Watch && response.status() == StatusCode::OK {
        response = response.map(|body| bodies::watched(body, &board, target));
    }
    match drip {
        Some(speed) => response.map(|body| bodies::slow(body, speed)),
        None => response,
    }
}

fn answer(effect: &Effect, target: &Target) -> Response {
    match effect {
        Effect::Unauthorized => status(401, "Unauthorized", "Unauthorized".into(), None),
        Effect::Forbidden => status(403, "Forbidden", forbidden(target), None),
        Effect::Gone => {
            status(410, "Expired", "The provided continue parameter or resourceVersion is too old.".into(), None)
        }
        Effect::TooManyRequests { retry_after_seconds } => {
            let message = "The server has received too many requests and has asked us to try again later";
            status(429, "TooManyRequests", message.into(), Some(*retry_after_seconds))
        }
        Effect::Unavailable => {
            status(503, "ServiceUnavailable", "the server is currently unable to handle the request".into(), None)
        }
        Effect::Garbage => json_body(bodies::garbage()),
        Effect::HugeBody { bytes } => json_body(bodies::huge(*bytes)),
        Effect::EndlessBody => json_body(bodies::endless()),
        _ => status(500, "InternalError", "Internal error occurred: etcdserver: request timed out".into(), None),
    }
}

fn forbidden(target: &Target) -> String {
    let resource = target.resource.as_deref().unwrap_or("");
    let verb = match target.verb {
        Verb::Get => "get",
        Verb::List => "list",
        Verb::Watch => "watch",
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Patch => "patch",
        Verb::Delete => "delete",
    };
    let subject = match (target.group.as_str(), resource) {
        (_, "") => return format!("forbidden: User \"simulator\" cannot {verb} path \"{}\"", target.path),
        ("", resource) => resource.to_owned(),
        (group, resource) => format!("{resource}.{group}"),
    };
    let name = target.name.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
    let place = match &target.namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    let group = &target.group;
    format!(
        "{subject}{name} is forbidden: User \"simulator\" cannot {verb} resource \"{resource}\" in API group \"{group}\" {place}"
    )
}

fn json_body(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn status(code: u16, reason: &str, message: String, retry_after: Option<u64>) -> Response {
    let mut object = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    if let Some(seconds) = retry_after {
        object["details"] = json!({"retryAfterSeconds": seconds});
    }
    let mut response = json_body(Body::from(object.to_string()));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
