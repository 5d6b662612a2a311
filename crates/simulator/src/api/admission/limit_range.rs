//! LimitRange. Upstream: `plugin/pkg/admission/limitranger/admission.go`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::amount;
use super::defaults::fill_limit_item;
use super::pod_defaults::default;
use crate::api::status::ApiError;
use crate::object_store::{ObjectStore, kinds};

fn items_of(store: &ObjectStore, pod: &Value) -> Vec<Value> {
    let (ranges, _) = store.list(&kinds::LIMIT_RANGE, pod["metadata"]["namespace"].as_str());
    let mut items: Vec<Value> =
        ranges.iter().flat_map(|r| r["spec"]["limits"].as_array().cloned().unwrap_or_default()).collect();
    // Ranges that were stored without passing the API have no defaults yet.
    items.iter_mut().for_each(fill_limit_item);
    items
}

/// Gives containers the default limits and requests of the namespace.
pub fn fill(store: &ObjectStore, pod: &mut Value) {
    for item in items_of(store, pod).iter().filter(|i| i["type"] == "Container") {
        for list in ["initContainers", "containers"] {
            for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
                for (from, to) in [("default", "limits"), ("defaultRequest", "requests")] {
                    for (name, value) in item[from].as_object().into_iter().flatten() {
                        default(&mut container["resources"], to, Value::Object(Map::new()));
                        default(&mut container["resources"][to], name, value.clone());
                    }
                }
            }
        }
    }
}

/// Requests and limits by resource name, in thousandths.
#[derive(Default)]
struct Usage {
    requests: BTreeMap<String, i64>,
    limits: BTreeMap<String, i64>,
}

fn amounts(list: &Value) -> BTreeMap<String, i64> {
    let list = list.as_object().into_iter().flatten();
    list.filter_map(|(name, value)| Some((name.clone(), amount::read(value)?))).collect()
}

fn of_container(container: &Value) -> Usage {
    let resources = &container["resources"];
    Usage { requests: amounts(&resources["requests"]), limits: amounts(&resources["limits"]) }
}

/// The containers' sum, or a single init container where that needs more.
fn of_pod(pod: &Value) -> Usage {
    let mut total = Usage::default();
    for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
        let usage = of_container(container);
        for (sum, part) in [(&mut total.requests, usage.requests), (&mut total.limits, usage.limits)] {
            for (name, value) in part {
                *sum.entry(name).or_default() += value;
            }
        }
    }
    for container in pod["spec"]["initContainers"].as_array().into_iter().flatten() {
        let usage = of_container(container);
        for (sum, part) in [(&mut total.requests, usage.requests), (&mut total.limits, usage.limits)] {
            for (name, value) in part {
                let slot = sum.entry(name).or_default();
                *slot = value.max(*slot);
            }
        }
    }
    total
}

/// Checks minimum, maximum and ratio of containers and of the pod.
///
/// # Errors
/// 403 with every violation.
pub fn check(store: &ObjectStore, pod: &Value) -> Result<(), ApiError> {
    let mut violations = Vec::new();
    for item in items_of(store, pod) {
        match item["type"].as_str() {
            Some("Container") => {
                for list in ["containers", "initContainers"] {
                    for container in pod["spec"][list].as_array().into_iter().flatten() {
                        violations.extend(violations_of(&item, "Container", &of_container(container)));
                    }
                }
            }
            Some("Pod") => violations.extend(violations_of(&item, "Pod", &of_pod(pod))),
            _ => {}
        }
    }
    let message = match violations.as_slice() {
        [] => return Ok(()),
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    let name = pod["metadata"]["name"].as_str().unwrap_or("");
    Err(ApiError::forbidden(&kinds::POD, name, &message))
}

fn violations_of(item: &Value, scope: &str, usage: &Usage) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bound) in amounts(&item["min"]) {
        let shown = amount::show(bound, &name);
        let head = format!("minimum {name} usage per {scope} is {shown}");
        match (usage.requests.get(&name), usage.limits.get(&name)) {
            (None, _) => found.push(format!("{head}.  No request is specified")),
            (Some(request), _) if *request < bound => {
                found.push(format!("{head}, but request is {}", amount::show(*request, &name)));
            }
            (_, Some(limit)) if *limit < bound => {
                found.push(format!("{head}, but limit is {}", amount::show(*limit, &name)));
            }
            _ => {}
        }
    }
    for (name, bound) in amounts(&item["max"]) {
        let head = format!("maximum {name} usage per {scope} is {}", amount::show(bound, &name));
        match (usage.limits.get(&name), usage.requests.get(&name)) {
            (None, _) => found.push(format!("{head}.  No limit is specified")),
            (Some(limit), _) if *limit > bound => {
                found.push(format!("{head}, but limit is {}", amount::show(*limit, &name)));
            }
            (_, Some(request)) if *request > bound => {
                found.push(format!("{head}, but request is {}", amount::show(*request, &name)));
            }
            _ => {}
        }
    }
    for (name, bound) in amounts(&item["maxLimitRequestRatio"]) {
        let head = format!("{name} max limit to request ratio per {scope} is {}", amount::show(bound, &name));
        match (usage.requests.get(&name), usage.limits.get(&name)) {
            (Some(request), Some(limit)) if *request > 0 => {
                let ratio = *limit as f64 / *request as f64;
                if ratio > bound as f64 / 1000.0 {
                    found.push(format!("{head}, but provided ratio is {ratio:.6}"));
                }
            }
            _ => found.push(format!("{head}, but no request is specified or request is 0")),
        }
    }
    found
}
