//! DaemonSet → one pod on every node that takes it. Upstream: `pkg/controller/daemon/daemon_controller.go`.

use serde_json::{Value, json};

use super::deployment::template_hash;
use super::index::PodInfo;
use super::manager::Controllers;
use super::objects::{ObjectKey, is_deleting, text};
use super::pod_template;
use super::replica_set::count;
use super::scheduler::is_eligible;
use super::work::Work;
use crate::object_store::kinds;

const REVISION: &str = "controller-revision-hash";

impl Controllers {
    pub(super) fn queue_daemon_sets(&mut self) {
        for set in self.store.list_stored(&kinds::DAEMON_SET, None).objects {
            let namespace = set.namespace.as_deref().unwrap_or_default().to_owned();
            self.queue.add(Work::DaemonSet(ObjectKey { namespace, name: set.name.to_string() }));
        }
    }

    /// Makes missing pods, deletes misplaced ones, replaces those of an older template, and reports.
    pub(super) fn reconcile_daemon_set(&mut self, key: &ObjectKey) {
        let Some(set) = self.get(&kinds::DAEMON_SET, key) else { return };
        let probe = daemon_pod(&set, "probe", "");
        let eligible: Vec<String> =
            self.nodes.values().filter(|node| is_eligible(&probe, node)).map(|node| node.name.clone()).collect();
        if !is_deleting(&set) {
            self.place_daemon_pods(&set, &eligible);
        }
        self.report_daemon_set(key, &set, &eligible);
    }

    fn place_daemon_pods(&mut self, set: &Value, eligible: &[String]) {
        let uid = text(&set["metadata"]["uid"]);
        let pods: Vec<PodInfo> = self.pods.owned_by(&uid).into_iter().cloned().collect();
        let mut placed = Vec::new();
        for pod in &pods {
            let node = self.target_of(pod);
            if node.as_ref().is_some_and(|node| eligible.contains(node) && !placed.contains(node)) {
                placed.extend(node);
            } else if pod.is_active() {
                self.delete_pod_of(set, &pod.key);
            }
        }
        let prefix = text(&set["metadata"]["name"]);
        for node in eligible.iter().filter(|node| !placed.contains(node)) {
            let name = format!("{prefix}-{}", self.rng.suffix(5));
            if self.create_pod(set, daemon_pod(set, &name, node)).is_err() {
                return;
            }
        }
        self.replace_one_outdated(set, &pods);
    }

    /// Where a pod runs or, still pending, must go.
    fn target_of(&self, pod: &PodInfo) -> Option<String> {
        if let Some(node) = &pod.node {
            return Some(node.clone());
        }
        let object = self.get(&kinds::POD, &pod.key)?;
        let required = &object["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
        required["nodeSelectorTerms"][0]["matchFields"][0]["values"][0].as_str().map(str::to_owned)
    }

    fn replace_one_outdated(&mut self, set: &Value, pods: &[PodInfo]) {
        if set["spec"]["updateStrategy"]["type"] == "OnDelete" || pods.iter().any(|pod| !pod.is_ready() || pod.deleting)
        {
            return;
        }
        let hash = template_hash(&set["spec"]["template"], 0);
        let outdated = pods.iter().find(|pod| {
            let object = self.store.get_stored(&kinds::POD, pod.key.namespace(), &pod.key.name);
            object.is_some_and(|object| object.label(REVISION).is_some_and(|known| known != hash))
        });
        if let Some(pod) = outdated {
            self.delete_pod_of(set, &pod.key);
        }
    }

    fn report_daemon_set(&mut self, key: &ObjectKey, set: &Value, eligible: &[String]) {
        let pods = self.active_pods(set);
        let counts = count(&pods, set["spec"]["minReadySeconds"].as_i64().unwrap_or(0));
        let hash = template_hash(&set["spec"]["template"], 0);
        let is_updated = |pod: &&PodInfo| {
            let object = self.store.get_stored(&kinds::POD, pod.key.namespace(), &pod.key.name);
            object.is_some_and(|object| object.label(REVISION) == Some(&hash))
        };
        let updated = pods.iter().filter(is_updated).count();
        let scheduled = pods.iter().filter(|pod| pod.node.as_ref().is_some_and(|node| eligible.contains(node))).count();
        let desired = eligible.len() as i64;
        // Refused only where it went away at the same moment.
        let _ = self.store.update(&kinds::DAEMON_SET, key.namespace(), &key.name, |object| {
            let status = &mut object["status"];
            status["observedGeneration"] = set["metadata"]["generation"].clone();
            status["currentNumberScheduled"] = scheduled.into();
            status["desiredNumberScheduled"] = desired.into();
            status["numberMisscheduled"] = (pods.len() - scheduled).into();
            status["numberReady"] = counts.ready.into();
            status["numberAvailable"] = counts.available.into();
            status["updatedNumberScheduled"] = updated.into();
            status["numberUnavailable"] = (desired - counts.available).max(0).into();
        });
    }
}

/// The pod of `set` for `node`, bound to it by affinity as upstream does.
pub(crate) fn daemon_pod(set: &Value, name: &str, node: &str) -> Value {
    let mut pod = pod_template::pod_of(set, name, Some(&format!("{}-", text(&set["metadata"]["name"]))));
    pod["metadata"]["labels"][REVISION] = template_hash(&set["spec"]["template"], 0).into();
    if !node.is_empty() {
        let field = json!({"key": "metadata.name", "operator": "In", "values": [node]});
        pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
            json!({"nodeSelectorTerms": [{"matchFields": [field]}]});
    }
    let tolerations = [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
        ("not-ready", "NoSchedule"),
    ];
    if let Some(list) = pod["spec"]["tolerations"].as_array_mut() {
        list.retain(|toleration| toleration["tolerationSeconds"].is_null());
        list.extend(tolerations.map(
            |(key, effect)| json!({"key": format!("node.kubernetes.io/{key}"), "operator": "Exists", "effect": effect}),
        ));
    }
    pod
}
