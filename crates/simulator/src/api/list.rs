//! GET of one object and of collections.

use std::sync::Arc;

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{BufMut, Bytes, BytesMut};
use http::StatusCode;
use serde_json::{Value, json};

use super::content::{self, View};
use super::dispatch::Call;
use super::request::ResourcePath;
use super::selector::Selector;
use super::status::ApiError;
use super::table;
use crate::object_store::{Kind, Listing, StoredObject};

/// Reads one object.
pub fn get(call: &Call, path: &ResourcePath) -> Result<Response, ApiError> {
    let name = path.name.as_deref().unwrap_or("");
    let stored = call
        .cluster
        .store()
        .get_stored(path.kind, path.namespace(), name)
        .ok_or_else(|| ApiError::not_found(path.kind, name))?;
    let body = match content::view(&call.headers)? {
        View::Object => stored.json.clone(),
        View::Partial => Bytes::from(partial(&stored).to_string()),
        View::Table => {
            let meta = json!({"resourceVersion": stored.resource_version.to_string()});
            Bytes::from(table::render(path.kind, &[stored], meta, true, include_object(call)).to_string())
        }
    };
    Ok(content::json(&call.headers, StatusCode::OK, body))
}

/// One object's `PartialObjectMetadata`.
pub fn partial(stored: &StoredObject) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": stored.value()["metadata"],
    })
}

/// `includeObject` of table requests.
pub fn include_object(call: &Call) -> table::Include {
    match call.params.get("includeObject") {
        Some("None") => table::Include::None,
        Some("Object") => table::Include::Object,
        _ => table::Include::Metadata,
    }
}

/// Reads the selectors of a list, watch or deletecollection.
pub fn selector(call: &Call, kind: &Kind) -> Result<Selector, ApiError> {
    let text = |name| call.params.get(name).unwrap_or("");
    Selector::parse(kind, text("labelSelector"), text("fieldSelector"))
}

/// Lists a collection.
pub fn list(call: &Call, path: &ResourcePath) -> Result<Response, ApiError> {
    let view = content::view(&call.headers)?;
    let selector = selector(call, path.kind)?;
    let limit = usize::try_from(call.params.number("limit")?.unwrap_or(0)).unwrap_or(0);
    let (listing, after) = snapshot(call, path)?;
    let version = listing.resource_version;
    let mut objects = listing.objects;
    if let Some(after) = after {
        objects.retain(|o| position(o) > after);
    }
    if !selector.is_empty() {
        objects.retain(|o| selector.matches(o));
    }
    let mut meta = json!({"resourceVersion": version.to_string()});
    if limit > 0 && objects.len() > limit {
        let remaining = objects.len() - limit;
        objects.truncate(limit);
        if let Some(last) = objects.last() {
            meta["continue"] = continue_token(Some(version), &position(last)).into();
        }
        // Unknown to a server that filters while reading.
        if selector.is_empty() {
            meta["remainingItemCount"] = remaining.into();
        }
    }
    let body = match view {
        View::Object => full(path.kind, &objects, &meta),
        View::Table => Bytes::from(table::render(path.kind, &objects, meta, true, include_object(call)).to_string()),
        View::Partial => {
            let items: Vec<Value> = objects.iter().map(|o| partial(o)).collect();
            Bytes::from(
                json!({
                    "kind": "PartialObjectMetadataList",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": meta,
                    "items": items,
                })
                .to_string(),
            )
        }
    };
    Ok(content::json(&call.headers, StatusCode::OK, body))
}

/// The objects a list shows, and for a later page the position it continues after.
fn snapshot(call: &Call, path: &ResourcePath) -> Result<(Listing, Option<String>), ApiError> {
    let store = call.cluster.store();
    let exact = call.params.get("resourceVersionMatch");
    let asked = version(call.params.get("resourceVersion"))?;
    if let Some(token) = call.params.get("continue") {
        if asked.is_some_and(|v| v != 0) || exact.is_some() {
            return Err(ApiError::bad_request("specifying resource version is not allowed when using continue"));
        }
        let (version, after) = read_token(token)?;
        let Some(version) = version else {
            return Ok((store.list_stored(path.kind, path.namespace()), Some(after)));
        };
        let listing = store.list_stored_at(path.kind, path.namespace(), version).map_err(|_| expired_token(&after))?;
        return Ok((listing, Some(after)));
    }
    match (exact, asked) {
        (Some("Exact"), None | Some(0)) => {
            return Err(ApiError::bad_request(
                "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
            ));
        }
        (Some("NotOlderThan"), None) => {
            return Err(ApiError::bad_request(
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            ));
        }
        (Some("Exact" | "NotOlderThan") | None, _) => {}
        (Some(other), _) => {
            return Err(ApiError::bad_request(format!(
                "resourceVersionMatch: Unsupported value: {other:?}: supported values: \"Exact\", \"NotOlderThan\""
            )));
        }
    }
    let current = store.resource_version();
    match asked {
        Some(version) if version > current => Err(ApiError::too_large_resource_version(version, current)),
        Some(version) if exact == Some("Exact") => store
            .list_stored_at(path.kind, path.namespace(), version)
            .map(|listing| (listing, None))
            .map_err(ApiError::expired),
        _ => Ok((store.list_stored(path.kind, path.namespace()), None)),
    }
}

/// Reads a resourceVersion parameter.
///
/// # Errors
/// 400 when it is not a number.
pub fn version(text: Option<&str>) -> Result<Option<u64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_| ApiError::bad_request(format!("resourceVersion: Invalid value: {text:?}: must be a number")))
}

fn position(object: &StoredObject) -> String {
    format!("{}\0{}", object.namespace.as_deref().unwrap_or(""), object.name)
}

/// A token without version continues in whatever is there by then.
fn continue_token(version: Option<u64>, after: &str) -> String {
    let version = version.map_or(json!(-1), |v| json!(v));
    let token = json!({"v": "meta.k8s.io/v1", "rv": version, "start": after});
    URL_SAFE_NO_PAD.encode(token.to_string())
}

fn read_token(token: &str) -> Result<(Option<u64>, String), ApiError> {
    let bad = || ApiError::bad_request("continue key is not valid: unable to decode the continue token");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| bad())?;
    let token: Value = serde_json::from_slice(&bytes).map_err(|_| bad())?;
    let start = token["start"].as_str().ok_or_else(bad)?;
    match token["rv"].as_i64() {
        Some(-1) => Ok((None, start.to_owned())),
        Some(version) if version > 0 => Ok((Some(version.unsigned_abs()), start.to_owned())),
        _ => Err(bad()),
    }
}

fn expired_token(after: &str) -> ApiError {
    let mut error = ApiError::new(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list \
         without the continue parameter, or use the continue token in this response to retrieve the remainder of the \
         results. Continuing with the provided token results in an inconsistent list - objects that were created, \
         modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    );
    error.continue_token = Some(continue_token(None, after));
    error
}

/// Joins stored texts; items carry no `kind` and `apiVersion`, as upstream.
fn full(kind: &Kind, objects: &[Arc<StoredObject>], meta: &Value) -> Bytes {
    let api_version = kind.api_version();
    let type_meta = format!("{{\"kind\":\"{}\",\"apiVersion\":\"{api_version}\",", kind.kind);
    let total: usize = objects.iter().map(|o| o.json.len()).sum();
    let mut body = BytesMut::with_capacity(total + 256);
    let head =
        format!("{{\"kind\":\"{}List\",\"apiVersion\":\"{api_version}\",\"metadata\":{meta},\"items\":[", kind.kind);
    body.put_slice(head.as_bytes());
    for (i, object) in objects.iter().enumerate() {
        if i > 0 {
            body.put_u8(b',');
        }
        match object.json.strip_prefix(type_meta.as_bytes()) {
            Some(rest) => {
                body.put_u8(b'{');
                body.put_slice(rest);
            }
            None => body.put_slice(&object.json),
        }
    }
    body.put_slice(b"]}\n");
    body.freeze()
}
