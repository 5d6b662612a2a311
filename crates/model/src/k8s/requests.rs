//! What a pod asks for in sum (upstream: `component-helpers/resource/helpers.go`).

use super::pod_template::{Container, PodSpec, ResourceList};
use super::quantity::{Format, Quantity};
use super::resources::{CPU, MEMORY, Resources};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What kube-scheduler's scores count for a container that requests no CPU, in milli-cores.
pub const DEFAULT_CPU_MILLI: i64 = 100;
/// What kube-scheduler's scores count for a container that requests no memory: 200 MB in bytes.
pub const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

/// What the kubelet reports of one container's resources while a resize in place goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ContainerResize {
    pub name: String,
    /// `status.containerStatuses[].allocatedResources`
    pub allocated: Option<ResourceList>,
    /// `status.containerStatuses[].resources.requests`
    pub actual: Option<ResourceList>,
}

fn add(total: &mut ResourceList, more: &ResourceList) {
    for (name, amount) in more {
        let sum = total.get(name).copied().unwrap_or_default() + *amount;
        total.insert(name.clone(), sum);
    }
}

fn raise(total: &mut ResourceList, other: &ResourceList) {
    for (name, amount) in other {
        if total.get(name).is_none_or(|known| amount > known) {
            total.insert(name.clone(), *amount);
        }
    }
}

/// Pod-level resources speak for cpu, memory and huge pages.
fn is_pod_level(resource: &str) -> bool {
    resource == CPU || resource == MEMORY || resource.starts_with("hugepages-")
}

impl PodSpec {
    /// The sum that `of` each container makes: containers and sidecars together, or the largest moment
    /// of initialisation, whichever is more, per resource.
    fn aggregate<'a>(&'a self, of: impl Fn(&'a Container) -> std::borrow::Cow<'a, ResourceList>) -> ResourceList {
        let mut running = ResourceList::new();
        for container in &self.containers {
            add(&mut running, &of(container));
        }
        let (mut sidecars, mut initialising) = (ResourceList::new(), ResourceList::new());
        for container in &self.init_containers {
            let own = of(container);
            let moment = if container.is_sidecar() {
                add(&mut running, &own);
                add(&mut sidecars, &own);
                sidecars.clone()
            } else {
                let mut moment = sidecars.clone();
                add(&mut moment, &own);
                moment
            };
            raise(&mut initialising, &moment);
        }
        raise(&mut running, &initialising);
        running
    }

    /// What the scheduler sets aside for the pod, overhead included, exactly.
    pub fn request_quantities(&self) -> ResourceList {
        let mut total = self.aggregate(|container| std::borrow::Cow::Borrowed(&container.resources.requests));
        self.finish_requests(&mut total);
        total
    }

    fn finish_requests(&self, total: &mut ResourceList) {
        for (name, amount) in self.resources.requests.iter().filter(|(name, _)| is_pod_level(name)) {
            total.insert(name.clone(), *amount);
        }
        add(total, &self.overhead);
    }

    /// The sum of limits; overhead counts only on top of a limit that is there.
    pub fn limit_quantities(&self) -> ResourceList {
        let mut total = self.aggregate(|container| std::borrow::Cow::Borrowed(&container.resources.limits));
        for (name, amount) in self.resources.limits.iter().filter(|(name, _)| is_pod_level(name)) {
            total.insert(name.clone(), *amount);
        }
        for (name, amount) in &self.overhead {
            if let Some(limit) = total.get_mut(name).filter(|limit| !limit.is_zero()) {
                *limit = *limit + *amount;
            }
        }
        total
    }

    /// What the scheduler sets aside for the pod, overhead included, rounded up.
    pub fn effective_requests(&self) -> Resources {
        to_resources(&self.request_quantities())
    }

    /// The same with kube-scheduler's defaults for containers that request no CPU or memory. For scores
    /// only: never decide by it whether a pod fits.
    pub fn effective_requests_non_zero(&self) -> Resources {
        let mut total = self.aggregate(|container| {
            let mut requests = container.resources.requests.clone();
            requests.entry(CPU.into()).or_insert(Quantity::from_milli(DEFAULT_CPU_MILLI.into(), Format::DecimalSi));
            requests.entry(MEMORY.into()).or_insert(Quantity::from_value(DEFAULT_MEMORY, Format::BinarySi));
            std::borrow::Cow::Owned(requests)
        });
        self.finish_requests(&mut total);
        to_resources(&total)
    }

    /// The requests of a pod that runs and may be changing its size in place: per resource, the largest
    /// of the sums over what is wished, allocated and in force. A wish that is `infeasible` (the reason
    /// of condition PodResizePending) is left out.
    pub fn observed_requests(&self, containers: &[ContainerResize], infeasible: bool) -> Resources {
        if containers.iter().all(|c| c.allocated.is_none() && c.actual.is_none()) {
            return self.effective_requests();
        }
        let status: BTreeMap<&str, &ContainerResize> = containers.iter().map(|c| (c.name.as_str(), c)).collect();
        let sum = |pick: fn(&ContainerResize) -> Option<&ResourceList>| {
            let mut total = self.aggregate(|container| {
                let reported = status.get(container.name.as_str()).and_then(|of| pick(of));
                std::borrow::Cow::Borrowed(reported.unwrap_or(&container.resources.requests))
            });
            self.finish_requests(&mut total);
            total
        };
        let mut total = sum(|of| of.allocated.as_ref().or(of.actual.as_ref()));
        raise(&mut total, &sum(|of| of.actual.as_ref().or(of.allocated.as_ref())));
        if !infeasible {
            raise(&mut total, &self.request_quantities());
        }
        to_resources(&total)
    }

    /// Fills requests from limits where absent, as the API server does at creation.
    pub fn default_requests_from_limits(&mut self) {
        let pod_level = &mut self.resources;
        for (name, amount) in pod_level.limits.iter().filter(|(name, _)| is_pod_level(name)) {
            pod_level.requests.entry(name.clone()).or_insert(*amount);
        }
        for container in self.all_containers_mut() {
            for (name, amount) in &container.resources.limits {
                container.resources.requests.entry(name.clone()).or_insert(*amount);
            }
        }
    }

    /// Whether no container, nor the pod itself, requests or limits CPU or memory (QoS class BestEffort).
    pub fn is_best_effort(&self) -> bool {
        let asks = |list: &ResourceList| [CPU, MEMORY].iter().any(|name| list.get(*name).is_some_and(|q| !q.is_zero()));
        self.all_containers()
            .map(|container| &container.resources)
            .chain([&self.resources])
            .all(|of| !asks(&of.requests) && !asks(&of.limits))
    }
}

fn to_resources(list: &ResourceList) -> Resources {
    Resources::from_amounts(list.iter().map(|(name, amount)| (name.as_str(), *amount)))
}

#[cfg(test)]
mod tests;
