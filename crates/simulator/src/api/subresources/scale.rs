//! `autoscaling/v1` Scale of Deployments, ReplicaSets and StatefulSets.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::owner;
use crate::api::apply::{Manager, Operation};
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::request::ResourcePath;
use crate::api::status::{ApiError, Cause};
use crate::api::write::patch::PatchType;
use crate::api::write::{self, update};

/// GET.
pub fn get(call: &Call, path: &ResourcePath) -> Result<Response, ApiError> {
    let owner = owner(call, path)?;
    Ok(content::json(&call.headers, StatusCode::OK, scale_of(&owner).to_string()))
}

fn scale_of(owner: &Value) -> Value {
    let metadata = &owner["metadata"];
    let labels = owner["spec"]["selector"]["matchLabels"].as_object().into_iter().flatten();
    let selector: Vec<String> = labels.map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or(""))).collect();
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
            "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": owner["spec"]["replicas"].as_i64().unwrap_or(0)},
        "status": {
            "replicas": owner["status"]["replicas"].as_i64().unwrap_or(0),
            "selector": selector.join(","),
        },
    })
}

/// PUT and PATCH.
pub async fn write(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let bytes = write::body(&mut call).await?;
    let media = content::media_type(&call.headers).to_owned();
    let (patch_type, sent) = if call.verb == "patch" {
        (Some(PatchType::of(&media)?), content::yaml(&bytes)?)
    } else {
        (None, content::decode(&media, &bytes)?)
    };
    let name = call.params.get("fieldManager").map(str::to_owned);
    let manager = Manager {
        name: name.unwrap_or_else(|| "scale".to_owned()),
        operation: Operation::Update,
        subresource: path.subresource,
    };
    let updated = update::update(&call.cluster, &path, call.params.dry_run()?, |current| {
        let before = scale_of(current);
        let scale = match patch_type {
            None => sent,
            Some(patch_type) => {
                let mut scale = before.clone();
                // An applied Scale states only replicas: merging it is the same.
                let patch_type = if patch_type == PatchType::Apply { PatchType::Merge } else { patch_type };
                patch_type.patch(path.kind, &mut scale, &sent)?;
                scale
            }
        };
        let replicas = check(&scale)?;
        let mut new = current.clone();
        for field in ["resourceVersion", "uid"] {
            if scale["metadata"][field].as_str().is_some_and(|v| !v.is_empty()) {
                new["metadata"][field] = scale["metadata"][field].clone();
            }
        }
        new["spec"]["replicas"] = replicas.into();
        update::finish(path.kind, None, current, new, &manager)
    })?;
    Ok(content::json(&call.headers, StatusCode::OK, scale_of(&updated).to_string()))
}

fn check(scale: &Value) -> Result<i64, ApiError> {
    let name = scale["metadata"]["name"].as_str().unwrap_or("");
    let replicas = &scale["spec"]["replicas"];
    match replicas {
        Value::Null => Ok(0),
        _ => match replicas.as_i64() {
            Some(count) if count >= 0 => Ok(count),
            _ => {
                let cause = Cause::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
                Err(ApiError::invalid("Scale", "autoscaling", name, &[cause]))
            }
        },
    }
}
