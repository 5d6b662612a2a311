//! The workloads of the cluster itself: one pod on every node, DNS, metrics.

use serde_json::json;

use super::catalogue::{DAEMONS, SYSTEM, Service};
use super::template::{Ask, selector, template};
use super::{Generation, nodes};
use crate::controllers::daemon_pod;
use crate::object_store::{StoreError, kinds};

/// The share of all pods that system pods may be.
const SHARE: usize = 3;

impl Generation<'_> {
    pub(super) fn system_workloads(&mut self) -> Result<(), StoreError> {
        for service in &DAEMONS {
            if self.spec.nodes > 0 && self.pods_left >= self.spec.nodes * SHARE {
                self.daemon_set(service)?;
            }
        }
        for service in &SYSTEM {
            if self.pods_left > 4 {
                let replicas = if service.name == "coredns" { 2 } else { 1 };
                self.deployment(service, Ask { cpu: service.cpu, mib: service.mib }, replicas, &[nodes::GENERAL.name])?;
            }
        }
        Ok(())
    }

    fn daemon_set(&mut self, service: &Service) -> Result<(), StoreError> {
        let ask = Ask { cpu: service.cpu, mib: service.mib };
        let mut template = template(service, ask, self.is_realistic());
        template["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
        template["spec"]["hostNetwork"] = true.into();
        template["spec"]["priorityClassName"] = "system-node-critical".into();
        let count = self.spec.nodes;
        let set = json!({
            "metadata": {
                "name": service.name, "namespace": service.namespace, "generation": 1,
                "labels": {"app.kubernetes.io/name": service.name},
                "annotations": {"deprecated.daemonset.template.generation": "1"},
            },
            "spec": {
                "selector": selector(service), "template": template, "revisionHistoryLimit": 10,
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
            },
            "status": {
                "observedGeneration": 1, "currentNumberScheduled": count, "desiredNumberScheduled": count,
                "numberMisscheduled": 0, "numberReady": count, "numberAvailable": count,
                "updatedNumberScheduled": count, "numberUnavailable": 0,
            },
        });
        let age = self.age(200);
        let set = self.create(&kinds::DAEMON_SET, set, age)?;
        for (node, address) in self.placement.nodes() {
            let name = format!("{}-{}", service.name, self.rng.suffix(5));
            let pod = daemon_pod(&set, &name, &node);
            self.run_daemon(pod, &node, &address)?;
        }
        Ok(())
    }
}
