//! StatefulSet → numbered pods. Upstream: `pkg/controller/statefulset/stateful_set_control.go`.

use serde_json::{Value, json};

use super::deployment::template_hash;
use super::index::PodInfo;
use super::manager::Controllers;
use super::objects::{ObjectKey, is_deleting, text};
use super::pod_template;
use super::replica_set::count;
use crate::object_store::kinds;

const REVISION: &str = "controller-revision-hash";

fn ordinal(set: &str, pod: &PodInfo) -> Option<i64> {
    pod.key.name.strip_prefix(set)?.strip_prefix('-')?.parse().ok()
}

impl Controllers {
    /// Makes the next missing pod, or takes the last surplus one, one at a time unless the set is parallel.
    pub(super) fn reconcile_stateful_set(&mut self, key: &ObjectKey) {
        let Some(set) = self.get(&kinds::STATEFUL_SET, key) else { return };
        let replicas = set["spec"]["replicas"].as_i64().unwrap_or(1);
        let parallel = set["spec"]["podManagementPolicy"] == "Parallel";
        if !is_deleting(&set) {
            self.replace_stateful_pods(&set, key, replicas, parallel);
        }
        self.report_stateful_set(key, &set);
    }

    fn replace_stateful_pods(&mut self, set: &Value, key: &ObjectKey, replicas: i64, parallel: bool) {
        let uid = text(&set["metadata"]["uid"]);
        let all: Vec<PodInfo> = self.pods.owned_by(&uid).into_iter().cloned().collect();
        for number in 0..replicas {
            match all.iter().find(|pod| ordinal(&key.name, pod) == Some(number)) {
                None if self.create_pod(set, numbered_pod(set, number)).is_err() => return,
                Some(pod) if !pod.is_live() => self.remove_pod(&pod.key.clone()),
                Some(pod) if pod.is_ready() && !pod.deleting => continue,
                _ => {}
            }
            if !parallel {
                return;
            }
        }
        let mut surplus: Vec<&PodInfo> =
            all.iter().filter(|pod| ordinal(&key.name, pod).is_none_or(|number| number >= replicas)).collect();
        surplus.sort_by_key(|pod| std::cmp::Reverse(ordinal(&key.name, pod)));
        if !parallel && surplus.iter().any(|pod| pod.deleting) {
            return;
        }
        let batch = if parallel { surplus.len() } else { 1 };
        let keys: Vec<ObjectKey> = surplus.iter().take(batch).map(|pod| pod.key.clone()).collect();
        if !keys.is_empty() {
            keys.iter().for_each(|key| self.delete_pod_of(set, key));
            return;
        }
        self.roll_stateful_set(set, &all, replicas);
    }

    /// Replaces the last pod of an older template once all others are ready.
    fn roll_stateful_set(&mut self, set: &Value, all: &[PodInfo], replicas: i64) {
        if set["spec"]["updateStrategy"]["type"] == "OnDelete" || all.len() as i64 != replicas {
            return;
        }
        let current = revision(set);
        let partition = set["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
        let name = text(&set["metadata"]["name"]);
        for number in (partition..replicas).rev() {
            let Some(pod) = all.iter().find(|pod| ordinal(&name, pod) == Some(number)) else { return };
            let Some(object) = self.store.get_stored(&kinds::POD, pod.key.namespace(), &pod.key.name) else { return };
            if object.label(REVISION).is_some_and(|known| known != current) {
                self.delete_pod_of(set, &pod.key);
                return;
            }
        }
    }

    fn report_stateful_set(&mut self, key: &ObjectKey, set: &Value) {
        let pods = self.active_pods(set);
        let counts = count(&pods, set["spec"]["minReadySeconds"].as_i64().unwrap_or(0));
        let current = revision(set);
        let is_updated = |pod: &&PodInfo| {
            let object = self.store.get_stored(&kinds::POD, pod.key.namespace(), &pod.key.name);
            object.is_some_and(|object| object.label(REVISION) == Some(&current))
        };
        let updated = pods.iter().filter(is_updated).count() as i64;
        // Refused only where it went away at the same moment.
        let _ = self.store.update(&kinds::STATEFUL_SET, key.namespace(), &key.name, |object| {
            let status = &mut object["status"];
            status["observedGeneration"] = set["metadata"]["generation"].clone();
            status["replicas"] = counts.replicas.into();
            status["readyReplicas"] = counts.ready.into();
            status["availableReplicas"] = counts.available.into();
            status["updatedReplicas"] = updated.into();
            let complete = updated == counts.replicas;
            if complete || !status["currentRevision"].is_string() {
                status["currentRevision"] = current.clone().into();
            }
            status["currentReplicas"] = if complete { updated } else { counts.replicas - updated }.into();
            status["updateRevision"] = current.into();
            status["collisionCount"] = 0.into();
        });
    }
}

/// The revision name of the set's template.
pub(crate) fn revision(set: &Value) -> String {
    format!("{}-{}", text(&set["metadata"]["name"]), template_hash(&set["spec"]["template"], 0))
}

/// Pod `number` of the set.
pub(crate) fn numbered_pod(set: &Value, number: i64) -> Value {
    let name = format!("{}-{number}", text(&set["metadata"]["name"]));
    let mut pod = pod_template::pod_of(set, &name, Some(&format!("{}-", text(&set["metadata"]["name"]))));
    let labels = json!({
        "apps.kubernetes.io/pod-index": number.to_string(),
        REVISION: revision(set),
        "statefulset.kubernetes.io/pod-name": name,
    });
    for (key, value) in labels.as_object().into_iter().flatten() {
        pod["metadata"]["labels"][key] = value.clone();
    }
    pod["spec"]["hostname"] = name.into();
    pod["spec"]["subdomain"] = set["spec"]["serviceName"].clone();
    pod
}
