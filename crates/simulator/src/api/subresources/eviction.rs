//! Eviction, as `kubectl drain` asks for. Upstream: `pkg/registry/core/pod/storage/eviction.go`.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::owner;
use crate::api::content;
use crate::api::dispatch::Call;
use crate::api::request::ResourcePath;
use crate::api::status::ApiError;
use crate::api::write;
use crate::object_store::{DeleteOptions, ObjectStore, kinds};

/// POST.
pub async fn serve(mut call: Call, path: ResourcePath) -> Result<Response, ApiError> {
    let bytes = write::body(&mut call).await?;
    let eviction = content::decode(content::media_type(&call.headers), &bytes)?;
    let pod = owner(&call, &path)?;
    let store = call.cluster.store();
    let counts = !matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed" | "Pending"))
        && !pod["metadata"]["deletionTimestamp"].is_string();
    if counts && let Some(budget) = exhausted(store, &pod) {
        let message = "Cannot evict pod as it would violate the pod's disruption budget.";
        let cause = json!({
            "reason": "DisruptionBudget",
            "message": format!(
                "The disruption budget {budget} needs {} healthy pods and has {} currently",
                budget_of(store, &pod, &budget)["status"]["desiredHealthy"],
                budget_of(store, &pod, &budget)["status"]["currentHealthy"],
            ),
        });
        let details = json!({"causes": [cause]});
        return Err(ApiError::new(429, "TooManyRequests", message).with_details(details));
    }
    let dry_run = call.params.dry_run()? || eviction["deleteOptions"]["dryRun"].is_array();
    if !dry_run {
        let text = |v: &Value| v.as_str().map(str::to_owned);
        let sent = &eviction["deleteOptions"];
        let options = DeleteOptions {
            uid: text(&sent["preconditions"]["uid"]),
            resource_version: text(&sent["preconditions"]["resourceVersion"]),
            grace_period_seconds: sent["gracePeriodSeconds"].as_i64(),
        };
        store.delete(&kinds::POD, path.namespace(), path.name.as_deref().unwrap_or(""), &options)?;
    }
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
    Ok(content::json(&call.headers, StatusCode::CREATED, status.to_string()))
}

fn budget_of(store: &ObjectStore, pod: &Value, name: &str) -> Value {
    let namespace = pod["metadata"]["namespace"].as_str();
    store.get(&kinds::POD_DISRUPTION_BUDGET, namespace, name).map_or(Value::Null, |b| (*b).clone())
}

/// The budget that covers the pod and allows no disruption.
fn exhausted(store: &ObjectStore, pod: &Value) -> Option<String> {
    let (budgets, _) = store.list(&kinds::POD_DISRUPTION_BUDGET, pod["metadata"]["namespace"].as_str());
    let labels = &pod["metadata"]["labels"];
    let covers = |budget: &Value| {
        let wanted = budget["spec"]["selector"]["matchLabels"].as_object();
        wanted.is_some_and(|w| !w.is_empty() && w.iter().all(|(k, v)| labels.get(k) == Some(v)))
    };
    let none_left = |budget: &Value| budget["status"]["disruptionsAllowed"].as_i64() == Some(0);
    let found = budgets.iter().find(|b| covers(b) && none_left(b))?;
    found["metadata"]["name"].as_str().map(str::to_owned)
}
