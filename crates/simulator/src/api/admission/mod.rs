//! What happens to an object between its decoding and its storing.

mod amount;
mod defaults;
mod limit_range;
mod pod_defaults;
pub mod quota;
mod strict;
mod validation;

use serde_json::Value;

use super::status::ApiError;
use crate::object_store::{Kind, ObjectStore, kinds};

pub use strict::check_fields;

/// Defaults, mutating admission and validation of a new object.
///
/// # Errors
/// 404 without its namespace, 403 when admission refuses, 422 when it is invalid.
pub fn prepare_create(store: &ObjectStore, kind: &'static Kind, object: &mut Value) -> Result<(), ApiError> {
    defaults::fill(kind, object);
    check_namespace(store, kind, object)?;
    if kind == &kinds::POD {
        check_service_account(store, object)?;
        resolve_priority(store, object)?;
        limit_range::fill(store, object);
        pod_defaults::set_qos_class(object);
    }
    defaults::fill_new(kind, object);
    validation::check_new(kind, object)?;
    if kind == &kinds::POD {
        limit_range::check(store, object)?;
    }
    Ok(())
}

/// Defaults and validation of a changed object.
///
/// # Errors
/// 422 when it is invalid or changes what may not change.
pub fn prepare_update(kind: &'static Kind, current: &Value, object: &mut Value) -> Result<(), ApiError> {
    defaults::keep_assigned(kind, current, object);
    defaults::fill(kind, object);
    validation::check_update(kind, current, object)
}

/// Upstream: `plugin/pkg/admission/namespace/lifecycle/admission.go`.
fn check_namespace(store: &ObjectStore, kind: &Kind, object: &Value) -> Result<(), ApiError> {
    let Some(name) = object["metadata"]["namespace"].as_str().filter(|_| kind.namespaced) else {
        return Ok(());
    };
    let Some(namespace) = store.get(&kinds::NAMESPACE, None, name) else {
        return Err(ApiError::not_found(&kinds::NAMESPACE, name));
    };
    if !namespace["metadata"]["deletionTimestamp"].is_string() {
        return Ok(());
    }
    let own = object["metadata"]["name"].as_str().unwrap_or("");
    let why = format!("unable to create new content in namespace {name} because it is being terminated");
    let mut error = ApiError::forbidden(kind, own, &why);
    if let Some(details) = &mut error.details {
        details["causes"] = serde_json::json!([{
            "reason": "NamespaceTerminating",
            "message": format!("namespace {name} is being terminated"),
            "field": "metadata.namespace",
        }]);
    }
    Err(error)
}

/// The `default` account comes with the namespace, any other must be there.
fn check_service_account(store: &ObjectStore, pod: &Value) -> Result<(), ApiError> {
    let namespace = pod["metadata"]["namespace"].as_str();
    let account = pod["spec"]["serviceAccountName"].as_str().unwrap_or("default");
    if account == "default" || store.get_stored(&kinds::SERVICE_ACCOUNT, namespace, account).is_some() {
        return Ok(());
    }
    let name = pod["metadata"]["name"].as_str().unwrap_or("");
    let place = namespace.unwrap_or("");
    let why = format!("error looking up service account {place}/{account}: serviceaccount {account:?} not found");
    Err(ApiError::forbidden(&kinds::POD, name, &why))
}

/// Upstream: `plugin/pkg/admission/priority/admission.go`.
fn resolve_priority(store: &ObjectStore, pod: &mut Value) -> Result<(), ApiError> {
    let class = pod["spec"]["priorityClassName"].as_str().filter(|c| !c.is_empty()).map(str::to_owned);
    let priority = match class.as_deref() {
        None => {
            let (classes, _) = store.list(&kinds::PRIORITY_CLASS, None);
            classes.iter().find(|c| c["globalDefault"] == true).map_or(Value::from(0), |c| c["value"].clone())
        }
        Some("system-node-critical") => 2_000_001_000.into(),
        Some("system-cluster-critical") => 2_000_000_000.into(),
        Some(name) => match store.get(&kinds::PRIORITY_CLASS, None, name) {
            Some(class) => class["value"].clone(),
            None => {
                let pod_name = pod["metadata"]["name"].as_str().unwrap_or("");
                let why = format!("no PriorityClass with name {name} was found");
                return Err(ApiError::forbidden(&kinds::POD, pod_name, &why));
            }
        },
    };
    pod["spec"]["priority"] = priority;
    Ok(())
}
