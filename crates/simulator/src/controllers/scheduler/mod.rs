//! Binds pending pods to nodes that have room for them.

mod affinity;
mod filter;
mod message;

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) use filter::toleration_for;
use filter::{Misfit, misfits};

use super::events::Notice;
use super::index::{NodeInfo, Usage};
use super::manager::Controllers;
use super::objects::{ObjectKey, condition, set_condition};
use super::requests::Requests;
use crate::object_store::kinds;

/// The `schedulerName` that this scheduler serves.
pub(super) const DEFAULT_SCHEDULER: &str = "default-scheduler";

impl Controllers {
    /// Tries every pending pod once, oldest first.
    pub(super) fn schedule(&mut self) {
        for key in self.pods.pending() {
            self.schedule_pod(&key);
        }
    }

    fn schedule_pod(&mut self, key: &ObjectKey) {
        let Some(pod) = self.get(&kinds::POD, key) else { return };
        let Some(requests) = self.pods.get(key).map(|info| info.requests.clone()) else { return };
        let mut reasons: BTreeMap<Misfit, usize> = BTreeMap::new();
        let mut best: Option<(f64, &str)> = None;
        for node in self.nodes.values() {
            let usage = self.pods.usage(&node.name);
            let found = misfits(&pod, &requests, node, &usage);
            if found.is_empty() {
                let score = free_share(&requests, node, &usage);
                if best.is_none_or(|(known, _)| score > known) {
                    best = Some((score, &node.name));
                }
            }
            for misfit in found {
                *reasons.entry(misfit).or_default() += 1;
            }
        }
        match best.map(|(_, node)| node.to_owned()) {
            Some(node) => self.bind(key, &pod, &node),
            None => self.mark_unschedulable(key, &pod, &message::unschedulable(self.nodes.len(), &reasons)),
        }
    }

    fn bind(&mut self, key: &ObjectKey, pod: &Value, node: &str) {
        self.update_pod(key, |pod| {
            pod["spec"]["nodeName"] = node.into();
            set_condition(pod, ("PodScheduled", "True"), "", "", Some("lastProbeTime"));
        });
        let message = format!("Successfully assigned {}/{} to {node}", key.namespace, key.name);
        let notice = Notice { component: DEFAULT_SCHEDULER, warning: false, reason: "Scheduled", message };
        self.events.record(pod, notice);
    }

    fn mark_unschedulable(&mut self, key: &ObjectKey, pod: &Value, message: &str) {
        let known = condition(pod, "PodScheduled");
        if known.is_some_and(|condition| condition["message"] == message) {
            return;
        }
        self.update_pod(key, |pod| {
            set_condition(pod, ("PodScheduled", "False"), "Unschedulable", message, Some("lastProbeTime"));
        });
        let notice = Notice {
            component: DEFAULT_SCHEDULER,
            warning: true,
            reason: "FailedScheduling",
            message: message.to_owned(),
        };
        self.events.record(pod, notice);
    }
}

/// Whether the node takes the pod, room aside: what a DaemonSet asks.
pub(super) fn is_eligible(pod: &Value, node: &NodeInfo) -> bool {
    let roomy = NodeInfo { allocatable: Requests([("pods".to_owned(), i64::MAX)].into()), ..node.clone() };
    misfits(pod, &Requests::default(), &roomy, &Usage::default()).is_empty()
}

/// The mean share of CPU and memory that stays free with the pod on the node.
/// Upstream: `pkg/scheduler/framework/plugins/noderesources/least_allocated.go`.
fn free_share(requests: &Requests, node: &NodeInfo, usage: &Usage) -> f64 {
    let share = |name: &str| {
        let total = node.allocatable.get(name);
        let left = total - usage.requests.get(name) - requests.get(name);
        if total > 0 { left as f64 / total as f64 } else { 0.0 }
    };
    (share("cpu") + share("memory")) / 2.0
}
