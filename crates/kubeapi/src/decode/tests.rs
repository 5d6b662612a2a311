//! Objects as API servers write them, and the rows they become.

use super::*;
use model::k8s::taint::{Effect, Taint};
use model::rows::{
    DeploymentRow, LimitRangeRow, LimitType, NamespaceRow, NodeRow, PodPhase, PodRow, QuotaRow, QuotaScope,
    ScopeSelectorOperator,
};
use serde_json::{Value, json};

fn row<R: Mirrored>(object: Value) -> R {
    decode_object::<R>(object.to_string().as_bytes(), &mut Interner::default()).unwrap().row
}

fn meta(namespace: &str) -> Value {
    json!({
        "name": "web", "namespace": namespace, "uid": "7b2f", "resourceVersion": "12", "generation": 4,
        "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "web", "a": "\"quoted\""},
        "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {"f:replicas": {}}}}],
        "ownerReferences": [{"kind": "Node", "name": "no"}, {"kind": "ReplicaSet", "name": "web-1", "controller": true}],
    })
}

#[test]
fn a_pod() {
    let pod = row::<PodRow>(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": meta("shop"),
        "spec": {
            "nodeName": "n1", "schedulingGates": null, "volumes": [{"name": "x", "configMap": {"items": null}}],
            "containers": [{"name": "c", "image": "web:1", "env": [{"name": "A", "value": "b"}], "ports": [
                {"containerPort": 80, "hostPort": 8080}, {"containerPort": 81},
                {"containerPort": 82, "hostPort": 8080, "protocol": "UDP"}]}],
        },
        "status": {"phase": "Running", "podIP": "10.0.0.7", "podIPs": [{"ip": "10.0.0.7"}], "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:09Z", "lastProbeTime": null}]},
    }));
    assert_eq!((&*pod.meta.name, pod.meta.namespace.as_deref(), &*pod.meta.uid), ("web", Some("shop"), "7b2f"));
    assert_eq!(pod.meta.created_at, 1_767_225_600);
    assert_eq!(pod.meta.labels.get("a"), Some("\"quoted\""));
    assert_eq!((pod.phase, pod.ready, pod.ready_at), (PodPhase::Running, true, Some(pod.meta.created_at + 9)));
    assert_eq!(pod.owner.as_ref().map(|owner| (&*owner.kind, &*owner.name)), Some(("ReplicaSet", "web-1")));
    assert_eq!(pod.host_ports, [("TCP".into(), 8080), ("UDP".into(), 8080)]);
    assert_eq!((pod.node.as_deref(), pod.ip), (Some("n1"), "10.0.0.7".parse().ok()));
    assert!(!pod.gated && !pod.terminating);
}

#[test]
fn a_node() {
    let node = row::<NodeRow>(json!({
        "metadata": {"name": "n1", "uid": "u", "labels": {"node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge"}},
        "spec": {"unschedulable": true, "taints": [
            {"key": "k", "effect": "NoExecute", "timeAdded": "2026-01-01T00:00:00Z"}, {"key": "odd", "effect": "Odd"}]},
        "status": {
            "capacity": {"cpu": "8"}, "allocatable": {"cpu": "3920m", "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "Unknown"}, {"type": "MemoryPressure", "status": "True"},
                           {"type": "DiskPressure", "status": "False"}],
            "nodeInfo": {"kubeletVersion": "v1.37.2"},
            "addresses": [{"type": "Hostname", "address": "n1"}, {"type": "InternalIP", "address": "10.1.0.4"}],
        },
    }));
    assert_eq!((&*node.status, node.ready, node.unschedulable), ("NotReady,SchedulingDisabled", false, true));
    assert_eq!((node.allocatable.cpu_milli, node.allocatable.memory, node.allocatable_pods), (3920, 8 << 30, 110));
    assert_eq!(node.taints, [Taint { key: "k".into(), value: String::new(), effect: Effect::NoExecute }]);
    assert_eq!(node.roles.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["edge", "worker"]);
    assert_eq!(node.pressures.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["MemoryPressure"]);
    assert_eq!(node.internal_ip, "10.1.0.4".parse().ok());
    assert_eq!(&*row::<NodeRow>(json!({"metadata": {"name": "n", "uid": "u"}})).status, "Unknown");
}

#[test]
fn a_namespace() {
    let annotations = json!({"openshift.io/node-selector": "tier=gold", "other": "x"});
    let object =
        json!({"metadata": {"name": "shop", "uid": "u", "annotations": annotations}, "status": {"phase": "Active"}});
    let namespace = row::<NamespaceRow>(object);
    assert_eq!((&*namespace.phase, namespace.node_selector.as_deref()), ("Active", Some("tier=gold")));
}

#[test]
fn a_deployment() {
    let deployment = |conditions: Value| {
        row::<DeploymentRow>(json!({
            "metadata": meta("shop"),
            "spec": {"template": {"spec": {"containers": [{"image": "web:2"}, {"image": "mesh:1"}]}}},
            "status": {"observedGeneration": 4, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
                       "conditions": conditions},
        }))
    };
    let good = deployment(json!([{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "True"}]));
    assert_eq!((good.replicas, good.generation, good.is_available, good.status()), (1, 4, true, "Available"));
    assert_eq!(good.images.len(), 2);
    let late = json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "m"});
    let quota = json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "quota"});
    assert_eq!(deployment(json!([quota, late])).failure.as_deref(), Some("ProgressDeadlineExceeded"));
    let failing = deployment(json!([quota]));
    assert_eq!((failing.status(), failing.failure_message.as_deref()), ("FailedCreate", Some("quota")));
}

#[test]
fn a_quota() {
    let quota =
        |spec: Value, status: Value| row::<QuotaRow>(json!({"metadata": meta("shop"), "spec": spec, "status": status}));
    let new = quota(json!({"hard": {"pods": "5", "requests.cpu": "1500m"}}), json!({}));
    assert_eq!(new.hard_milli.values().copied().collect::<Vec<_>>(), [5000, 1500]);
    let scopes = json!({"scopes": ["BestEffort"], "scopeSelector": {"matchExpressions": [
        {"scopeName": "PriorityClass", "operator": "NotIn", "values": ["low"]},
        {"scopeName": "Terminating", "operator": "Exists"}]}});
    let scoped = quota(scopes, json!({"hard": {"pods": "3"}, "used": {"pods": "1"}}));
    assert_eq!((scoped.hard_milli["pods"], scoped.used_milli["pods"]), (3000, 1000));
    let priority = QuotaScope::PriorityClass { operator: ScopeSelectorOperator::NotIn, values: vec!["low".into()] };
    assert_eq!(scoped.scopes, [QuotaScope::BestEffort, priority, QuotaScope::Terminating]);
    let unknown = json!({"metadata": meta("shop"), "spec": {"scopes": ["Lunar"]}});
    let decoded = decode_object::<QuotaRow>(unknown.to_string().as_bytes(), &mut Interner::default());
    assert_eq!(decoded.err(), Some(BadObject::Malformed("spec.scopes")));
}

#[test]
fn a_limit_range() {
    let range = row::<LimitRangeRow>(json!({"metadata": meta("shop"), "spec": {"limits": [
        {"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"},
         "max": {"memory": "1Gi"}, "min": null, "maxLimitRequestRatio": {"cpu": "4"}},
        {"type": "openshift.io/Image", "max": {"storage": "1Gi"}}]}}));
    assert_eq!(range.items.len(), 1);
    let item = &range.items[0];
    assert_eq!(
        (item.kind, item.default_milli["cpu"], item.default_request_milli["cpu"]),
        (LimitType::Container, 500, 100)
    );
    assert_eq!((item.max_milli["memory"], item.max_limit_request_ratio_milli["cpu"]), ((1_i128 << 30) * 1000, 4000));
    assert!(item.min_milli.is_empty());
}
