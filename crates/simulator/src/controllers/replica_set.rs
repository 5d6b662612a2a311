//! ReplicaSet → pods. Upstream: `pkg/controller/replicaset/replica_set.go`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use super::events::Notice;
use super::index::{Phase, PodInfo};
use super::manager::Controllers;
use super::objects::{ObjectKey, condition, drop_condition, is_deleting, set_condition, text};
use super::pod_template;
use super::work::Work;
use super::writer::Refusal;
use crate::object_store::{DeleteOptions, kinds};

/// Pods made or deleted in one go, as upstream limits it.
const BURST: usize = 500;
/// Until a refused creation is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// The second look must not come before the first refusal is forgotten.
const RETRY_SLACK: Duration = Duration::from_millis(50);

/// Pods of a workload, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub replicas: i64,
    pub ready: i64,
    pub available: i64,
    /// Seconds until the next ready pod becomes available.
    pub next_available: Option<u64>,
}

/// Counts active pods; available ones are ready for `min_ready` seconds.
pub(super) fn count(pods: &[PodInfo], min_ready: i64) -> Counts {
    let now = Timestamp::now();
    let mut counts = Counts { replicas: pods.len() as i64, ..Counts::default() };
    for since in pods.iter().filter_map(|pod| pod.ready_since) {
        counts.ready += 1;
        let left = min_ready - now.duration_since(since).as_secs();
        if min_ready == 0 || left <= 0 {
            counts.available += 1;
        } else {
            let left = left.unsigned_abs();
            counts.next_available = Some(counts.next_available.map_or(left, |known| known.min(left)));
        }
    }
    counts
}

impl Controllers {
    pub(super) fn active_pods(&self, owner: &Value) -> Vec<PodInfo> {
        let uid = owner["metadata"]["uid"].as_str().unwrap_or_default();
        self.pods.owned_by(uid).into_iter().filter(|pod| pod.is_active()).cloned().collect()
    }

    /// Makes or deletes pods until there are as many as wanted, and reports.
    pub(super) fn reconcile_replica_set(&mut self, key: &ObjectKey) {
        let Some(set) = self.get(&kinds::REPLICA_SET, key) else { return };
        let mut pods = self.active_pods(&set);
        let mut refused = None;
        if !is_deleting(&set) {
            let wanted = set["spec"]["replicas"].as_u64().unwrap_or(1) as usize;
            if pods.len() < wanted {
                refused = self.create_pods(&set, (wanted - pods.len()).min(BURST)).err();
            } else if pods.len() > wanted {
                let surplus = (pods.len() - wanted).min(BURST);
                rank_for_deletion(&mut pods);
                for pod in pods.iter().take(surplus) {
                    self.delete_pod_of(&set, &pod.key);
                }
            }
            pods = self.active_pods(&set);
        }
        self.report_replica_set(key, &set, &pods, refused);
    }

    fn create_pods(&mut self, owner: &Value, count: usize) -> Result<(), Refusal> {
        let prefix = format!("{}-", text(&owner["metadata"]["name"]));
        for _ in 0..count {
            let name = format!("{prefix}{}", self.rng.suffix(5));
            self.create_pod(owner, pod_template::pod_of(owner, &name, Some(&prefix)))?;
        }
        Ok(())
    }

    /// Creates a pod through admission, with the event of its owner's controller. An owner whose pod was
    /// refused gets the same answer until it is time to try again.
    pub(super) fn create_pod(&mut self, owner: &Value, pod: Value) -> Result<(), Refusal> {
        let uid = text(&owner["metadata"]["uid"]);
        if let Some((until, refusal)) = self.refused.get(&uid)
            && *until > Instant::now()
        {
            return Err(refusal.clone());
        }
        let name = text(&pod["metadata"]["name"]);
        match self.writer.create(&kinds::POD, pod) {
            Ok(pod) => {
                self.refused.remove(&uid);
                self.observe_pod(&pod);
                self.note_owner(owner, false, "SuccessfulCreate", format!("Created pod: {name}"));
                Ok(())
            }
            Err(refusal) => {
                self.note_owner(owner, true, "FailedCreate", format!("Error creating: {refusal}"));
                self.refused.insert(uid, (Instant::now() + RETRY, refusal.clone()));
                self.queue_owner_after(&text(&owner["kind"]), ObjectKey::of(owner), RETRY + RETRY_SLACK);
                Err(refusal)
            }
        }
    }

    fn note_owner(&mut self, owner: &Value, warning: bool, reason: &str, message: String) {
        let component = format!("{}-controller", text(&owner["kind"]).to_lowercase());
        self.events.record(owner, Notice { component: &component, warning, reason, message });
    }

    /// Deletes a pod on behalf of its owner's controller.
    pub(super) fn delete_pod_of(&mut self, owner: &Value, key: &ObjectKey) {
        if let Ok(pod) = self.store.delete(&kinds::POD, key.namespace(), &key.name, &DeleteOptions::default()) {
            self.observe_deleted_pod(&pod);
            self.note_owner(owner, false, "SuccessfulDelete", format!("Deleted pod: {}", key.name));
        }
    }

    fn report_replica_set(&mut self, key: &ObjectKey, set: &Value, pods: &[PodInfo], refused: Option<Refusal>) {
        let counts = count(pods, set["spec"]["minReadySeconds"].as_i64().unwrap_or(0));
        if let Some(seconds) = counts.next_available {
            self.queue.add_after(Work::ReplicaSet(key.clone()), Duration::from_secs(seconds));
        }
        let generation = set["metadata"]["generation"].clone();
        // Refused only where it went away at the same moment.
        let _ = self.store.update(&kinds::REPLICA_SET, key.namespace(), &key.name, |set| {
            set["status"]["replicas"] = counts.replicas.into();
            for (field, amount) in [
                ("fullyLabeledReplicas", counts.replicas),
                ("readyReplicas", counts.ready),
                ("availableReplicas", counts.available),
            ] {
                if amount > 0 || set["status"].get(field).is_some() {
                    set["status"][field] = amount.into();
                }
            }
            set["status"]["observedGeneration"] = generation;
            match &refused {
                Some(refusal) => {
                    set_condition(set, ("ReplicaFailure", "True"), "FailedCreate", &refusal.message, None);
                }
                None if condition(set, "ReplicaFailure").is_some() => drop_condition(set, "ReplicaFailure"),
                None => {}
            }
        });
    }
}

/// Those to delete first come first: without a node, pending, not ready, young.
/// Upstream: `pkg/controller/controller_utils.go`, `ActivePodsWithRanks`.
pub(super) fn rank_for_deletion(pods: &mut [PodInfo]) {
    pods.sort_by_key(|pod| {
        let age = pod.created.map_or(SignedDuration::ZERO, |created| Timestamp::now().duration_since(created));
        (pod.node.is_some(), pod.phase == Phase::Running, pod.is_ready(), age)
    });
}
