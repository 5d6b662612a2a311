//! Endpoints below an object, other than `status`.

mod eviction;
mod logs;
mod scale;
mod token;

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::content;
use super::dispatch::Call;
use super::request::ResourcePath;
use super::status::ApiError;
use super::write;
use crate::object_store::{Subresource, kinds};

/// Serves scale, log, eviction, binding and token.
pub async fn serve(call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    match (path.subresource, call.verb) {
        (Some(Subresource::Scale), "get") => scale::get(&call, &path),
        (Some(Subresource::Scale), "update" | "patch") => scale::write(call, path).await,
        (Some(Subresource::Log), "get") => logs::serve(&call, &path),
        (Some(Subresource::Eviction), "create") => eviction::serve(call, path).await,
        (Some(Subresource::Binding), "create") => bind(call, path).await,
        (Some(Subresource::Token), "create") => token::serve(call, path).await,
        _ => Err(ApiError::method_not_allowed()),
    }
}

/// The object a subresource hangs on.
fn owner(call: &Call, path: &ResourcePath) -> Result<Arc<Value>, ApiError> {
    let name = path.name.as_deref().unwrap_or("");
    let found = call.cluster.store().get(path.kind, path.namespace(), name);
    found.ok_or_else(|| ApiError::not_found(path.kind, name))
}

/// Binds a pod to the node a scheduler chose.
async fn bind(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let bytes = write::body(&mut call).await?;
    let binding = content::decode(content::media_type(&call.headers), &bytes)?;
    let name = path.name.as_deref().unwrap_or("");
    let node = binding["target"]["name"].as_str().filter(|n| !n.is_empty()).ok_or_else(|| {
        let cause = super::status::Cause::required("target.name", "");
        ApiError::invalid("Binding", "", name, &[cause])
    })?;
    if !call.params.dry_run()? {
        call.cluster.store().try_update(&kinds::POD, path.namespace(), name, |pod| {
            if let Some(bound) = pod["spec"]["nodeName"].as_str().filter(|n| !n.is_empty()) {
                let why = format!("pod {name} is already assigned to node {bound:?}");
                return Err(ApiError::conflict(&kinds::POD, name, &why));
            }
            pod["spec"]["nodeName"] = node.into();
            Ok(())
        })?;
    }
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
    Ok(content::json(&call.headers, StatusCode::CREATED, status.to_string()))
}
