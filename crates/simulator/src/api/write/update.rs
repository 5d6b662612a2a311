use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::{body, check_name, check_object, manager, respond};
use crate::api::admission;
use crate::api::apply::{Manager, Operation, record_update};
use crate::api::cluster::ClusterApi;
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::request::ResourcePath;
use crate::api::status::ApiError;
use crate::object_store::{Kind, Subresource, kinds};

const MODIFIED: &str = "the object has been modified; please apply your changes to the latest version and try again";

/// PUT of an object or its status.
pub async fn serve(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let bytes = body(&mut call).await?;
    let mut object = content::decode(content::media_type(&call.headers), &bytes)?;
    check_object(&path, &mut object)?;
    check_name(&path, &mut object)?;
    admission::check_fields(path.kind, &mut object, call.params.get("fieldValidation"))?;
    let manager = manager(&call, Operation::Update, path.subresource)?;
    let dry_run = call.params.dry_run()?;
    let updated = update(&call.cluster, &path, dry_run, |current| {
        let mut new = object;
        settle(path.kind, path.subresource, current, &mut new)?;
        record_update(path.kind, current, &mut new, &manager);
        Ok(new)
    })?;
    respond(&call, StatusCode::OK, &updated)
}

/// Replaces an object by what `change` makes of it.
pub fn update(
    cluster: &ClusterApi,
    path: &ResourcePath,
    dry_run: bool,
    change: impl FnOnce(&Value) -> Result<Value, ApiError>,
) -> Result<Arc<Value>, ApiError> {
    let name = path.name.as_deref().unwrap_or("");
    if dry_run {
        let current = cluster
            .store()
            .get(path.kind, path.namespace(), name)
            .ok_or_else(|| ApiError::not_found(path.kind, name))?;
        return change(&current).map(Arc::new);
    }
    let updated = cluster.store().try_update(path.kind, path.namespace(), name, |object| {
        *object = change(object)?;
        Ok::<(), ApiError>(())
    })?;
    if path.kind == &kinds::RESOURCE_QUOTA && path.subresource.is_none() {
        admission::quota::recount(cluster, path.namespace().unwrap_or(""));
    }
    Ok(updated)
}

/// As [`update`], for a change made to the object a client sent or patched: checks its preconditions,
/// keeps what the endpoint may not change, fills in defaults, validates.
///
/// # Errors
/// 409 for a stale `resourceVersion` or another `uid`, 422 for what is invalid.
pub fn settle(
    kind: &'static Kind,
    subresource: Option<Subresource>,
    current: &Value,
    new: &mut Value,
) -> Result<(), ApiError> {
    let name = current["metadata"]["name"].as_str().unwrap_or("").to_owned();
    let set = |v: &Value| v.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    if let Some(version) = set(&new["metadata"]["resourceVersion"])
        && current["metadata"]["resourceVersion"] != version
    {
        return Err(ApiError::conflict(kind, &name, MODIFIED));
    }
    if let Some(uid) = set(&new["metadata"]["uid"])
        && current["metadata"]["uid"] != uid
    {
        let found = current["metadata"]["uid"].as_str().unwrap_or("");
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {found}");
        return Err(ApiError::conflict(kind, &name, &why));
    }
    keep_system_fields(current, new);
    if subresource == Some(Subresource::Status) {
        let status = new.get("status").cloned();
        let managed = new["metadata"].get("managedFields").cloned();
        *new = current.clone();
        put(new, "status", status);
        put(&mut new["metadata"], "managedFields", managed);
        return Ok(());
    }
    if kind.has(Subresource::Status) {
        put(new, "status", current.get("status").cloned());
    }
    admission::prepare_update(kind, current, new)
}

fn put(object: &mut Value, field: &str, value: Option<Value>) {
    if let Some(map) = object.as_object_mut() {
        match value {
            Some(value) => {
                map.insert(field.to_owned(), value);
            }
            None => {
                map.shift_remove(field);
            }
        }
    }
}

fn keep_system_fields(current: &Value, new: &mut Value) {
    for field in [
        "name",
        "namespace",
        "generateName",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
    ] {
        put(&mut new["metadata"], field, current["metadata"].get(field).cloned());
    }
}

/// Settles and records one change; what patches end with.
pub fn finish(
    kind: &'static Kind,
    subresource: Option<Subresource>,
    current: &Value,
    mut new: Value,
    manager: &Manager,
) -> Result<Value, ApiError> {
    settle(kind, subresource, current, &mut new)?;
    record_update(kind, current, &mut new, manager);
    Ok(new)
}
