//! What the controllers keep in mind of pods and nodes, so that no event costs a list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::objects::{self, ObjectKey, controller_of, is_condition_true, is_deleting, items, text};
use super::requests::Requests;
use super::scheduler::DEFAULT_SCHEDULER;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
}

impl Phase {
    fn of(pod: &Value) -> Self {
        match pod["status"]["phase"].as_str() {
            Some("Running") => Self::Running,
            Some("Succeeded") => Self::Succeeded,
            Some("Failed") => Self::Failed,
            _ => Self::Pending,
        }
    }
}

/// A pod as controllers see it.
#[derive(Debug, Clone)]
pub(crate) struct PodInfo {
    pub key: ObjectKey,
    pub uid: String,
    pub version: u64,
    pub owner: Option<String>,
    /// Kind and name of the controller.
    pub owner_name: Option<(String, String)>,
    pub node: Option<String>,
    pub phase: Phase,
    pub ready_since: Option<Timestamp>,
    pub deleting: bool,
    pub created: Option<Timestamp>,
    /// Waits for the default scheduler, with no scheduling gate.
    pub wants_scheduling: bool,
    pub requests: Arc<Requests>,
}

impl PodInfo {
    fn of(pod: &Value) -> Self {
        let spec = &pod["spec"];
        let node = spec["nodeName"].as_str().filter(|node| !node.is_empty()).map(str::to_owned);
        let owner = controller_of(pod);
        let scheduler = spec["schedulerName"].as_str().unwrap_or(DEFAULT_SCHEDULER);
        let gated = items(&spec["schedulingGates"]).next().is_some();
        let ready = objects::condition(pod, "Ready").filter(|condition| condition["status"] == "True");
        Self {
            key: ObjectKey::of(pod),
            uid: text(&pod["metadata"]["uid"]),
            version: version(pod),
            owner: owner.map(|owner| text(&owner["uid"])),
            owner_name: owner.map(|owner| (text(&owner["kind"]), text(&owner["name"]))),
            wants_scheduling: node.is_none() && !gated && scheduler == DEFAULT_SCHEDULER,
            node,
            phase: Phase::of(pod),
            ready_since: ready.and_then(|condition| objects::parse_time(&condition["lastTransitionTime"])),
            deleting: is_deleting(pod),
            created: objects::parse_time(&pod["metadata"]["creationTimestamp"]),
            requests: Arc::new(Requests::of_pod(pod)),
        }
    }

    /// Counts towards its controller's replicas.
    pub(crate) fn is_active(&self) -> bool {
        !self.deleting && self.is_live()
    }

    /// Occupies its node.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Pending | Phase::Running)
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.ready_since.is_some()
    }
}

pub(crate) fn version(object: &Value) -> u64 {
    object["metadata"]["resourceVersion"].as_str().and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// What the pods of one node take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usage {
    pub pods: i64,
    pub requests: Requests,
}

/// Pods by key, by owner and by node.
#[derive(Default)]
pub(crate) struct PodIndex {
    pods: HashMap<ObjectKey, PodInfo>,
    by_owner: HashMap<String, BTreeSet<ObjectKey>>,
    by_node: HashMap<String, BTreeSet<ObjectKey>>,
    pending: BTreeSet<ObjectKey>,
    usage: HashMap<String, Usage>,
}

impl PodIndex {
    /// Takes a pod in, unless a newer version of it is known; true when it was new knowledge.
    pub(crate) fn observe(&mut self, pod: &Value) -> bool {
        let info = PodInfo::of(pod);
        if self.pods.get(&info.key).is_some_and(|known| known.version >= info.version) {
            return false;
        }
        self.forget(&info.key, u64::MAX);
        if let Some(owner) = &info.owner {
            self.by_owner.entry(owner.clone()).or_default().insert(info.key.clone());
        }
        if let Some(node) = &info.node {
            self.by_node.entry(node.clone()).or_default().insert(info.key.clone());
            if info.is_live() {
                let usage = self.usage.entry(node.clone()).or_default();
                usage.pods += 1;
                usage.requests.add(&info.requests);
            }
        }
        if info.wants_scheduling && info.is_active() {
            self.pending.insert(info.key.clone());
        }
        self.pods.insert(info.key.clone(), info);
        true
    }

    /// Forgets a pod, unless a version newer than `version` is known.
    pub(crate) fn forget(&mut self, key: &ObjectKey, version: u64) -> Option<PodInfo> {
        if self.pods.get(key)?.version > version {
            return None;
        }
        let info = self.pods.remove(key)?;
        if let Some(owner) = &info.owner {
            remove_from(&mut self.by_owner, owner, key);
        }
        if let Some(node) = &info.node {
            remove_from(&mut self.by_node, node, key);
            if info.is_live()
                && let Some(usage) = self.usage.get_mut(node)
            {
                usage.pods -= 1;
                usage.requests.subtract(&info.requests);
            }
        }
        self.pending.remove(key);
        Some(info)
    }

    pub(crate) fn get(&self, key: &ObjectKey) -> Option<&PodInfo> {
        self.pods.get(key)
    }

    pub(crate) fn keys(&self) -> Vec<ObjectKey> {
        self.pods.keys().cloned().collect()
    }

    pub(crate) fn owned_by(&self, uid: &str) -> Vec<&PodInfo> {
        self.by_owner.get(uid).into_iter().flatten().filter_map(|key| self.pods.get(key)).collect()
    }

    pub(crate) fn on_node(&self, node: &str) -> Vec<&PodInfo> {
        self.by_node.get(node).into_iter().flatten().filter_map(|key| self.pods.get(key)).collect()
    }

    pub(crate) fn usage(&self, node: &str) -> Usage {
        self.usage.get(node).cloned().unwrap_or_default()
    }

    /// Pods that wait for a node, oldest first.
    pub(crate) fn pending(&self) -> Vec<ObjectKey> {
        let mut keys: Vec<_> = self.pending.iter().collect();
        keys.sort_by_key(|key| self.pods.get(key).and_then(|pod| pod.created));
        keys.into_iter().cloned().collect()
    }
}

fn remove_from(map: &mut HashMap<String, BTreeSet<ObjectKey>>, at: &str, key: &ObjectKey) {
    if let Some(set) = map.get_mut(at) {
        set.remove(key);
        if set.is_empty() {
            map.remove(at);
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taint {
    pub key: String,
    pub value: String,
    pub effect: String,
}

/// A node as the scheduler sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeInfo {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub taints: Vec<Taint>,
    pub unschedulable: bool,
    pub ready: bool,
    pub allocatable: Requests,
    pub internal_ip: String,
}

impl NodeInfo {
    pub(crate) fn of(node: &Value) -> Self {
        let taint = |taint: &Value| Taint {
            key: text(&taint["key"]),
            value: text(&taint["value"]),
            effect: text(&taint["effect"]),
        };
        let labels = node["metadata"]["labels"].as_object().into_iter().flatten();
        let address = items(&node["status"]["addresses"]).find(|address| address["type"] == "InternalIP");
        Self {
            internal_ip: address.map(|address| text(&address["address"])).unwrap_or_default(),
            name: text(&node["metadata"]["name"]),
            labels: labels.map(|(key, value)| (key.clone(), text(value))).collect(),
            taints: items(&node["spec"]["taints"]).map(taint).collect(),
            unschedulable: node["spec"]["unschedulable"] == true,
            ready: is_condition_true(node, "Ready"),
            allocatable: Requests::of_list(&node["status"]["allocatable"]),
        }
    }
}
