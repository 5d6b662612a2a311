//! One replica's request as a vector, and how often it goes into a node.

use super::cause::{Cause, Histogram, NearestMiss};
use super::demand::Demand;
use model::fleet::NodeView;
use model::k8s::resources::{CPU, EPHEMERAL_STORAGE, MEMORY, Resources};
use std::sync::Arc;

/// What is free on a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Free {
    pub cpu_milli: i64,
    pub memory: i64,
    pub ephemeral_storage: i64,
    pub pods: i64,
    /// In the order of the request's extended resources.
    pub extended: Vec<i64>,
}

/// What a replica asks for; only amounts above zero matter.
pub(crate) struct RequestVector<'a> {
    cpu_milli: i64,
    memory: i64,
    ephemeral_storage: i64,
    pub extended: Vec<(&'a Arc<str>, i64)>,
}

pub(crate) fn times(free: i64, request: i64) -> i64 {
    if request <= 0 { i64::MAX } else { (free / request).max(0) }
}

impl<'a> RequestVector<'a> {
    pub fn of(requests: &'a Resources) -> Self {
        RequestVector {
            cpu_milli: requests.cpu_milli,
            memory: requests.memory,
            ephemeral_storage: requests.ephemeral_storage,
            extended: requests.extended.iter().filter(|(_, amount)| **amount > 0).map(|(n, a)| (n, *a)).collect(),
        }
    }

    /// The same, with a column for every other extended resource that this demand names.
    pub fn following(requests: &'a Resources, demands: &[Demand<'a>]) -> Self {
        let mut vector = RequestVector::of(requests);
        for name in demands.iter().flat_map(|demand| demand.per_replica.extended.keys()) {
            if !vector.extended.iter().any(|(known, _)| *known == name) {
                vector.extended.push((name, 0));
            }
        }
        vector
    }

    /// Each resource with its request and what is free of it.
    fn on<'n>(&'n self, free: &'n Free) -> impl Iterator<Item = (&'a str, i64, i64)> {
        [
            (CPU, self.cpu_milli, free.cpu_milli),
            (MEMORY, self.memory, free.memory),
            (EPHEMERAL_STORAGE, self.ephemeral_storage, free.ephemeral_storage),
        ]
        .into_iter()
        .chain(self.extended.iter().zip(&free.extended).map(|((name, amount), free)| {
            let name: &'a Arc<str> = name;
            (name.as_ref(), *amount, *free)
        }))
    }

    /// How many replicas a node takes.
    pub fn times_on(&self, node: &NodeView) -> i64 {
        let (offered, used) = (&node.row.allocatable, &node.requested);
        let mut fit = (node.row.allocatable_pods - node.pods).max(0);
        fit = fit.min(times(offered.cpu_milli.saturating_sub(used.cpu_milli), self.cpu_milli));
        fit = fit.min(times(offered.memory.saturating_sub(used.memory), self.memory));
        if self.ephemeral_storage > 0 {
            let free = offered.ephemeral_storage.saturating_sub(used.ephemeral_storage);
            fit = fit.min(times(free, self.ephemeral_storage));
        }
        for (name, amount) in &self.extended {
            fit = fit.min(times(offered.get(name).saturating_sub(used.get(name)), *amount));
        }
        fit
    }

    /// The same on columns that other demand was taken from.
    pub fn times_in(&self, free: &Free) -> i64 {
        let fit = free
            .pods
            .max(0)
            .min(times(free.cpu_milli, self.cpu_milli))
            .min(times(free.memory, self.memory))
            .min(times(free.ephemeral_storage, self.ephemeral_storage));
        self.extended.iter().zip(&free.extended).fold(fit, |fit, ((_, amount), free)| fit.min(times(*free, *amount)))
    }

    pub fn free_on(&self, node: &NodeView) -> Free {
        let (offered, used) = (&node.row.allocatable, &node.requested);
        Free {
            cpu_milli: offered.cpu_milli.saturating_sub(used.cpu_milli),
            memory: offered.memory.saturating_sub(used.memory),
            ephemeral_storage: offered.ephemeral_storage.saturating_sub(used.ephemeral_storage),
            pods: node.row.allocatable_pods - node.pods,
            extended: self.extended.iter().map(|(name, _)| offered.get(name).saturating_sub(used.get(name))).collect(),
        }
    }

    /// Counts every resource that keeps replica `fit + 1` off what is free on a node.
    pub fn count_limits(&self, free: &Free, fit: i64, histogram: &mut Histogram<'a>) {
        if free.pods <= fit {
            histogram.count(Cause::TooManyPods);
        }
        let mut limited = |name: &'a str, request: i64, free: i64| {
            if times(free, request) <= fit {
                histogram.count(Cause::Insufficient(name));
            }
        };
        limited(CPU, self.cpu_milli, free.cpu_milli);
        limited(MEMORY, self.memory, free.memory);
        limited(EPHEMERAL_STORAGE, self.ephemeral_storage, free.ephemeral_storage);
        for ((name, amount), free) in self.extended.iter().zip(&free.extended) {
            let name: &'a Arc<str> = name;
            limited(name, *amount, *free);
        }
    }

    /// Whether one replica is more than the whole node offers, so that no waiting helps.
    pub fn exceeds(&self, node: &NodeView) -> bool {
        let offered = &node.row.allocatable;
        let more = |request: i64, offered: i64| request > 0 && request > offered;
        more(self.cpu_milli, offered.cpu_milli)
            || more(self.memory, offered.memory)
            || more(self.ephemeral_storage, offered.ephemeral_storage)
            || self.extended.iter().any(|(name, amount)| more(*amount, offered.get(name)))
    }

    /// What a node lacks for replica `fit + 1`, if that is one resource only.
    pub fn miss<'n>(&self, node: &'n NodeView, free: &Free, fit: i64) -> Option<NearestMiss<'n>>
    where
        'a: 'n,
    {
        let mut lacking = self.on(free).filter_map(|(resource, requested, free)| {
            let missing = requested.saturating_mul(fit + 1).saturating_sub(free);
            (requested > 0 && missing > 0).then_some(NearestMiss {
                node: &node.row.meta.name,
                resource,
                missing,
                requested,
            })
        });
        let first = lacking.next()?;
        lacking.next().is_none().then_some(first)
    }
}
