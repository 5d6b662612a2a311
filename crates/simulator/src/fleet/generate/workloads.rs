//! The teams' workloads, sized so that the cluster is as full as wanted.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::catalogue::{INFERENCE, SERVICES, STATEFUL, Service};
use super::template::{Ask, selector, template};
use super::{Generation, managed_fields, nodes};
use crate::controllers::{
    Requests, numbered_pod, pod_of, replica_set, revision, running_status, set_condition, template_hash,
};
use crate::object_store::{StoreError, kinds};

const POOLS: [&str; 3] = [nodes::GENERAL.name, nodes::MEMORY.name, nodes::SPOT.name];
const REVISIONS: u64 = 40;

impl Generation<'_> {
    pub(super) fn workloads(&mut self) -> Result<(), StoreError> {
        self.inference()?;
        let plan = self.plan();
        let factors = self.factors(&plan);
        let mut sized: Vec<_> =
            plan.into_iter().map(|(service, replicas)| (Ask::scaled(&service, factors), service, replicas)).collect();
        // Large ones first, so that all find room although little stays free.
        sized.sort_by_key(|(ask, ..)| std::cmp::Reverse(ask.cpu + ask.mib / 4));
        for (ask, service, replicas) in sized {
            if STATEFUL.iter().any(|known| known.name == service.name) {
                self.stateful_set(&service, ask, replicas)?;
            } else {
                self.deployment(&service, ask, replicas, &POOLS)?;
            }
        }
        Ok(())
    }

    /// Fills the GPU nodes to some part.
    fn inference(&mut self) -> Result<(), StoreError> {
        let replicas = (2 * self.placement.count(nodes::GPU.name)).min(self.pods_left / 20);
        if replicas == 0 {
            return Ok(());
        }
        let mut template = template(&INFERENCE, Ask { cpu: INFERENCE.cpu, mib: INFERENCE.mib }, self.is_realistic());
        template["spec"]["tolerations"] =
            json!([{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]);
        template["spec"]["nodeSelector"] = json!({"node.kubernetes.io/pool": nodes::GPU.name});
        for amounts in ["limits", "requests"] {
            template["spec"]["containers"][0]["resources"][amounts]["nvidia.com/gpu"] = "1".into();
        }
        self.deployment_of(&INFERENCE, template, replicas, &[nodes::GPU.name])
    }

    /// Which services run with how many pods, until all pods are given away.
    fn plan(&mut self) -> Vec<(Service, usize)> {
        let mut left = self.pods_left;
        let mut plan = Vec::new();
        if left >= 60 {
            for service in STATEFUL {
                plan.push((service, 3));
                left -= 3;
            }
        }
        let usual = (self.spec.pods / 30).clamp(2, 24) as u64;
        for round in 0.. {
            for service in SERVICES {
                if left == 0 {
                    return plan;
                }
                let replicas = (1 + self.rng.below(usual * 2) as usize).min(left);
                let name = if round == 0 { service.name } else { shard_name(service.name, round) };
                plan.push((Service { name, ..service }, replicas));
                left -= replicas;
            }
        }
        plan
    }

    /// What the services' own figures must be multiplied by to reach the wanted fill.
    fn factors(&self, plan: &[(Service, usize)]) -> (f64, f64) {
        let sum = |figure: fn(&Service) -> i64| -> f64 {
            plan.iter().map(|(service, replicas)| figure(service) as f64 * *replicas as f64).sum::<f64>().max(1.0)
        };
        let (cpu, memory) = self.placement.free(&POOLS);
        let mib = memory as f64 / 1_048_576.0;
        (self.spec.fill * cpu as f64 / sum(|s| s.cpu), self.spec.fill * mib / sum(|s| s.mib))
    }

    pub(super) fn deployment(
        &mut self,
        service: &Service,
        ask: Ask,
        replicas: usize,
        pools: &[&str],
    ) -> Result<(), StoreError> {
        let template = template(service, ask, self.is_realistic());
        self.deployment_of(service, template, replicas, pools)
    }

    /// A Deployment in steady state with its ReplicaSet and running pods.
    pub(super) fn deployment_of(
        &mut self,
        service: &Service,
        template: Value,
        replicas: usize,
        pools: &[&str],
    ) -> Result<(), StoreError> {
        let (deployment, set) = self.deployment_and_set(service, template, replicas)?;
        let prefix = format!("{}-", set["metadata"]["name"].as_str().unwrap_or_default());
        let mut running = 0;
        for _ in 0..replicas {
            let name = format!("{prefix}{}", self.rng.suffix(5));
            running += usize::from(self.run(pod_of(&set, &name, Some(&prefix)), pools)?);
        }
        drop(deployment);
        self.settle(service, &set, replicas, running)
    }

    /// Stores a Deployment and its ReplicaSet, both still without status.
    pub(super) fn deployment_and_set(
        &mut self,
        service: &Service,
        template: Value,
        replicas: usize,
    ) -> Result<(Arc<Value>, Arc<Value>), StoreError> {
        let number = 1 + self.rng.below(REVISIONS);
        let age = self.age(120) + SignedDuration::from_hours(24 * 20);
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": service.name, "namespace": service.namespace, "generation": number,
                "labels": template["metadata"]["labels"],
                "annotations": {"deployment.kubernetes.io/revision": number.to_string()},
            },
            "spec": {
                "replicas": replicas, "selector": selector(service), "template": template,
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
                "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
            },
        });
        let deployment = self.create(&kinds::DEPLOYMENT, deployment, age)?;
        let hash = template_hash(&deployment["spec"]["template"], 0);
        let set_age = self.age(20);
        let set =
            self.create(&kinds::REPLICA_SET, replica_set(&deployment, &hash, number, replicas as i64), set_age)?;
        Ok((deployment, set))
    }

    /// Writes the statuses that the controllers would.
    pub(super) fn settle(
        &mut self,
        service: &Service,
        set: &Value,
        replicas: usize,
        running: usize,
    ) -> Result<(), StoreError> {
        let set_name = set["metadata"]["name"].as_str().unwrap_or_default();
        let namespace = Some(service.namespace);
        let settled = self.store.update(&kinds::REPLICA_SET, namespace, set_name, |set| {
            set["status"] = json!({
                "replicas": replicas, "fullyLabeledReplicas": replicas, "readyReplicas": running,
                "availableReplicas": running, "observedGeneration": set["metadata"]["generation"],
            });
        })?;
        self.made.push(settled);
        let message = format!("ReplicaSet \"{set_name}\" has successfully progressed.");
        let settled = self.store.update(&kinds::DEPLOYMENT, namespace, service.name, |deployment| {
            deployment["status"] = json!({
                "observedGeneration": deployment["metadata"]["generation"],
                "replicas": replicas, "updatedReplicas": replicas,
            });
            if running > 0 {
                deployment["status"]["readyReplicas"] = running.into();
                deployment["status"]["availableReplicas"] = running.into();
            }
            let clock = Some("lastUpdateTime");
            if running == replicas {
                let available = "Deployment has minimum availability.";
                set_condition(deployment, ("Available", "True"), "MinimumReplicasAvailable", available, clock);
                set_condition(deployment, ("Progressing", "True"), "NewReplicaSetAvailable", &message, clock);
            }
        })?;
        self.made.push(settled);
        Ok(())
    }

    fn stateful_set(&mut self, service: &Service, ask: Ask, replicas: usize) -> Result<(), StoreError> {
        let mut template = template(service, ask, self.is_realistic());
        template["spec"]["terminationGracePeriodSeconds"] = 120.into();
        let set = json!({
            "metadata": {
                "name": service.name, "namespace": service.namespace, "generation": 1,
                "labels": template["metadata"]["labels"],
            },
            "spec": {
                "replicas": replicas, "selector": selector(service), "template": template, "serviceName": service.name,
                "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10,
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            },
        });
        let age = self.age(200);
        let set = self.create(&kinds::STATEFUL_SET, set, age)?;
        let mut running = 0;
        for number in 0..replicas {
            running += usize::from(self.run(numbered_pod(&set, number as i64), &POOLS)?);
        }
        let revision = revision(&set);
        let settled = self.store.update(&kinds::STATEFUL_SET, Some(service.namespace), service.name, |set| {
            set["status"] = json!({
                "observedGeneration": 1, "replicas": replicas, "readyReplicas": running, "availableReplicas": running,
                "updatedReplicas": replicas, "currentRevision": revision, "currentReplicas": replicas,
                "updateRevision": revision, "collisionCount": 0,
            });
        })?;
        self.made.push(settled);
        Ok(())
    }

    /// Stores a pod, running where there is room; false when it had to stay pending.
    pub(super) fn run(&mut self, pod: Value, pools: &[&str]) -> Result<bool, StoreError> {
        let need = Requests::of_pod(&pod);
        match self.placement.take(&need, pools) {
            Some((node, address)) => {
                let pod_ip = self.next_address();
                self.store_running(pod, &node, (&pod_ip, &address)).map(|()| true)
            }
            None => {
                self.pods_left = self.pods_left.saturating_sub(1);
                self.create(&kinds::POD, pod, SignedDuration::from_secs(60)).map(|_| false)
            }
        }
    }

    /// Stores a pod that runs on this node and shares its address.
    pub(super) fn run_daemon(&mut self, pod: Value, node: &str, address: &str) -> Result<(), StoreError> {
        self.placement.take_on(node, &Requests::of_pod(&pod));
        self.store_running(pod, node, (address, address))
    }

    fn store_running(&mut self, mut pod: Value, node: &str, addresses: (&str, &str)) -> Result<(), StoreError> {
        let age = self.age(12);
        let started = self.ago(age - SignedDuration::from_secs(8));
        pod["metadata"]["uid"] = self.rng.uuid().into();
        pod["spec"]["nodeName"] = node.into();
        pod["status"] = running_status(&pod, addresses, &started);
        self.store_pod(pod, age)
    }

    /// Stores a pod with its managedFields and a keeps-its-uid creation.
    pub(super) fn store_pod(&mut self, mut pod: Value, age: SignedDuration) -> Result<(), StoreError> {
        let created = self.ago(age);
        if self.is_realistic() {
            pod["metadata"]["managedFields"] = managed_fields::of_pod(&pod, &created);
        }
        pod["metadata"]["creationTimestamp"] = created.into();
        let stored = self.store.create(&kinds::POD, pod)?;
        self.made.push(stored);
        self.pods_left = self.pods_left.saturating_sub(1);
        Ok(())
    }
}

/// Names of further rounds through the catalogue. They live as long as the process, as the catalogue does.
fn shard_name(name: &str, round: usize) -> &'static str {
    Box::leak(format!("{name}-{}", round + 1).into_boxed_str())
}
