use std::sync::{Arc, PoisonError};

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, check_object, manager, respond};
use crate::api::admission;
use crate::api::apply::{Manager, Operation, record_update};
use crate::api::cluster::ClusterApi;
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::request::ResourcePath;
use crate::api::status::ApiError;
use crate::object_store::{Kind, StoreError, Subresource, kinds, now};

/// Tries to find a free generated name this often, as upstream.
const ATTEMPTS: usize = 8;

/// What generated names end with: no vowels, so that they spell nothing.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// POST on a collection.
pub async fn serve(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let bytes = body(&mut call).await?;
    let mut object = content::decode(content::media_type(&call.headers), &bytes)?;
    check_object(&path, &mut object)?;
    if path.kind.namespaced && path.namespace.is_none() {
        return Err(ApiError::method_not_allowed());
    }
    if object["metadata"]["resourceVersion"].as_str().is_some_and(|v| !v.is_empty()) {
        return Err(ApiError::bad_request("resourceVersion should not be set on objects to be created"));
    }
    admission::check_fields(path.kind, &mut object, call.params.get("fieldValidation"))?;
    clean(path.kind, &mut object);
    let manager = manager(&call, Operation::Update, None)?;
    let created = create_named(&call.cluster, path.kind, object, Some(&manager), call.params.dry_run()?)?;
    respond(&call, StatusCode::CREATED, &created)
}

/// Takes out what only the server sets.
pub fn clean(kind: &Kind, object: &mut Value) {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for field in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "selfLink",
            "managedFields",
        ] {
            metadata.shift_remove(field);
        }
    }
    if kind.has(Subresource::Status)
        && let Some(map) = object.as_object_mut()
    {
        map.shift_remove("status");
    }
}

/// Creates an object, making up its name from `generateName` where needed.
pub fn create_named(
    cluster: &ClusterApi,
    kind: &'static Kind,
    mut object: Value,
    manager: Option<&Manager>,
    dry_run: bool,
) -> Result<Arc<Value>, ApiError> {
    let prefix = object["metadata"]["generateName"].as_str().filter(|p| !p.is_empty()).map(str::to_owned);
    let named = object["metadata"]["name"].as_str().is_some_and(|n| !n.is_empty());
    let prefix = prefix.filter(|_| !named);
    for _ in 1..ATTEMPTS {
        let Some(prefix) = &prefix else { break };
        let mut attempt = object.clone();
        attempt["metadata"]["name"] = generated(prefix).into();
        match create(cluster, kind, attempt, manager, dry_run) {
            Err(error) if error.reason == "AlreadyExists" => {}
            done => return done,
        }
    }
    if let Some(prefix) = &prefix {
        object["metadata"]["name"] = generated(prefix).into();
    }
    create(cluster, kind, object, manager, dry_run)
}

fn generated(prefix: &str) -> String {
    let random = uuid::Uuid::new_v4();
    let suffix = random.as_bytes()[..5].iter().map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()]));
    let head: String = prefix.chars().take(58).collect();
    head.chars().chain(suffix).collect()
}

fn create(
    cluster: &ClusterApi,
    kind: &'static Kind,
    mut object: Value,
    manager: Option<&Manager>,
    dry_run: bool,
) -> Result<Arc<Value>, ApiError> {
    let store = cluster.store();
    admission::prepare_create(store, kind, &mut object)?;
    // An apply has recorded its own fields already.
    if let Some(manager) = manager {
        record_update(kind, &Value::Null, &mut object, manager);
    }
    let guard = cluster.admission.lock().unwrap_or_else(PoisonError::into_inner);
    let charge = admission::quota::admit(store, kind, &object)?;
    if dry_run {
        return dry(cluster, kind, object);
    }
    let created = store.create(kind, object)?;
    admission::quota::record(store, charge);
    drop(guard);
    if kind == &kinds::RESOURCE_QUOTA {
        admission::quota::recount(cluster, created["metadata"]["namespace"].as_str().unwrap_or(""));
    }
    Ok(created)
}

/// The object as it would have been created.
fn dry(cluster: &ClusterApi, kind: &Kind, mut object: Value) -> Result<Arc<Value>, ApiError> {
    let metadata = &mut object["metadata"];
    let name = metadata["name"].as_str().unwrap_or("").to_owned();
    let namespace = metadata["namespace"].as_str().map(str::to_owned);
    if cluster.store().get_stored(kind, namespace.as_deref(), &name).is_some() {
        return Err(StoreError::AlreadyExists { resource: kind.qualified_resource(), name }.into());
    }
    metadata["uid"] = json!(uuid::Uuid::new_v4().to_string());
    metadata["creationTimestamp"] = now().into();
    Ok(Arc::new(object))
}
