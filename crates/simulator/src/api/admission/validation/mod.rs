//! Validation with the causes the API server gives. Upstream: `pkg/apis/*/validation/validation.go`.

mod meta;
mod pod;
mod workload;

use serde_json::Value;

use super::amount;
use crate::api::status::{ApiError, Cause};
use crate::object_store::Kind;

fn finish(kind: &Kind, object: &Value, causes: &[Cause]) -> Result<(), ApiError> {
    if causes.is_empty() {
        return Ok(());
    }
    let name = object["metadata"]["name"].as_str().unwrap_or("");
    Err(ApiError::invalid(kind.kind, kind.group, name, causes))
}

/// # Errors
/// 422 with every cause.
pub fn check_new(kind: &Kind, object: &Value) -> Result<(), ApiError> {
    let mut causes = meta::check(kind, object);
    causes.extend(spec(kind, object));
    finish(kind, object, &causes)
}

/// # Errors
/// 422 with every cause, changes of immutable fields among them.
pub fn check_update(kind: &Kind, current: &Value, object: &Value) -> Result<(), ApiError> {
    let mut causes = meta::check_labels(object, "metadata");
    causes.extend(spec(kind, object));
    match (kind.group, kind.plural) {
        ("", "pods") => causes.extend(pod::check_update(current, object)),
        ("apps" | "batch", _) => causes.extend(workload::check_update(kind, current, object)),
        ("", "configmaps" | "secrets") if current["immutable"] == true => {
            let data = |o: &Value| (o["data"].clone(), o["binaryData"].clone());
            if data(current) != data(object) {
                causes.push(Cause::forbidden("data", "field is immutable when `immutable` is set"));
            }
        }
        _ => {}
    }
    finish(kind, object, &causes)
}

fn spec(kind: &Kind, object: &Value) -> Vec<Cause> {
    match (kind.group, kind.plural) {
        ("", "pods") => pod::check_spec(&object["spec"], "spec"),
        ("apps", "controllerrevisions") => Vec::new(),
        ("apps", _) => workload::check(kind, &object["spec"]),
        ("batch", "jobs") => workload::check_job(&object["spec"], "spec"),
        ("batch", "cronjobs") => workload::check_cron_job(&object["spec"]),
        ("", "services") => service(&object["spec"]),
        ("", "resourcequotas") => quantities(&object["spec"]["hard"], "spec.hard"),
        ("", "limitranges") => limits(&object["spec"]["limits"]),
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => {
            if object["roleRef"]["name"].as_str().is_none_or(str::is_empty) {
                vec![Cause::required("roleRef.name", "")]
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}

fn service(spec: &Value) -> Vec<Cause> {
    let ports = spec["ports"].as_array().map_or(&[][..], Vec::as_slice);
    let headless = spec["clusterIP"] == "None" || spec["type"] == "ExternalName";
    if ports.is_empty() && !headless {
        return vec![Cause::required("spec.ports", "")];
    }
    let mut causes = Vec::new();
    for (i, port) in ports.iter().enumerate() {
        if !port["port"].as_i64().is_some_and(|p| (1..=65535).contains(&p)) {
            let detail = "must be between 1 and 65535, inclusive";
            causes.push(Cause::invalid(format!("spec.ports[{i}].port"), &port["port"], detail));
        }
        if ports.len() > 1 && port["name"].as_str().is_none_or(str::is_empty) {
            causes.push(Cause::required(format!("spec.ports[{i}].name"), ""));
        }
    }
    causes
}

/// Checks a resource list.
pub(super) fn quantities(list: &Value, at: &str) -> Vec<Cause> {
    let list = list.as_object().into_iter().flatten();
    list.filter(|(_, value)| amount::read(value).is_none_or(|a| a < 0))
        .map(|(name, value)| {
            let detail = if amount::read(value).is_some() {
                "must be greater than or equal to 0"
            } else {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            };
            Cause::invalid(format!("{at}[{name}]"), value, detail)
        })
        .collect()
}

fn limits(limits: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (i, item) in limits.as_array().into_iter().flatten().enumerate() {
        for part in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            causes.extend(quantities(&item[part], &format!("spec.limits[{i}].{part}")));
        }
        for (name, value) in item["min"].as_object().into_iter().flatten() {
            let (Some(min), Some(max)) = (amount::read(value), amount::read(&item["max"][name])) else { continue };
            if min > max {
                let detail = format!(
                    "min value {} is greater than max value {}",
                    amount::show(min, name),
                    amount::show(max, name)
                );
                causes.push(Cause::invalid(format!("spec.limits[{i}].min[{name}]"), value, &detail));
            }
        }
    }
    causes
}
