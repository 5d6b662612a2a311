//! Namespaces and what stands in each from the start.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Generation;
use crate::object_store::{StoreError, kinds};

const SYSTEM: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "default"];
/// Namespaces of teams, with the team.
pub(super) const TEAMS: [(&str, &str); 8] = [
    ("shop", "storefront"),
    ("payments", "payments"),
    ("search", "discovery"),
    ("platform", "platform"),
    ("monitoring", "platform"),
    ("data", "data"),
    ("logistics", "logistics"),
    ("ml", "ml"),
];

impl Generation<'_> {
    pub(super) fn namespaces(&mut self) -> Result<(), StoreError> {
        for name in SYSTEM {
            self.namespace(name, json!({}))?;
        }
        if self.spec.pods > 0 {
            for (name, team) in TEAMS {
                self.namespace(name, json!({"team": team, "env": self.place.env}))?;
            }
        }
        Ok(())
    }

    fn namespace(&mut self, name: &str, mut labels: Value) -> Result<(), StoreError> {
        labels["kubernetes.io/metadata.name"] = name.into();
        let namespace = json!({
            "metadata": {"name": name, "labels": labels},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
        });
        self.create(&kinds::NAMESPACE, namespace, SignedDuration::from_hours(24 * 400)).map(|_| ())
    }
}
