//! Nodes in several pools.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Generation;
use crate::object_store::{StoreError, kinds};

/// Nodes of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pool {
    pub name: &'static str,
    instance_type: &'static str,
    cpu: i64,
    memory_gib: i64,
    gpus: i64,
    capacity_type: &'static str,
}

impl Pool {
    /// CPU in thousandths and memory in MiB of the `part`th part of a node.
    pub(super) fn share(&self, part: i64) -> (i64, i64) {
        (self.cpu * 1000 / part, self.memory_gib * 1024 / part)
    }
}

pub(super) const GENERAL: Pool =
    Pool { name: "general", instance_type: "g7.4xlarge", cpu: 16, memory_gib: 64, gpus: 0, capacity_type: "on-demand" };
pub(super) const MEMORY: Pool =
    Pool { name: "memory", instance_type: "r7.4xlarge", cpu: 16, memory_gib: 128, gpus: 0, capacity_type: "on-demand" };
pub(super) const SPOT: Pool =
    Pool { name: "spot", instance_type: "c7.2xlarge", cpu: 8, memory_gib: 32, gpus: 0, capacity_type: "spot" };
pub(super) const GPU: Pool =
    Pool { name: "gpu", instance_type: "gn7.8xlarge", cpu: 32, memory_gib: 128, gpus: 4, capacity_type: "on-demand" };

/// What a kubelet and the system keep of a node, in thousandths of a CPU and in MiB.
const RESERVED_CPU: i64 = 120;
const RESERVED_MIB: i64 = 1843;
/// A kubelet's default limit, raised only where the spec asks for more pods than that.
const PODS_PER_NODE: usize = 110;

/// Of twenty nodes eleven are general, four have much memory, three are spot, two have GPUs.
fn pool_of(index: usize) -> Pool {
    match index % 20 {
        3 | 7 | 12 | 17 => MEMORY,
        5 | 10 | 15 => SPOT,
        8 | 18 => GPU,
        _ => GENERAL,
    }
}

impl Generation<'_> {
    pub(super) fn nodes(&mut self) -> Result<(), StoreError> {
        let needed = (self.spec.pods * 13 / 10).checked_div(self.spec.nodes).unwrap_or(0);
        let max_pods = PODS_PER_NODE.max(needed + 1);
        for index in 0..self.spec.nodes {
            let pool = pool_of(index);
            let zone = ["a", "b", "c"][index % 3];
            let name = format!("{}-{zone}-{}", pool.name, self.rng.suffix(5));
            let address = format!("10.{}.{}.{}", self.network - 90, index / 250, index % 250 + 4);
            let mut node =
                node(&name, pool, &format!("{}{zone}", self.place.region), self.place.region, &address, max_pods);
            let age = self.age(90) + SignedDuration::from_hours(24);
            let since = self.ago(age);
            for condition in node["status"]["conditions"].as_array_mut().into_iter().flatten() {
                condition["lastTransitionTime"] = since.clone().into();
                condition["lastHeartbeatTime"] = self.ago(SignedDuration::from_secs(20)).into();
            }
            let identity: String = self.rng.uuid().replace('-', "");
            node["status"]["nodeInfo"]["machineID"] = identity.clone().into();
            node["status"]["nodeInfo"]["systemUUID"] = self.rng.uuid().into();
            let stored = self.create(&kinds::NODE, node, age)?;
            self.placement.add_node(&stored, pool.name, &address);
        }
        Ok(())
    }
}

fn node(name: &str, pool: Pool, zone: &str, region: &str, address: &str, max_pods: usize) -> Value {
    let mut spec = json!({"providerID": format!("sim://{zone}/{name}")});
    if pool.gpus > 0 {
        spec["taints"] = json!([{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]);
    }
    let amounts = |cpu: i64, mib: i64| {
        let mut amounts = json!({
            "cpu": if cpu % 1000 == 0 { (cpu / 1000).to_string() } else { format!("{cpu}m") },
            "ephemeral-storage": "203056Mi", "hugepages-2Mi": "0",
            "memory": format!("{}Ki", mib * 1024), "pods": max_pods.to_string(),
        });
        if pool.gpus > 0 {
            amounts["nvidia.com/gpu"] = pool.gpus.to_string().into();
        }
        amounts
    };
    let (cpu, mib) = (pool.cpu * 1000, pool.memory_gib * 1024);
    json!({
        "metadata": {
            "name": name,
            "labels": {
                "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name,
                "node.kubernetes.io/instance-type": pool.instance_type,
                "node.kubernetes.io/pool": pool.name,
                "capacity-type": pool.capacity_type,
                "topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": zone,
            },
            "annotations": {
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": spec,
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "allocatable": amounts(cpu - RESERVED_CPU, mib - RESERVED_MIB),
            "capacity": amounts(cpu, mib),
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "containerd://2.1.4",
                "kernelVersion": "6.12.41-cloud-amd64", "kubeProxyVersion": "", "kubeletVersion": "v1.37.0",
                "machineID": "", "operatingSystem": "linux", "osImage": "Debian GNU/Linux 13 (trixie)", "systemUUID": "",
            },
        },
    })
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message})
}
