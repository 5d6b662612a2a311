//! Deployment → ReplicaSets. Upstream: `pkg/controller/deployment`.

mod revision;
mod rollout;
mod status;

pub(crate) use revision::{replica_set, template_hash};

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::events::Notice;
use super::manager::Controllers;
use super::objects::{ObjectKey, controller_of, is_deleting, text};
use super::work::Work;
use crate::object_store::{DeleteOptions, kinds};

const COMPONENT: &str = "deployment-controller";

/// A Deployment with its ReplicaSets.
struct Rollout {
    key: ObjectKey,
    deployment: Arc<Value>,
    /// Of the current template.
    new: Option<Arc<Value>>,
    /// Of former templates, oldest revision first.
    old: Vec<Arc<Value>>,
}

impl Rollout {
    fn replicas(&self) -> i64 {
        self.deployment["spec"]["replicas"].as_i64().unwrap_or(1)
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.old.iter().chain(&self.new)
    }

    fn is_paused(&self) -> bool {
        self.deployment["spec"]["paused"] == true
    }

    fn recreates(&self) -> bool {
        self.deployment["spec"]["strategy"]["type"] == "Recreate"
    }
}

fn wanted(set: &Value) -> i64 {
    set["spec"]["replicas"].as_i64().unwrap_or(1)
}

fn reported(set: &Value, field: &str) -> i64 {
    set["status"][field].as_i64().unwrap_or(0)
}

impl Controllers {
    /// One step of a Deployment's roll-out, then its status.
    pub(super) fn reconcile_deployment(&mut self, key: &ObjectKey) {
        let Some(deployment) = self.get(&kinds::DEPLOYMENT, key) else { return };
        let mut rollout = self.rollout(key, deployment);
        if !is_deleting(&rollout.deployment) {
            if rollout.is_paused() || self.is_scaling(&rollout) {
                self.scale_proportionally(&rollout);
            } else if rollout.recreates() {
                self.recreate(&mut rollout);
            } else {
                self.roll(&mut rollout);
            }
            if let Some(deployment) = self.get(&kinds::DEPLOYMENT, key) {
                rollout = self.rollout(key, deployment);
            }
        }
        let outcome = self.report_deployment(&rollout);
        if outcome.complete {
            self.forget_old_sets(&rollout);
        }
        if let Some(seconds) = outcome.look_again_after {
            self.queue.add_after(Work::Deployment(key.clone()), Duration::from_secs(seconds));
        }
    }

    fn rollout(&self, key: &ObjectKey, deployment: Arc<Value>) -> Rollout {
        let uid = text(&deployment["metadata"]["uid"]);
        let mut sets: Vec<Arc<Value>> = self
            .store
            .list_stored(&kinds::REPLICA_SET, key.namespace())
            .objects
            .iter()
            .filter(|set| set.is_owned_by(&uid))
            .map(|set| set.value())
            .filter(|set| controller_of(set).is_some_and(|owner| owner["uid"] == uid.as_str()))
            .collect();
        sets.sort_by_key(|set| revision::of(set));
        let position = sets.iter().position(|set| revision::has_template(set, &deployment["spec"]["template"]));
        let new = position.map(|index| sets.remove(index));
        Rollout { key: key.clone(), deployment, new, old: sets }
    }

    fn scale_set(&mut self, rollout: &Rollout, set: &Value, replicas: i64) {
        let before = wanted(set);
        let name = text(&set["metadata"]["name"]);
        let sizes = revision::sizes(&rollout.deployment);
        let scaled = self.store.update(&kinds::REPLICA_SET, rollout.key.namespace(), &name, |set| {
            set["spec"]["replicas"] = replicas.into();
            for (key, value) in &sizes {
                set["metadata"]["annotations"][*key] = value.clone();
            }
        });
        if scaled.is_err() || before == replicas {
            return;
        }
        self.queue.add(Work::ReplicaSet(ObjectKey { name: name.clone(), ..rollout.key.clone() }));
        let direction = if replicas > before { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {name} from {before} to {replicas}");
        let notice = Notice { component: COMPONENT, warning: false, reason: "ScalingReplicaSet", message };
        self.events.record(&rollout.deployment, notice);
    }

    fn forget_old_sets(&mut self, rollout: &Rollout) {
        let limit = rollout.deployment["spec"]["revisionHistoryLimit"].as_u64().unwrap_or(10) as usize;
        let idle = |set: &&Arc<Value>| wanted(set) == 0 && reported(set, "replicas") == 0 && !is_deleting(set);
        let idle: Vec<_> = rollout.old.iter().filter(idle).collect();
        for set in idle.iter().take(idle.len().saturating_sub(limit)) {
            let name = text(&set["metadata"]["name"]);
            // Refused only where it went away at the same moment.
            let _ = self.store.delete(&kinds::REPLICA_SET, rollout.key.namespace(), &name, &DeleteOptions::default());
        }
    }
}
