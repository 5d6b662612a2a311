//! Node lifecycle: readiness taints, pods of lost nodes, heartbeats.
//! Upstream: `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, `pkg/controller/tainteviction`.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::events::Notice;
use super::index::{NodeInfo, Taint};
use super::manager::Controllers;
use super::objects::{ObjectKey, drop_key, items, now, rfc3339, set_condition};
use super::scheduler::toleration_for;
use super::work::Work;
use crate::object_store::{DeleteOptions, ObjectStore, kinds};

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const KUBELET: &str = "KubeletReady";
/// Every so many lease renewals the node status is written too, as kubelets do when nothing changes.
const LEASES_PER_STATUS: u64 = 5;

/// Sets a node ready or not, with the taints that follow; false when there is no such node.
pub(crate) fn set_node_ready(store: &ObjectStore, name: &str, ready: bool) -> bool {
    let changed = store.update(&kinds::NODE, None, name, |node| {
        let (status, reason, message) = if ready {
            ("True", KUBELET, "kubelet is posting ready status")
        } else {
            ("False", "KubeletNotReady", "container runtime network not ready: NetworkReady=false")
        };
        set_condition(node, ("Ready", status), reason, message, Some("lastHeartbeatTime"));
        let kept = items(&node["spec"]["taints"]).filter(|taint| taint["key"] != NOT_READY).cloned();
        let mut taints: Vec<Value> = kept.collect();
        if !ready {
            taints.push(json!({"key": NOT_READY, "effect": "NoSchedule"}));
            taints.push(json!({"key": NOT_READY, "effect": "NoExecute", "timeAdded": now()}));
        }
        if taints.is_empty() {
            drop_key(&mut node["spec"], "taints");
        } else {
            node["spec"]["taints"] = taints.into();
        }
    });
    changed.is_ok()
}

impl Controllers {
    /// Brings a node's pods in line with its readiness and its NoExecute taints.
    pub(super) fn reconcile_node(&mut self, name: &str) {
        let keys: Vec<ObjectKey> = self.pods.on_node(name).into_iter().map(|pod| pod.key.clone()).collect();
        let Some(node) = self.nodes.get(name).cloned() else {
            // The pod garbage collector ends the pods of a node that is gone.
            keys.iter().for_each(|key| self.remove_pod(key));
            return;
        };
        if let Some(object) = self.store.get(&kinds::NODE, None, name) {
            let (warning, reason) = if node.ready { (false, "NodeReady") } else { (true, "NodeNotReady") };
            let message = format!("Node {name} status is now: {reason}");
            self.events.record(&object, Notice { component: "node-controller", warning, reason, message });
        }
        for key in keys {
            self.follow_node(&key, &node);
        }
    }

    fn follow_node(&mut self, key: &ObjectKey, node: &NodeInfo) {
        let Some(pod) = self.pods.get(key) else { return };
        if !pod.is_live() {
            return;
        }
        let was_ready = pod.is_ready();
        if !node.ready && was_ready {
            self.update_pod(key, |pod| {
                set_condition(pod, ("Ready", "False"), "NodeNotReady", "", Some("lastProbeTime"))
            });
        } else if node.ready && !was_ready {
            self.update_pod(key, |pod| {
                let runs = |status: &Value| status["ready"] == true;
                if items(&pod["status"]["containerStatuses"]).all(runs) && pod["status"]["phase"] == "Running" {
                    set_condition(pod, ("Ready", "True"), "", "", Some("lastProbeTime"));
                }
            });
            self.queue.add(Work::Pod(key.clone()));
        }
        self.plan_eviction(key, node);
    }

    fn plan_eviction(&mut self, key: &ObjectKey, node: &NodeInfo) {
        let Some(pod) = self.get(&kinds::POD, key) else { return };
        let stay =
            node.taints.iter().filter(|taint| taint.effect == "NoExecute").map(|taint| tolerated_for(&pod, taint));
        if let Some(seconds) = stay.min().filter(|seconds| *seconds < u64::MAX) {
            self.queue.add_after(Work::Evict(key.clone()), Duration::from_secs(seconds));
        }
    }

    /// Evicts a pod if its node still has a taint that it does not tolerate any more.
    pub(super) fn evict_if_due(&mut self, key: &ObjectKey) {
        let Some(node) = self.pods.get(key).and_then(|pod| pod.node.clone()) else { return };
        let tainted = |node: &NodeInfo| node.taints.iter().any(|taint| taint.effect == "NoExecute");
        if !self.nodes.get(&node).is_some_and(tainted) {
            return;
        }
        let Some(pod) = self.get(&kinds::POD, key) else { return };
        let message = format!("Marking for deletion Pod {}/{}", key.namespace, key.name);
        let notice =
            Notice { component: "taint-eviction-controller", warning: false, reason: "TaintManagerEviction", message };
        self.events.record(&pod, notice);
        if let Ok(pod) = self.store.delete(&kinds::POD, key.namespace(), &key.name, &DeleteOptions::default()) {
            self.observe_deleted_pod(&pod);
        }
    }

    /// Renews a node's lease, and now and then its status.
    pub(super) fn heartbeat(&mut self, name: &str) {
        let Some(node) = self.nodes.get(name) else { return };
        if node.ready {
            self.renew_lease(name);
            if self.rng.below(LEASES_PER_STATUS) == 0 {
                self.renew_status(name);
            }
        }
        let next = self.kubelet.settings.heartbeat;
        self.queue.add_after(Work::Heartbeat(name.to_owned()), next);
    }

    fn renew_lease(&mut self, name: &str) {
        let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let renewed = self.store.update(&kinds::LEASE, Some("kube-node-lease"), name, |lease| {
            lease["spec"]["renewTime"] = at.clone().into();
        });
        if renewed.is_err() {
            let lease = json!({
                "metadata": {"name": name, "namespace": "kube-node-lease"},
                "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": at},
            });
            // Refused only where the lease was made at the same moment.
            let _ = self.store.create(&kinds::LEASE, lease);
        }
    }

    fn renew_status(&mut self, name: &str) {
        let at = rfc3339(Timestamp::now());
        // Refused only where the node went away at the same moment.
        let _ = self.store.update(&kinds::NODE, None, name, |node| {
            if let Some(conditions) = node["status"]["conditions"].as_array_mut() {
                conditions.iter_mut().for_each(|condition| condition["lastHeartbeatTime"] = at.clone().into());
            }
        });
    }
}

/// Seconds that the pod may stay under the taint; `u64::MAX` for ever.
fn tolerated_for(pod: &Value, taint: &Taint) -> u64 {
    match toleration_for(pod, taint) {
        None => 0,
        Some(toleration) => {
            toleration["tolerationSeconds"].as_i64().map_or(u64::MAX, |seconds| seconds.max(0).unsigned_abs())
        }
    }
}
