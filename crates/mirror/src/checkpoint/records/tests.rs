use crate::checkpoint::codec::{Pack, pack_block, unpack_block};
use kubeapi::decode::{Decoded, Interner, Mirrored, decode_object};
use model::rows::{DeploymentRow, LimitRangeRow, NamespaceRow, NodeRow, PodRow, QuotaRow};
use serde_json::{Value, json};

fn meta(namespace: Option<&str>) -> Value {
    json!({"name": "x", "namespace": namespace, "uid": "u-1", "resourceVersion": "41",
           "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "web", "env": "prod"},
           "annotations": {"openshift.io/node-selector": "a=b"},
           "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "controller": true}]})
}

/// Packs and unpacks an object twice over, so that strings are shared within the block.
fn round_trip<R: Pack + Mirrored + std::fmt::Debug>(object: Value) {
    let decoded: Decoded<R> = decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap();
    let bytes = pack_block(&[&decoded, &decoded]);
    let read: Vec<Decoded<R>> = unpack_block(&bytes).unwrap();
    assert_eq!(read.len(), 2);
    for read in read {
        assert_eq!((&*read.row, &read.extra, read.version), (&*decoded.row, &decoded.extra, 41));
    }
    let mut newer = bytes.clone();
    newer[0] += 1;
    assert!(unpack_block::<R>(&newer).is_none(), "another version is ignored");
    for length in 0..bytes.len() {
        assert!(unpack_block::<R>(&bytes[..length]).is_none(), "a cut block is ignored, at {length}");
    }
}

#[test]
fn pods() {
    round_trip::<PodRow>(json!({
        "metadata": meta(Some("shop")),
        "spec": {"nodeName": "n1", "schedulingGates": [{"name": "g"}], "containers": [
            {"name": "c", "image": "web:1", "ports": [{"hostPort": 80}],
             "resources": {"requests": {"cpu": "250m", "memory": "64Mi", "nvidia.com/gpu": "1"}}}]},
        "status": {"phase": "Running", "podIP": "fd00::7",
                   "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:01:00Z"}],
                   "containerStatuses": [{"name": "c", "ready": true, "restartCount": 3, "state": {"running": {}}}]},
    }));
    round_trip::<PodRow>(json!({"metadata": meta(Some("shop"))}));
}

#[test]
fn nodes() {
    round_trip::<NodeRow>(json!({
        "metadata": meta(None),
        "spec": {"unschedulable": true, "taints": [{"key": "k", "value": "v", "effect": "NoExecute"}]},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
                   "conditions": [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "True"}],
                   "nodeInfo": {"kubeletVersion": "v1.37.2"},
                   "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]},
    }));
}

#[test]
fn the_small_kinds() {
    round_trip::<NamespaceRow>(json!({"metadata": meta(None), "status": {"phase": "Active"}}));
    round_trip::<DeploymentRow>(json!({
        "metadata": meta(Some("shop")),
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"image": "web:1"}]}}},
        "status": {"observedGeneration": 2, "conditions": [
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}]},
    }));
    round_trip::<QuotaRow>(json!({
        "metadata": meta(Some("shop")),
        "spec": {"scopes": ["NotTerminating"], "scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}},
        "status": {"hard": {"requests.cpu": "10", "pods": "5"}, "used": {"requests.cpu": "500m", "pods": "1"}},
    }));
    round_trip::<LimitRangeRow>(json!({
        "metadata": meta(Some("shop")),
        "spec": {"limits": [{"type": "Container", "max": {"cpu": "2"}, "min": {"cpu": "10m"}, "default": {"cpu": "1"},
                             "defaultRequest": {"cpu": "100m"}, "maxLimitRequestRatio": {"cpu": "4"}}]},
    }));
}
