//! From a workload's template to a pod. Upstream: `pkg/controller/controller_utils.go`.

use serde_json::{Value, json};

use super::objects::{items, owner_reference};
use super::requests::Requests;
use super::scheduler::DEFAULT_SCHEDULER;

/// The pod of `owner`'s template, named `name`, with the defaults that the API server fills in.
pub(crate) fn pod_of(owner: &Value, name: &str, generate_name: Option<&str>) -> Value {
    let template = &owner["spec"]["template"];
    let mut metadata = json!({"name": name, "namespace": owner["metadata"]["namespace"]});
    if let Some(prefix) = generate_name {
        metadata["generateName"] = prefix.into();
    }
    for field in ["labels", "annotations"] {
        if template["metadata"][field].is_object() {
            metadata[field] = template["metadata"][field].clone();
        }
    }
    metadata["ownerReferences"] = json!([owner_reference(owner)]);
    let mut pod = json!({
        "kind": "Pod", "apiVersion": "v1",
        "metadata": metadata, "spec": template["spec"], "status": {"phase": "Pending"},
    });
    fill_in(&mut pod);
    pod
}

/// Fills in what the API server does: defaults, tolerations, the service class.
pub(crate) fn fill_in(pod: &mut Value) {
    let defaults = [
        ("restartPolicy", json!("Always")),
        ("terminationGracePeriodSeconds", json!(30)),
        ("dnsPolicy", json!("ClusterFirst")),
        ("serviceAccountName", json!("default")),
        ("securityContext", json!({})),
        ("schedulerName", json!(DEFAULT_SCHEDULER)),
        ("priority", json!(0)),
        ("enableServiceLinks", json!(true)),
        ("preemptionPolicy", json!("PreemptLowerPriority")),
    ];
    for (field, value) in defaults {
        if pod["spec"][field].is_null() {
            pod["spec"][field] = value;
        }
    }
    let mut tolerations: Vec<Value> = items(&pod["spec"]["tolerations"]).cloned().collect();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let covers = |t: &Value| (t["key"].is_null() || t["key"] == key) && t["effect"] != "NoSchedule";
        if !tolerations.iter().any(covers) {
            tolerations
                .push(json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}));
        }
    }
    pod["spec"]["tolerations"] = tolerations.into();
    pod["status"]["qosClass"] = qos_class(pod).into();
}

/// Upstream: `pkg/apis/core/v1/helper/qos/qos.go`.
fn qos_class(pod: &Value) -> &'static str {
    let mut any = false;
    let mut guaranteed = true;
    for container in items(&pod["spec"]["containers"]).chain(items(&pod["spec"]["initContainers"])) {
        let limits = Requests::of_list(&container["resources"]["limits"]);
        let requests = Requests::of_list(&container["resources"]["requests"]);
        any |= ["cpu", "memory"].iter().any(|name| limits.get(name) > 0 || requests.get(name) > 0);
        guaranteed &= ["cpu", "memory"].iter().all(|name| {
            let limit = limits.get(name);
            limit > 0 && (requests.get(name) == limit || !requests.0.contains_key(*name))
        });
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_classes() {
        let full = json!({"cpu": "1", "memory": "1Gi"});
        let cases = [
            (json!({}), "BestEffort"),
            (json!({"requests": {"cpu": "1"}}), "Burstable"),
            (json!({"limits": full}), "Guaranteed"),
            (json!({"limits": full, "requests": full}), "Guaranteed"),
            (json!({"limits": full, "requests": {"cpu": "500m"}}), "Burstable"),
        ];
        for (resources, expected) in cases {
            let pod = json!({"spec": {"containers": [{"resources": resources}]}});
            assert_eq!(qos_class(&pod), expected, "{pod}");
        }
    }

    #[test]
    fn own_tolerations_are_kept() {
        let mut pod = json!({"spec": {"tolerations": [{"operator": "Exists"}]}, "status": {}});
        fill_in(&mut pod);
        assert_eq!(pod["spec"]["tolerations"], json!([{"operator": "Exists"}]));
    }
}
