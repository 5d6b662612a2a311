//! Quotas and limit ranges in some namespaces.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Generation;
use crate::controllers::Requests;
use crate::object_store::{StoreError, kinds};

const WITH_QUOTA: [&str; 3] = ["shop", "payments", "search"];
const WITH_LIMITS: [&str; 2] = ["payments", "search"];
/// What a quota grants beyond what is used, in percent of it.
const HEADROOM: i64 = 30;

impl Generation<'_> {
    pub(super) fn quotas(&mut self) -> Result<(), StoreError> {
        let mut used: BTreeMap<String, (i64, Requests)> = BTreeMap::new();
        for pod in self.made.iter().filter(|object| object["kind"] == "Pod") {
            let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
            if WITH_QUOTA.contains(&namespace) {
                let entry = used.entry(namespace.to_owned()).or_default();
                entry.0 += 1;
                entry.1.add(&Requests::of_pod(pod));
            }
        }
        for (namespace, (pods, requests)) in used {
            let more = |amount: i64| amount + amount * HEADROOM / 100;
            let cpu = requests.get("cpu");
            let mib = requests.get("memory") / 1_048_576;
            let hard = amounts((more(pods) + 5, more(cpu) + 1000, more(mib) + 2048));
            let quota = json!({
                "metadata": {"name": "team-quota", "namespace": namespace},
                "spec": {"hard": hard}, "status": {"hard": hard, "used": amounts((pods, cpu, mib))},
            });
            self.create(&kinds::RESOURCE_QUOTA, quota, SignedDuration::from_hours(24 * 90))?;
        }
        for namespace in WITH_LIMITS {
            self.create(&kinds::LIMIT_RANGE, limit_range(namespace), SignedDuration::from_hours(24 * 90))?;
        }
        Ok(())
    }
}

fn amounts((pods, cpu, mib): (i64, i64, i64)) -> Value {
    json!({"pods": pods.to_string(), "requests.cpu": format!("{cpu}m"), "requests.memory": format!("{mib}Mi")})
}

fn limit_range(namespace: &str) -> Value {
    json!({
        "metadata": {"name": "team-limits", "namespace": namespace},
        "spec": {"limits": [{
            "type": "Container",
            "default": {"memory": "512Mi"},
            "defaultRequest": {"cpu": "100m", "memory": "256Mi"},
            "max": {"memory": "64Gi"},
            "min": {"cpu": "10m", "memory": "16Mi"},
        }]},
    })
}
