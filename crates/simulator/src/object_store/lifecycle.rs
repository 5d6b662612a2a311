//! What the API server sets on objects, and when a deleted one goes.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::StoreError;
use super::kinds::{self, Kind};
use super::store::DeleteOptions;

pub(super) fn complete(kind: &Kind, object: &mut Value) {
    if let Some(map) = object.as_object_mut() {
        // First in the text, as every reader expects.
        map.shift_insert(0, "kind".into(), kind.kind.into());
        map.shift_insert(1, "apiVersion".into(), kind.api_version().into());
    }
    let metadata = &mut object["metadata"];
    if metadata["uid"].as_str().is_none_or(str::is_empty) {
        metadata["uid"] = Uuid::new_v4().to_string().into();
    }
    if metadata["creationTimestamp"].as_str().is_none() {
        metadata["creationTimestamp"] = now().into();
    }
    if has_generation(kind) && metadata["generation"].as_i64().is_none() {
        metadata["generation"] = 1.into();
    }
}

/// The current time as Kubernetes writes it: whole seconds, UTC.
pub(crate) fn now() -> String {
    rfc3339(Timestamp::now())
}

fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn set_version(object: &mut Value, version: u64) {
    object["metadata"]["resourceVersion"] = version.to_string().into();
}

fn has_generation(kind: &Kind) -> bool {
    let without = [
        &kinds::NODE,
        &kinds::NAMESPACE,
        &kinds::SERVICE,
        &kinds::RESOURCE_QUOTA,
        &kinds::LEASE,
        &kinds::PERSISTENT_VOLUME,
        &kinds::PERSISTENT_VOLUME_CLAIM,
        &kinds::LIMIT_RANGE,
    ];
    !matches!(kind.group, "rbac.authorization.k8s.io" | "events.k8s.io")
        && !without.contains(&kind)
        && !["ConfigMap", "Secret", "ServiceAccount", "Endpoints", "Event"].contains(&kind.kind)
}

pub(super) fn desired_state_changed(kind: &Kind, before: &Value, after: &Value) -> bool {
    has_generation(kind) && before.get("spec") != after.get("spec")
}

pub(super) fn keep_identity(before: &Value, after: &mut Value) {
    for field in ["apiVersion", "kind"] {
        if before.get(field) != after.get(field) {
            after[field] = before[field].clone();
        }
    }
    for field in ["name", "namespace", "uid", "creationTimestamp", "resourceVersion"] {
        match before["metadata"].get(field) {
            Some(value) => after["metadata"][field] = value.clone(),
            None => {
                if let Some(metadata) = after["metadata"].as_object_mut() {
                    metadata.shift_remove(field);
                }
            }
        }
    }
}

fn has_finalizers(object: &Value) -> bool {
    let filled = |v: &Value| v.as_array().is_some_and(|a| !a.is_empty());
    filled(&object["metadata"]["finalizers"]) || filled(&object["spec"]["finalizers"])
}

/// Marked for deletion with nothing left to wait for.
pub(super) fn is_finished(kind: &Kind, object: &Value) -> bool {
    let metadata = &object["metadata"];
    metadata["deletionTimestamp"].is_string()
        && !has_finalizers(object)
        && (kind != &kinds::POD || metadata["deletionGracePeriodSeconds"] == 0)
        && kind != &kinds::NAMESPACE
}

/// Whether an object is the one a delete is meant for.
pub(crate) fn check_preconditions(
    kind: &Kind,
    name: &str,
    object: &Value,
    options: &DeleteOptions,
) -> Result<(), StoreError> {
    let check = |label: &str, field: &str, wanted: &Option<String>| {
        let Some(wanted) = wanted else { return Ok(()) };
        let found = object["metadata"][field].as_str().unwrap_or("");
        if wanted == found {
            return Ok(());
        }
        Err(StoreError::Conflict {
            resource: kind.qualified_resource(),
            name: name.to_owned(),
            message: format!("Precondition failed: {label} in precondition: {wanted}, {label} in object meta: {found}"),
        })
    };
    check("UID", "uid", &options.uid)?;
    check("ResourceVersion", "resourceVersion", &options.resource_version)
}

/// Marks an object that does not go at once; false when it does.
pub(super) fn mark_deleted(kind: &Kind, object: &mut Value, grace: Option<i64>) -> bool {
    let wait = if kind == &kinds::POD { pod_grace(object, grace) } else { 0 };
    let stays = wait > 0 || has_finalizers(object) || kind == &kinds::NAMESPACE;
    if !stays {
        return false;
    }
    let metadata = &mut object["metadata"];
    let shorter = metadata["deletionGracePeriodSeconds"].as_i64().is_some_and(|left| wait < left);
    if !metadata["deletionTimestamp"].is_string() || shorter {
        let at = Timestamp::now() + jiff::SignedDuration::from_secs(wait);
        metadata["deletionTimestamp"] = rfc3339(at).into();
        metadata["deletionGracePeriodSeconds"] = wait.into();
    }
    if kind == &kinds::NAMESPACE {
        object["status"] = json!({"phase": "Terminating"});
    }
    true
}

fn pod_grace(pod: &Value, asked: Option<i64>) -> i64 {
    let bound = pod["spec"]["nodeName"].as_str().is_some_and(|n| !n.is_empty());
    let ended = matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
    if !bound || ended {
        return 0;
    }
    let own = pod["spec"]["terminationGracePeriodSeconds"].as_i64();
    asked.or(own).unwrap_or(30).max(0)
}
