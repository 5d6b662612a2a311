use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, respond, success};
use crate::api::cluster::ClusterApi;
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::list;
use crate::api::request::{Params, ResourcePath};
use crate::api::status::ApiError;
use crate::object_store::{DeleteOptions, Kind, StoreError, check_preconditions, kinds};

/// What becomes of dependents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Propagation {
    Background,
    Foreground,
    Orphan,
}

/// `DeleteOptions` as sent.
struct Request {
    options: DeleteOptions,
    propagation: Propagation,
    dry_run: bool,
}

async fn read(call: &mut Call) -> Result<Request, ApiError> {
    let bytes = body(call).await?;
    let sent = if bytes.is_empty() { json!({}) } else { content::decode(content::media_type(&call.headers), &bytes)? };
    let text = |v: &Value| v.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    let params: &Params = &call.params;
    let propagation = match text(&sent["propagationPolicy"]).as_deref().or(params.get("propagationPolicy")) {
        None | Some("Background") => Propagation::Background,
        Some("Foreground") => Propagation::Foreground,
        Some("Orphan") => Propagation::Orphan,
        Some(other) => {
            let cause = crate::api::Cause::unsupported(
                "propagationPolicy",
                &other.into(),
                &["Foreground", "Background", "Orphan"],
            );
            return Err(ApiError::invalid("DeleteOptions", "meta.k8s.io", "", &[cause]));
        }
    };
    let grace = match sent["gracePeriodSeconds"].as_i64() {
        Some(seconds) => Some(seconds),
        None => params.number("gracePeriodSeconds")?,
    };
    let preconditions = &sent["preconditions"];
    Ok(Request {
        options: DeleteOptions {
            uid: text(&preconditions["uid"]),
            resource_version: text(&preconditions["resourceVersion"]),
            grace_period_seconds: grace,
        },
        propagation,
        dry_run: params.dry_run()? || sent["dryRun"].as_array().is_some_and(|d| !d.is_empty()),
    })
}

/// DELETE of one object.
pub async fn one(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    if path.subresource.is_some() {
        return Err(ApiError::method_not_allowed());
    }
    let request = read(&mut call).await?;
    let name = path.name.as_deref().unwrap_or("");
    guard(path.kind, name)?;
    let deleted = delete(&call.cluster, path.kind, path.namespace(), name, &request)?;
    // A pod and what waits for finalizers is shown as it is now, the rest is confirmed.
    let marked = path.kind == &kinds::POD || deleted["metadata"]["deletionTimestamp"].is_string();
    if marked {
        return respond(&call, StatusCode::OK, &deleted);
    }
    let status = success(path.kind, name, &deleted["metadata"]["uid"]);
    Ok(content::json(&call.headers, StatusCode::OK, status.to_string()))
}

/// DELETE of a collection.
pub async fn collection(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    if path.kind.namespaced && path.namespace.is_none() {
        return Err(ApiError::method_not_allowed());
    }
    let request = read(&mut call).await?;
    let selector = list::selector(&call, path.kind)?;
    for object in call.cluster.store().list_stored(path.kind, path.namespace()).objects {
        if !selector.matches(&object) {
            continue;
        }
        guard(path.kind, &object.name)?;
        match delete(&call.cluster, path.kind, path.namespace(), &object.name, &request) {
            Ok(_) => {}
            // Gone by itself meanwhile.
            Err(error) if error.reason == "NotFound" => {}
            Err(error) => return Err(error),
        }
    }
    let status = success(path.kind, "", &Value::Null);
    Ok(content::json(&call.headers, StatusCode::OK, status.to_string()))
}

/// Upstream: `plugin/pkg/admission/namespace/lifecycle`.
fn guard(kind: &Kind, name: &str) -> Result<(), ApiError> {
    let immortal = matches!(name, "default" | "kube-system" | "kube-public");
    if kind == &kinds::NAMESPACE && immortal {
        return Err(ApiError::forbidden(kind, name, "this namespace may not be deleted"));
    }
    Ok(())
}

fn delete(
    cluster: &ClusterApi,
    kind: &'static Kind,
    namespace: Option<&str>,
    name: &str,
    request: &Request,
) -> Result<Arc<Value>, ApiError> {
    let store = cluster.store();
    if request.dry_run {
        return store.get(kind, namespace, name).ok_or_else(|| ApiError::not_found(kind, name));
    }
    let finalizer = match request.propagation {
        Propagation::Background => None,
        Propagation::Foreground => Some("foregroundDeletion"),
        Propagation::Orphan => Some("orphan"),
    };
    if let Some(finalizer) = finalizer
        && has_dependents(cluster, kind, namespace, name)?
    {
        // Checks the preconditions before anything is written.
        store.try_update(kind, namespace, name, |object| {
            check_preconditions(kind, name, object, &request.options)?;
            let list = &mut object["metadata"]["finalizers"];
            if !list.is_array() {
                *list = json!([]);
            }
            if let Some(list) = list.as_array_mut()
                && !list.iter().any(|f| f == finalizer)
            {
                list.push(finalizer.into());
            }
            Ok::<(), StoreError>(())
        })?;
        let mut options = request.options.clone();
        // The finalizer itself was the last write.
        options.resource_version = None;
        return Ok(store.delete(kind, namespace, name, &options)?);
    }
    let deleted = store.delete(kind, namespace, name, &request.options)?;
    Ok(deleted)
}

fn has_dependents(cluster: &ClusterApi, kind: &Kind, namespace: Option<&str>, name: &str) -> Result<bool, ApiError> {
    let object = cluster.store().get(kind, namespace, name).ok_or_else(|| {
        ApiError::from(StoreError::NotFound { resource: kind.qualified_resource(), name: name.to_owned() })
    })?;
    let uid = object["metadata"]["uid"].as_str().unwrap_or("");
    Ok(!cluster.store().dependents(namespace, uid).is_empty())
}
