use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::access::{self, Identity};
use super::admission::quota::keep_current;
use super::cluster::ClusterApi;
use super::metrics::{RequestLabels, render_etcd};
use super::request::{self, Params, ResourcePath, Target};
use super::status::ApiError;
use super::{content, discovery, health, list, openapi, reviews, subresources, watch, write};
use crate::object_store::Subresource;

/// Everything one API server serves.
///
/// A listener that checked a client certificate puts an `Arc<Identity>` into the request's extensions.
///
/// Within a runtime this also starts the task that keeps `status.used` of quotas current.
pub fn router(cluster: Arc<ClusterApi>) -> Router {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(keep_current(Arc::downgrade(&cluster)));
    }
    Router::new().fallback(serve).with_state(cluster)
}

/// The handler of etcd's own `/metrics`.
pub async fn etcd_metrics(State(cluster): State<Arc<ClusterApi>>) -> Response {
    prometheus(render_etcd(cluster.etcd_leader_changes()))
}

/// One request, authenticated and parsed.
pub(super) struct Call {
    pub cluster: Arc<ClusterApi>,
    pub user: Arc<Identity>,
    pub headers: HeaderMap,
    pub params: Params,
    pub verb: &'static str,
    pub body: Body,
}

/// When a request arrived, as a request extension: what sits in front of the router (a scripted delay, say)
/// sets it so that the request's duration in `/metrics` includes the time spent there.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedAt(pub Instant);

async fn serve(State(cluster): State<Arc<ClusterApi>>, request: Request) -> Response {
    let started = request.extensions().get::<ReceivedAt>().map_or_else(Instant::now, |at| at.0);
    let latency = cluster.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let (labels, result) = answer(&cluster, request, started).await;
    let mut response = result.unwrap_or_else(IntoResponse::into_response);
    if let Ok(id) = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
        response.headers_mut().insert("audit-id", id);
    }
    // A watch counts when it ends.
    if let Some(labels) = labels
        && (labels.verb != "WATCH" || response.status() != StatusCode::OK)
    {
        cluster.metrics().observe(&labels, response.status().as_u16(), started.elapsed());
    }
    response
}

async fn answer(
    cluster: &Arc<ClusterApi>,
    request: Request,
    started: Instant,
) -> (Option<RequestLabels>, Result<Response, ApiError>) {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let read = request::parse(path).and_then(|target| Ok((target, Params::read(&parts.uri)?)));
    // Who asks comes first: a stranger is not told what exists.
    let user = access::authenticate(cluster, &parts.headers, parts.extensions.get::<Arc<Identity>>(), path);
    let (user, (target, params)) = match (user, read) {
        (Ok(user), Ok(read)) => (user, read),
        (Err(error), _) | (_, Err(error)) => return (None, Err(error)),
    };
    let verb = request::verb(&parts.method, &target, &params);
    let labels = RequestLabels::new(verb, &target, params.get("dryRun").is_some());
    if let Err(error) = access::authorize(&user, verb, &target, path) {
        return (Some(labels), Err(error));
    }
    let call = Call { cluster: Arc::clone(cluster), user, headers: parts.headers, params, verb, body };
    let result = match target {
        Target::NonResource => non_resource(&call, &parts.method, path),
        Target::Review { resource, namespace } => reviews::answer(call, resource, namespace).await,
        Target::Resource(path) if verb == "watch" => watch::serve(&call, &path, labels.clone(), started),
        Target::Resource(path) => resource(call, path).await,
    };
    (Some(labels), result)
}

async fn resource(call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    match path.subresource {
        None | Some(Subresource::Status) => {}
        Some(_) => return subresources::serve(call, path).await,
    }
    match (call.verb, &path.name) {
        // Large lists take the processor for a while.
        ("list", None) => tokio::task::spawn_blocking(move || list::list(&call, &path))
            .await
            .unwrap_or_else(|_| Err(ApiError::new(500, "InternalError", "Internal error occurred"))),
        ("get", Some(_)) => list::get(&call, &path),
        ("create", None) => write::create::serve(call, path).await,
        ("update", Some(_)) => write::update::serve(call, path).await,
        ("patch", Some(_)) => write::patch::serve(call, path).await,
        ("delete", Some(_)) => write::delete::one(call, path).await,
        ("deletecollection", None) => write::delete::collection(call, path).await,
        _ => Err(ApiError::method_not_allowed()),
    }
}

fn non_resource(call: &Call, method: &Method, path: &str) -> Result<Response, ApiError> {
    if *method != Method::GET && *method != Method::HEAD {
        return Err(ApiError::method_not_allowed());
    }
    let path = path.trim_end_matches('/');
    match path {
        "/metrics" => Ok(prometheus(call.cluster.metrics().render())),
        "/version" => {
            Ok(content::json(&call.headers, StatusCode::OK, health::version(call.cluster.settings()).to_string()))
        }
        _ if path.starts_with("/openapi/") => openapi::serve(call, path),
        _ if path == "/api" || path == "/apis" || path.starts_with("/api/") || path.starts_with("/apis/") => {
            discovery::serve(call, path)
        }
        _ => health::serve(call, path).ok_or_else(ApiError::no_such_path),
    }
}

fn prometheus(text: String) -> Response {
    let mut response = text.into_response();
    let value = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}
