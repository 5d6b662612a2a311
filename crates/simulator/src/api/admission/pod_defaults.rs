//! Defaults of pods and pod templates. Upstream: `pkg/apis/core/v1/defaults.go`.

use serde_json::{Map, Value, json};

use super::amount;

/// Sets a field that is not there.
pub fn default(object: &mut Value, field: &str, value: impl Into<Value>) {
    if let Some(map) = object.as_object_mut()
        && map.get(field).is_none_or(Value::is_null)
    {
        map.insert(field.to_owned(), value.into());
    }
}

/// The spec of a pod or of a template.
pub fn fill_spec(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    default(spec, "restartPolicy", "Always");
    default(spec, "terminationGracePeriodSeconds", 30);
    default(spec, "dnsPolicy", "ClusterFirst");
    default(spec, "securityContext", json!({}));
    default(spec, "schedulerName", "default-scheduler");
    if let Some(account) = spec["serviceAccountName"].as_str().map(str::to_owned) {
        default(spec, "serviceAccount", account);
    } else if let Some(account) = spec["serviceAccount"].as_str().map(str::to_owned) {
        default(spec, "serviceAccountName", account);
    }
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            fill_container(container);
        }
    }
}

fn fill_container(container: &mut Value) {
    if !container.is_object() {
        return;
    }
    let image = container["image"].as_str().unwrap_or("");
    let tag = image.rsplit('/').next().unwrap_or("").split_once(':').map(|(_, tag)| tag);
    let latest = !image.contains('@') && tag.is_none_or(|t| t == "latest");
    default(container, "imagePullPolicy", if latest { "Always" } else { "IfNotPresent" });
    default(container, "resources", json!({}));
    default(container, "terminationMessagePath", "/dev/termination-log");
    default(container, "terminationMessagePolicy", "File");
    for port in container["ports"].as_array_mut().into_iter().flatten() {
        default(port, "protocol", "TCP");
    }
}

/// What only a pod itself gets, not a template.
pub fn fill_pod(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    fill_spec(spec);
    default(spec, "serviceAccountName", "default");
    default(spec, "serviceAccount", "default");
    default(spec, "enableServiceLinks", true);
    default(spec, "preemptionPolicy", "PreemptLowerPriority");
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            limits_are_requests(container);
        }
    }
    tolerate(spec);
}

fn limits_are_requests(container: &mut Value) {
    let Some(limits) = container["resources"]["limits"].as_object().cloned() else { return };
    let requests = &mut container["resources"]["requests"];
    if !requests.is_object() {
        *requests = Value::Object(Map::new());
    }
    for (name, limit) in limits {
        default(requests, &name, limit);
    }
}

/// Upstream: `plugin/pkg/admission/defaulttolerationseconds`.
fn tolerate(spec: &mut Value) {
    default(spec, "tolerations", json!([]));
    let Some(list) = spec["tolerations"].as_array_mut() else { return };
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let covers = |t: &Value| {
            (t["key"] == key || t["key"].as_str().is_none_or(str::is_empty))
                && t["effect"].as_str().is_none_or(|e| e.is_empty() || e == "NoExecute")
        };
        if !list.iter().any(covers) {
            list.push(json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}));
        }
    }
}

/// Upstream: `pkg/apis/core/v1/helper/qos/qos.go`.
pub fn set_qos_class(pod: &mut Value) {
    let mut any = false;
    let mut guaranteed = true;
    for list in ["initContainers", "containers"] {
        for container in pod["spec"][list].as_array().into_iter().flatten() {
            let of = |which: &str, name: &str| amount::read(&container["resources"][which][name]).unwrap_or(0);
            for name in ["cpu", "memory"] {
                let (request, limit) = (of("requests", name), of("limits", name));
                any |= request > 0 || limit > 0;
                guaranteed &= limit > 0 && request == limit;
            }
        }
    }
    let class = match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    };
    if !pod["status"].is_object() {
        pod["status"] = json!({"phase": "Pending"});
    }
    pod["status"]["qosClass"] = class.into();
}
