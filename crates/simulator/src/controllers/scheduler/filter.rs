//! Why a pod does not fit a node. Upstream: `pkg/scheduler/framework/plugins`.

use serde_json::Value;

use super::affinity;
use crate::controllers::index::{NodeInfo, Taint, Usage};
use crate::controllers::objects::items;
use crate::controllers::requests::Requests;

/// One reason of one node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Misfit {
    Unschedulable,
    Taint { key: String, value: String },
    Affinity,
    TooManyPods,
    Insufficient(String),
}

impl Misfit {
    /// Evicting other pods could make room.
    pub(super) fn preemption_may_help(&self) -> bool {
        matches!(self, Self::TooManyPods | Self::Insufficient(_))
    }
}

/// The reasons of the first plugin that rejects the node, as kube-scheduler stops there; none if it fits.
pub(super) fn misfits(pod: &Value, requests: &Requests, node: &NodeInfo, usage: &Usage) -> Vec<Misfit> {
    if node.unschedulable && !tolerates(pod, &no_schedule("node.kubernetes.io/unschedulable")) {
        return vec![Misfit::Unschedulable];
    }
    let untolerated = node.taints.iter().find(|taint| taint.effect != "PreferNoSchedule" && !tolerates(pod, taint));
    let not_ready = no_schedule("node.kubernetes.io/not-ready");
    if let Some(taint) = untolerated.or((!node.ready && !tolerates(pod, &not_ready)).then_some(&not_ready)) {
        return vec![Misfit::Taint { key: taint.key.clone(), value: taint.value.clone() }];
    }
    if !affinity::matches(pod, node) {
        return vec![Misfit::Affinity];
    }
    let mut found = Vec::new();
    if usage.pods + 1 > node.allocatable.get("pods") {
        found.push(Misfit::TooManyPods);
    }
    for (name, amount) in &requests.0 {
        if *amount > 0 && usage.requests.get(name) + amount > node.allocatable.get(name) {
            found.push(Misfit::Insufficient(name.clone()));
        }
    }
    found
}

fn no_schedule(key: &str) -> Taint {
    Taint { key: key.to_owned(), value: String::new(), effect: "NoSchedule".to_owned() }
}

/// Whether one of the pod's tolerations covers the taint.
/// Upstream: `k8s.io/component-helpers/scheduling/corev1/helpers.go`.
fn tolerates(pod: &Value, taint: &Taint) -> bool {
    toleration_for(pod, taint).is_some()
}

/// The toleration that covers the taint.
pub(crate) fn toleration_for<'a>(pod: &'a Value, taint: &Taint) -> Option<&'a Value> {
    items(&pod["spec"]["tolerations"]).find(|toleration| {
        let field = |name: &str| toleration[name].as_str().unwrap_or_default();
        let effect = field("effect");
        let key = field("key");
        if !effect.is_empty() && effect != taint.effect {
            return false;
        }
        match field("operator") {
            "Exists" => key.is_empty() || key == taint.key,
            "" | "Equal" => key == taint.key && field("value") == taint.value,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(spec: Value) -> NodeInfo {
        NodeInfo::of(&json!({
            "metadata": {"name": "n1", "labels": {"zone": "a", "cores": "16"}},
            "spec": spec,
            "status": {
                "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "3"},
                "conditions": [{"type": "Ready", "status": "True"}],
            },
        }))
    }

    fn check(pod: Value, node: &NodeInfo, usage: &Usage) -> Vec<Misfit> {
        misfits(&pod, &Requests::of_pod(&pod), node, usage)
    }

    fn pod(spec: Value) -> Value {
        json!({ "spec": spec })
    }

    #[test]
    fn room_is_exact() {
        let used = Requests::of_list(&json!({"cpu": "3", "memory": "4Gi"}));
        let usage = Usage { pods: 2, requests: used };
        let asking = |cpu: &str, memory: &str| {
            pod(json!({"containers": [{"resources": {"requests": {"cpu": cpu, "memory": memory}}}]}))
        };
        let insufficient = |name: &str| Misfit::Insufficient(name.into());
        let cases = [
            (asking("1", "4Gi"), vec![]),
            (asking("1001m", "1Gi"), vec![insufficient("cpu")]),
            (asking("2", "5Gi"), vec![insufficient("cpu"), insufficient("memory")]),
            (
                pod(json!({"containers": [{"resources": {"limits": {"nvidia.com/gpu": 1}}}]})),
                vec![insufficient("nvidia.com/gpu")],
            ),
        ];
        for (asked, expected) in cases {
            assert_eq!(check(asked.clone(), &node(json!({})), &usage), expected, "{asked}");
        }
        let full = Usage { pods: 3, ..Usage::default() };
        assert_eq!(check(pod(json!({})), &node(json!({})), &full), [Misfit::TooManyPods]);
    }

    #[test]
    fn taints_and_tolerations() {
        let gpu = node(json!({"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}));
        let refused = vec![Misfit::Taint { key: "gpu".into(), value: "yes".into() }];
        let cases = [
            (json!([]), refused.clone()),
            (json!([{"key": "gpu", "operator": "Exists"}]), vec![]),
            (json!([{"operator": "Exists"}]), vec![]),
            (json!([{"key": "gpu", "value": "yes"}]), vec![]),
            (json!([{"key": "gpu", "value": "no"}]), refused.clone()),
            (json!([{"key": "gpu", "operator": "Exists", "effect": "NoExecute"}]), refused),
        ];
        for (tolerations, expected) in cases {
            let asked = pod(json!({"tolerations": tolerations}));
            assert_eq!(check(asked.clone(), &gpu, &Usage::default()), expected, "{asked}");
        }
        let soft = node(json!({"taints": [{"key": "gpu", "effect": "PreferNoSchedule"}]}));
        assert!(check(pod(json!({})), &soft, &Usage::default()).is_empty());
        let cordoned = node(json!({"unschedulable": true}));
        assert_eq!(check(pod(json!({})), &cordoned, &Usage::default()), [Misfit::Unschedulable]);
    }

    #[test]
    fn selectors_and_affinity() {
        let required = |term: Value| {
            pod(json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
                {"nodeSelectorTerms": [term]}}}}))
        };
        let expression = |key: &str, operator: &str, values: Value| {
            required(json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]}))
        };
        let cases = [
            (pod(json!({"nodeSelector": {"zone": "a"}})), true),
            (pod(json!({"nodeSelector": {"zone": "b"}})), false),
            (expression("zone", "In", json!(["a", "b"])), true),
            (expression("zone", "NotIn", json!(["a"])), false),
            (expression("missing", "NotIn", json!(["a"])), true),
            (expression("zone", "Exists", json!([])), true),
            (expression("zone", "DoesNotExist", json!([])), false),
            (expression("cores", "Gt", json!(["8"])), true),
            (expression("cores", "Lt", json!(["16"])), false),
            (required(json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]})), true),
            (required(json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n2"]}]})), false),
            (required(json!({})), false),
        ];
        for (asked, fits) in cases {
            assert_eq!(check(asked.clone(), &node(json!({})), &Usage::default()).is_empty(), fits, "{asked}");
        }
    }
}
