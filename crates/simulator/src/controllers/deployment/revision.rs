//! Revisions, template hashes, and what a ReplicaSet carries of its Deployment.
//! Upstream: `pkg/controller/deployment/util/deployment_util.go`.

use serde_json::{Value, json};

use super::rollout::limits;
use super::{COMPONENT, Rollout, wanted};
use crate::controllers::events::Notice;
use crate::controllers::manager::Controllers;
use crate::controllers::objects::{ObjectKey, drop_key, owner_reference, text};
use crate::controllers::work::Work;
use crate::object_store::kinds;

pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAXIMUM: &str = "deployment.kubernetes.io/max-replicas";
const HASH: &str = "pod-template-hash";
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

pub(super) fn of(set: &Value) -> u64 {
    set["metadata"]["annotations"][REVISION].as_str().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Whether the set was made from this template.
pub(super) fn has_template(set: &Value, template: &Value) -> bool {
    let own = &set["spec"]["template"];
    let labels = |template: &Value| {
        let mut labels = template["metadata"]["labels"].clone();
        drop_key(&mut labels, HASH);
        labels
    };
    own["spec"] == template["spec"]
        && labels(own) == labels(template)
        && own["metadata"]["annotations"] == template["metadata"]["annotations"]
}

/// The annotations that tell a scaling from a roll-out later.
pub(super) fn sizes(deployment: &Value) -> [(&'static str, Value); 2] {
    let replicas = deployment["spec"]["replicas"].as_i64().unwrap_or(1);
    let surge = limits(deployment, replicas).surge;
    [(DESIRED, replicas.to_string().into()), (MAXIMUM, (replicas + surge).to_string().into())]
}

/// The size its Deployment had when the set was last scaled.
pub(super) fn desired(set: &Value) -> Option<i64> {
    set["metadata"]["annotations"][DESIRED].as_str()?.parse().ok()
}

/// Ten characters in the alphabet of generated names, from the template and the collision count.
pub(crate) fn template_hash(template: &Value, collisions: u64) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let text = template.to_string();
    let mut hash = 0x811c_9dc5_u32;
    for byte in text.bytes().chain(collisions.to_le_bytes()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    format!("{hash:010}").bytes().map(|digit| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()])).collect()
}

impl Controllers {
    /// The set of the current template with the newest revision, made if there is none.
    pub(super) fn new_set(&mut self, rollout: &mut Rollout, replicas: i64) {
        let next = rollout.old.iter().map(|set| of(set)).max().unwrap_or(0) + 1;
        match rollout.new.clone() {
            Some(set) => self.raise_revision(rollout, &set, next),
            None => self.create_set(rollout, next, replicas),
        }
        let current = rollout.new.as_ref().map_or(next, |set| of(set));
        self.annotate_deployment(rollout, current.max(next));
    }

    fn raise_revision(&mut self, rollout: &mut Rollout, set: &Value, next: u64) {
        if of(set) >= next {
            return;
        }
        let name = text(&set["metadata"]["name"]);
        let raised = self.store.update(&kinds::REPLICA_SET, rollout.key.namespace(), &name, |set| {
            set["metadata"]["annotations"][REVISION] = next.to_string().into();
        });
        if let Ok(set) = raised {
            rollout.new = Some(set);
        }
    }

    fn create_set(&mut self, rollout: &mut Rollout, revision: u64, replicas: i64) {
        let deployment = &rollout.deployment;
        let known = deployment["status"]["collisionCount"].as_u64().unwrap_or(0);
        // A name that is taken by a set of another template takes the next hash.
        for collisions in known..known + 8 {
            let hash = template_hash(&deployment["spec"]["template"], collisions);
            if let Ok(set) = self.store.create(&kinds::REPLICA_SET, replica_set(deployment, &hash, revision, replicas))
            {
                self.queue.add(Work::ReplicaSet(ObjectKey::of(&set)));
                if replicas > 0 {
                    let message =
                        format!("Scaled up replica set {} from 0 to {replicas}", text(&set["metadata"]["name"]));
                    let notice = Notice { component: COMPONENT, warning: false, reason: "ScalingReplicaSet", message };
                    self.events.record(deployment, notice);
                }
                rollout.new = Some(set);
                return;
            }
        }
    }

    fn annotate_deployment(&mut self, rollout: &mut Rollout, revision: u64) {
        let changed = self.store.update(&kinds::DEPLOYMENT, rollout.key.namespace(), &rollout.key.name, |deployment| {
            deployment["metadata"]["annotations"][REVISION] = revision.to_string().into();
        });
        if let Ok(deployment) = changed {
            rollout.deployment = deployment;
        }
    }

    /// Whether the Deployment's size changed since its sets were scaled.
    pub(super) fn is_scaling(&self, rollout: &Rollout) -> bool {
        rollout
            .all()
            .filter(|set| wanted(set) > 0)
            .any(|set| desired(set).is_some_and(|known| known != rollout.replicas()))
    }
}

/// The ReplicaSet of a Deployment's template, as the Deployment controller writes it.
pub(crate) fn replica_set(deployment: &Value, hash: &str, revision: u64, replicas: i64) -> Value {
    let metadata = &deployment["metadata"];
    let mut template = deployment["spec"]["template"].clone();
    template["metadata"]["labels"][HASH] = hash.into();
    let mut selector = deployment["spec"]["selector"].clone();
    selector["matchLabels"][HASH] = hash.into();
    let mut annotations = json!({});
    for (key, value) in metadata["annotations"].as_object().into_iter().flatten() {
        if key != APPLIED && key != REVISION {
            annotations[key] = value.clone();
        }
    }
    for (key, value) in sizes(deployment) {
        annotations[key] = value;
    }
    annotations[REVISION] = revision.to_string().into();
    json!({
        "kind": "ReplicaSet", "apiVersion": "apps/v1",
        "metadata": {
            "name": format!("{}-{hash}", text(&metadata["name"])), "namespace": metadata["namespace"],
            "labels": template["metadata"]["labels"], "annotations": annotations,
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": replicas,
            "minReadySeconds": deployment["spec"]["minReadySeconds"].as_i64().unwrap_or(0),
            "selector": selector,
            "template": template,
        },
        "status": {"replicas": 0},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_recognised_by_its_template_alone() {
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"image": "web:1"}]}});
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop", "uid": "u", "annotations": {APPLIED: "{}", "team": "a"}},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": template},
        });
        let hash = template_hash(&template, 0);
        assert_eq!(hash.len(), 10);
        let set = replica_set(&deployment, &hash, 4, 3);
        assert!(has_template(&set, &template));
        assert_eq!(of(&set), 4);
        assert_eq!(set["metadata"]["annotations"], json!({"team": "a", DESIRED: "3", MAXIMUM: "4", REVISION: "4"}));
        let mut changed = template.clone();
        changed["spec"]["containers"][0]["image"] = "web:2".into();
        assert!(!has_template(&set, &changed));
        assert_ne!(template_hash(&changed, 0), hash);
        assert_ne!(template_hash(&template, 1), hash);
    }
}
