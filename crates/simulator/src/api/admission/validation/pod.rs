//! Pods and pod templates. Upstream: `pkg/apis/core/validation/validation.go`.

use std::collections::HashSet;

use serde_json::Value;

use super::meta::label_error;
use super::{amount, quantities};
use crate::api::status::Cause;

/// Checks the spec of a pod or template; `at` is where it stands.
pub fn check_spec(spec: &Value, at: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    let containers = spec["containers"].as_array().map_or(&[][..], Vec::as_slice);
    if containers.is_empty() {
        causes.push(Cause::required(format!("{at}.containers"), ""));
    }
    let mut names = HashSet::new();
    for list in ["initContainers", "containers"] {
        for (i, container) in spec[list].as_array().into_iter().flatten().enumerate() {
            let at = format!("{at}.{list}[{i}]");
            causes.extend(check_container(container, &at));
            let name = container["name"].as_str().unwrap_or("");
            if !name.is_empty() && !names.insert(name) {
                causes.push(Cause::duplicate(format!("{at}.name"), &container["name"]));
            }
        }
    }
    let one_of = |field: &str, supported: &[&str]| {
        let value = &spec[field];
        let known = value.is_null() || value.as_str().is_some_and(|v| supported.contains(&v));
        (!known).then(|| Cause::unsupported(format!("{at}.{field}"), value, supported))
    };
    causes.extend(one_of("restartPolicy", &["Always", "OnFailure", "Never"]));
    causes.extend(one_of("dnsPolicy", &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]));
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|s| s < 0) {
        let value = &spec["terminationGracePeriodSeconds"];
        let detail = "must be greater than or equal to 0";
        causes.push(Cause::invalid(format!("{at}.terminationGracePeriodSeconds"), value, detail));
    }
    causes.extend(check_volumes(spec, at));
    causes
}

fn check_volumes(spec: &Value, at: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    let volumes = spec["volumes"].as_array().map_or(&[][..], Vec::as_slice);
    for (i, volume) in volumes.iter().enumerate() {
        if volume["name"].as_str().is_none_or(str::is_empty) {
            causes.push(Cause::required(format!("{at}.volumes[{i}].name"), ""));
        }
    }
    for list in ["initContainers", "containers"] {
        for (i, container) in spec[list].as_array().into_iter().flatten().enumerate() {
            for (j, mount) in container["volumeMounts"].as_array().into_iter().flatten().enumerate() {
                let templates_too = volumes.iter().any(|v| v["name"] == mount["name"]);
                // Stateful sets mount claims that their template does not name.
                if !templates_too && at == "spec" {
                    causes.push(Cause {
                        reason: "FieldValueNotFound",
                        message: format!("Not found: {}", mount["name"]),
                        field: format!("{at}.{list}[{i}].volumeMounts[{j}].name"),
                    });
                }
            }
        }
    }
    causes
}

fn check_container(container: &Value, at: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    match container["name"].as_str().filter(|n| !n.is_empty()) {
        None => causes.push(Cause::required(format!("{at}.name"), "")),
        Some(name) => {
            if let Some(detail) = label_error(name) {
                causes.push(Cause::invalid(format!("{at}.name"), &name.into(), &detail));
            }
        }
    }
    match container["image"].as_str() {
        None | Some("") => causes.push(Cause::required(format!("{at}.image"), "")),
        Some(image) if image.trim() != image => {
            let detail = "must not have leading or trailing whitespace";
            causes.push(Cause::invalid(format!("{at}.image"), &image.into(), detail));
        }
        Some(_) => {}
    }
    let policy = &container["imagePullPolicy"];
    if !policy.is_null() && !matches!(policy.as_str(), Some("Always" | "IfNotPresent" | "Never")) {
        let supported = ["Always", "IfNotPresent", "Never"];
        causes.push(Cause::unsupported(format!("{at}.imagePullPolicy"), policy, &supported));
    }
    for (i, port) in container["ports"].as_array().into_iter().flatten().enumerate() {
        if !port["containerPort"].as_i64().is_some_and(|p| (1..=65535).contains(&p)) {
            let field = format!("{at}.ports[{i}].containerPort");
            causes.push(match &port["containerPort"] {
                Value::Null => Cause::required(field, ""),
                value => Cause::invalid(field, value, "must be between 1 and 65535, inclusive"),
            });
        }
    }
    for (i, env) in container["env"].as_array().into_iter().flatten().enumerate() {
        if env["name"].as_str().is_none_or(str::is_empty) {
            causes.push(Cause::required(format!("{at}.env[{i}].name"), ""));
        }
    }
    causes.extend(check_resources(&container["resources"], &format!("{at}.resources")));
    causes
}

fn check_resources(resources: &Value, at: &str) -> Vec<Cause> {
    let mut causes = quantities(&resources["limits"], &format!("{at}.limits"));
    causes.extend(quantities(&resources["requests"], &format!("{at}.requests")));
    for (name, request) in resources["requests"].as_object().into_iter().flatten() {
        let limit = &resources["limits"][name];
        let (Some(asked), Some(most)) = (amount::read(request), amount::read(limit)) else { continue };
        if asked > most {
            let most = limit.as_str().map_or_else(|| limit.to_string(), str::to_owned);
            let detail = format!("must be less than or equal to {name} limit of {most}");
            causes.push(Cause::invalid(format!("{at}.requests"), request, &detail));
        }
    }
    causes
}

/// A running pod may change little.
pub fn check_update(current: &Value, object: &Value) -> Vec<Cause> {
    let (before, after) = (fixed(&current["spec"]), fixed(&object["spec"]));
    let kept = current["spec"]["tolerations"].as_array().map_or(&[][..], Vec::as_slice);
    let now = object["spec"]["tolerations"].as_array().map_or(&[][..], Vec::as_slice);
    let mut causes = Vec::new();
    if before != after {
        causes.push(Cause::forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to existing tolerations), `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        ));
    } else if !kept.iter().all(|t| now.contains(t)) {
        causes.push(Cause::forbidden(
            "spec.tolerations",
            "existing toleration can not be modified except its tolerationSeconds",
        ));
    }
    causes
}

/// The spec without what may change.
fn fixed(spec: &Value) -> Value {
    let mut spec = spec.clone();
    if let Some(map) = spec.as_object_mut() {
        for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"] {
            map.shift_remove(field);
        }
    }
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            if let Some(map) = container.as_object_mut() {
                map.shift_remove("image");
                map.shift_remove("imagePullPolicy");
            }
        }
        if spec[list].is_null()
            && let Some(map) = spec.as_object_mut()
        {
            map.shift_remove(list);
        }
    }
    spec
}
