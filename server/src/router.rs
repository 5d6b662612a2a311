//! All routes, behind the layers that every request passes.

use crate::http::guard::{self, Shared};
use crate::http::headers;
use crate::http::problem::ApiError;
use crate::rest::{self, MAX_BODY};
use crate::{assets, metrics, pages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::wire::problem::Problem;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// The main listener.
pub fn router(shared: Shared) -> Router {
    let (api, document) = rest::routes().split_for_parts();
    let document = serde_json::to_string(&document).unwrap_or_default();
    let described = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document.clone()) });
    Router::new()
        .merge(api)
        .route("/openapi.json", described)
        .route("/metrics", get(metrics::text))
        .merge(crate::forms::routes())
        .merge(pages::routes(&shared))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(shared.clone(), guard::check))
        .layer(middleware::from_fn(static_file))
        .layer(middleware::from_fn_with_state(shared.clone(), headers::add))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(shared)
}

/// The listener for Prometheus alone.
pub fn metrics(shared: Shared) -> Router {
    Router::new().route("/metrics", get(metrics::text)).with_state(shared)
}

/// Files that were compiled in need nobody to be signed in.
async fn static_file(request: axum::extract::Request, next: middleware::Next) -> Response {
    match assets::lookup(request.uri().path()) {
        Some(asset) => file(asset, request.headers()),
        None => next.run(request).await,
    }
}

fn file(asset: &assets::Asset, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", asset.hash);
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let common =
        [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, cache.into()), (header::VARY, "Accept-Encoding".into())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let accepts = |name: &str| {
        let value = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|item| item.split(';').next().map(str::trim) == Some(name))
    };
    let (encoding, bytes) = match asset {
        assets::Asset { br: Some(bytes), .. } if accepts("br") => (Some("br"), *bytes),
        assets::Asset { gzip: Some(bytes), .. } if accepts("gzip") => (Some("gzip"), *bytes),
        plain => (None, plain.bytes),
    };
    let mut response = (common, [(header::CONTENT_TYPE, asset.content_type)], bytes).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding));
    }
    response
}

async fn unknown(uri: Uri) -> ApiError {
    ApiError(Problem::not_found(if uri.path().starts_with("/api/") { "endpoint" } else { "page" }))
}

async fn wrong_method() -> ApiError {
    ApiError(Problem::new(405, "method_not_allowed", "This address does not take that method."))
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    ApiError(Problem::internal()).into_response()
}
