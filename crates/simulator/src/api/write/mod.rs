//! Everything that changes objects.

pub mod create;
pub mod delete;
pub mod patch;
pub mod update;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::apply::{Manager, Operation};
use super::content::{self, View};
use super::dispatch::Call;
use super::request::ResourcePath;
use super::status::{ApiError, Cause};
use crate::object_store::{Kind, Subresource};

/// The longest field manager name, as upstream.
const MANAGER_LENGTH: usize = 128;

/// Who writes: `fieldManager`, else the first part of the user agent.
fn manager(call: &Call, operation: Operation, subresource: Option<Subresource>) -> Result<Manager, ApiError> {
    let agent = call.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("unknown");
    let name = match call.params.get("fieldManager") {
        Some(name) => name,
        None if operation == Operation::Apply => {
            let cause = Cause::required("fieldManager", "is required for apply patch");
            return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &[cause]));
        }
        None => agent.split('/').next().unwrap_or(agent),
    };
    if name.len() > MANAGER_LENGTH {
        let cause = Cause::invalid("fieldManager", &name.into(), "may not be more than 128 bytes");
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &[cause]));
    }
    Ok(Manager { name: name.to_owned(), operation, subresource })
}

/// Takes the body out of a call.
pub async fn body(call: &mut Call) -> Result<Bytes, ApiError> {
    content::read_body(std::mem::replace(&mut call.body, Body::empty())).await
}

/// Reads the object of a create, update or apply, and checks that it is what the path says.
fn check_object(path: &ResourcePath, object: &mut Value) -> Result<(), ApiError> {
    let kind = path.kind;
    let Some(map) = object.as_object_mut() else {
        return Err(ApiError::bad_request("the body of the request is not an object"));
    };
    let expected = kind.api_version();
    for (field, wanted) in [("apiVersion", expected.as_str()), ("kind", kind.kind)] {
        let found = map.get(field).and_then(Value::as_str).unwrap_or(wanted);
        if found != wanted {
            return Err(ApiError::bad_request(format!(
                "{} in version {:?} cannot be handled as a {}: {field} is {found:?}, expected {wanted:?}",
                map.get("kind").and_then(Value::as_str).unwrap_or(kind.kind),
                map.get("apiVersion").and_then(Value::as_str).unwrap_or(&expected),
                kind.kind,
            )));
        }
    }
    map.shift_insert(0, "kind".to_owned(), kind.kind.into());
    map.shift_insert(1, "apiVersion".to_owned(), expected.into());
    let metadata = map.entry("metadata").or_insert_with(|| json!({}));
    if !metadata.is_object() {
        return Err(ApiError::bad_request("metadata is not an object"));
    }
    let found = metadata["namespace"].as_str().filter(|n| !n.is_empty());
    match (path.namespace(), found) {
        (Some(wanted), Some(found)) if wanted != found => Err(ApiError::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        )),
        (Some(wanted), _) => {
            metadata["namespace"] = wanted.into();
            Ok(())
        }
        (None, _) => {
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.shift_remove("namespace");
            }
            Ok(())
        }
    }
}

/// Refuses a body whose name is not the path's.
fn check_name(path: &ResourcePath, object: &mut Value) -> Result<(), ApiError> {
    let wanted = path.name.as_deref().unwrap_or("");
    let found = object["metadata"]["name"].as_str().unwrap_or("");
    if !found.is_empty() && found != wanted {
        return Err(ApiError::bad_request(format!(
            "the name of the object ({found}) does not match the name on the URL ({wanted})"
        )));
    }
    object["metadata"]["name"] = wanted.into();
    Ok(())
}

/// Sends an object that was written.
pub fn respond(call: &Call, code: StatusCode, object: &Value) -> Result<Response, ApiError> {
    let body = match content::view(&call.headers)? {
        View::Partial => json!({
            "kind": "PartialObjectMetadata",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"],
        })
        .to_string(),
        _ => object.to_string(),
    };
    Ok(content::json(&call.headers, code, body))
}

/// A `Status` of success about one object or a collection.
pub fn success(kind: &Kind, name: &str, uid: &Value) -> Value {
    let mut details = super::status::details(kind.group, kind.plural, name);
    if uid.is_string() {
        details["uid"] = uid.clone();
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
