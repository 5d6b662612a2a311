use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::create::{clean, create_named};
use super::update::{finish, settle, update};
use super::{body, check_name, check_object, manager, respond};
use crate::api::admission;
use crate::api::apply::{self, Manager, Operation};
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::patch::{json_patch, merge_patch, strategic_merge_patch};
use crate::api::request::ResourcePath;
use crate::api::status::ApiError;
use crate::object_store::Kind;

/// The patch types there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchType {
    Json,
    Merge,
    Strategic,
    Apply,
}

impl PatchType {
    /// # Errors
    /// 415 for another media type.
    pub fn of(media: &str) -> Result<Self, ApiError> {
        match media {
            "application/json-patch+json" => Ok(Self::Json),
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/strategic-merge-patch+json" => Ok(Self::Strategic),
            "application/apply-patch+yaml" => Ok(Self::Apply),
            other => Err(ApiError::unsupported_media_type(
                &[
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/strategic-merge-patch+json",
                    "application/apply-patch+yaml",
                ],
                other,
            )),
        }
    }

    /// Patches `target` in place; not for [`PatchType::Apply`].
    pub fn patch(self, kind: &Kind, target: &mut Value, patch: &Value) -> Result<(), ApiError> {
        match self {
            Self::Json => json_patch(target, patch)?,
            Self::Merge => merge_patch(target, patch),
            Self::Strategic | Self::Apply => strategic_merge_patch(kind, target, patch)?,
        }
        if target.is_object() && target["metadata"].is_object() {
            return Ok(());
        }
        Err(ApiError::bad_request("the patched object is not an object with metadata"))
    }
}

/// PATCH of an object or its status.
pub async fn serve(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let patch_type = PatchType::of(content::media_type(&call.headers))?;
    let bytes = body(&mut call).await?;
    let patch = content::yaml(&bytes)?;
    let dry_run = call.params.dry_run()?;
    if patch_type == PatchType::Apply {
        return serve_apply(&call, &path, patch, dry_run);
    }
    if call.params.get("force").is_some() {
        let cause = crate::api::Cause::forbidden("force", "may not be specified for non-apply patch");
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &[cause]));
    }
    let manager = manager(&call, Operation::Update, path.subresource)?;
    let updated = update(&call.cluster, &path, dry_run, |current| {
        let mut new = current.clone();
        patch_type.patch(path.kind, &mut new, &patch)?;
        admission::check_fields(path.kind, &mut new, call.params.get("fieldValidation"))?;
        finish(path.kind, path.subresource, current, new, &manager)
    })?;
    respond(&call, StatusCode::OK, &updated)
}

fn serve_apply(call: &Call, path: &ResourcePath, mut config: Value, dry_run: bool) -> Result<Response, ApiError> {
    let manager = manager(call, Operation::Apply, path.subresource)?;
    if config["metadata"]["managedFields"].as_array().is_some_and(|m| !m.is_empty()) {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    if config["apiVersion"].as_str().is_none() || config["kind"].as_str().is_none() {
        return Err(ApiError::bad_request("an applied configuration must have apiVersion and kind"));
    }
    check_object(path, &mut config)?;
    check_name(path, &mut config)?;
    admission::check_fields(path.kind, &mut config, call.params.get("fieldValidation"))?;
    let force = call.params.flag("force");
    loop {
        let exists =
            call.cluster.store().get_stored(path.kind, path.namespace(), path.name.as_deref().unwrap_or("")).is_some();
        let done = if exists {
            apply_existing(call, path, &config, &manager, force, dry_run).map(|o| (StatusCode::OK, o))
        } else if path.subresource.is_some() {
            Err(ApiError::not_found(path.kind, path.name.as_deref().unwrap_or("")))
        } else {
            apply_new(call, path, &config, &manager, dry_run).map(|o| (StatusCode::CREATED, o))
        };
        match done {
            // Made or removed by somebody else in between.
            Err(error) if !exists && error.reason == "AlreadyExists" => {}
            Err(error) if exists && error.reason == "NotFound" && path.subresource.is_none() => {}
            Err(error) => return Err(error),
            Ok((code, object)) => return respond(call, code, &object),
        }
    }
}

fn apply_new(
    call: &Call,
    path: &ResourcePath,
    config: &Value,
    manager: &Manager,
    dry_run: bool,
) -> Result<Arc<Value>, ApiError> {
    let name = path.name.as_deref().unwrap_or("");
    if let Some(uid) = config["metadata"]["uid"].as_str().filter(|u| !u.is_empty()) {
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: ");
        return Err(ApiError::conflict(path.kind, name, &why));
    }
    let mut config = config.clone();
    clean(path.kind, &mut config);
    let object = apply::apply(path.kind, &Value::Null, &config, manager, false)?;
    create_named(&call.cluster, path.kind, object, None, dry_run)
}

fn apply_existing(
    call: &Call,
    path: &ResourcePath,
    config: &Value,
    manager: &Manager,
    force: bool,
    dry_run: bool,
) -> Result<Arc<Value>, ApiError> {
    update(&call.cluster, path, dry_run, |current| {
        // The identity that the client sent is a precondition, not a field.
        let mut sent = config.clone();
        let mut preconditions = json!({});
        if let Some(metadata) = sent["metadata"].as_object_mut() {
            for field in ["uid", "resourceVersion"] {
                if let Some(value) = metadata.shift_remove(field) {
                    preconditions[field] = value;
                }
            }
            for field in ["creationTimestamp", "generation", "selfLink", "managedFields", "generateName"] {
                metadata.shift_remove(field);
            }
        }
        let mut new = apply::apply(path.kind, current, &sent, manager, force)?;
        for field in ["uid", "resourceVersion"] {
            if preconditions[field].is_string() {
                new["metadata"][field] = preconditions[field].clone();
            }
        }
        settle(path.kind, path.subresource, current, &mut new)?;
        Ok(new)
    })
}
