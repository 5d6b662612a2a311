//! Amounts of compute resources.

use super::quantity::{Quantity, QuantityError};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const CPU: &str = "cpu";
pub const MEMORY: &str = "memory";
pub const EPHEMERAL_STORAGE: &str = "ephemeral-storage";

/// What a pod requests or a node offers. CPU in milli-cores, all else in base units (bytes, pieces).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resources {
    pub cpu_milli: i64,
    pub memory: i64,
    pub ephemeral_storage: i64,
    /// Extended resources and huge pages, by full name. Zeros are left out.
    pub extended: BTreeMap<Arc<str>, i64>,
}

/// A resource whose amount cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{resource}: {source}")]
pub struct ResourceError {
    pub resource: String,
    pub source: QuantityError,
}

impl Resources {
    /// From a `resource name → quantity text` map, as in a node's `allocatable`. `pods` is a count of its
    /// own and left out. Amounts are rounded up.
    ///
    /// # Errors
    /// The first amount that is no quantity, with its resource.
    pub fn from_quantities<'a>(amounts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, ResourceError> {
        let mut resources = Resources::default();
        for (name, text) in amounts {
            let quantity = Quantity::parse(text)
                .map_err(|source| ResourceError { resource: name.chars().take(128).collect(), source })?;
            resources.set_quantity(name, quantity);
        }
        Ok(resources)
    }

    /// From amounts already read; see [`Resources::from_quantities`].
    pub fn from_amounts<'a>(amounts: impl IntoIterator<Item = (&'a str, Quantity)>) -> Self {
        let mut resources = Resources::default();
        for (name, quantity) in amounts {
            resources.set_quantity(name, quantity);
        }
        resources
    }

    fn set_quantity(&mut self, name: &str, quantity: Quantity) {
        match name {
            "pods" => {}
            CPU => self.cpu_milli = quantity.milli(),
            _ => self.set(name, quantity.value()),
        }
    }

    /// The amount of a resource, zero where absent; CPU in milli-cores.
    pub fn get(&self, name: &str) -> i64 {
        match name {
            CPU => self.cpu_milli,
            MEMORY => self.memory,
            EPHEMERAL_STORAGE => self.ephemeral_storage,
            _ => self.extended.get(name).copied().unwrap_or(0),
        }
    }

    pub fn set(&mut self, name: &str, amount: i64) {
        match name {
            CPU => self.cpu_milli = amount,
            MEMORY => self.memory = amount,
            EPHEMERAL_STORAGE => self.ephemeral_storage = amount,
            _ if amount == 0 => {
                self.extended.remove(name);
            }
            _ => {
                self.extended.insert(Arc::from(name), amount);
            }
        }
    }

    /// The resources with a non-zero amount: cpu, memory, ephemeral-storage, then the others by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        [(CPU, self.cpu_milli), (MEMORY, self.memory), (EPHEMERAL_STORAGE, self.ephemeral_storage)]
            .into_iter()
            .chain(self.extended.iter().map(|(name, amount)| (name.as_ref(), *amount)))
            .filter(|(_, amount)| *amount != 0)
    }

    pub fn is_zero(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Adds in place, saturating.
    pub fn add(&mut self, other: &Resources) {
        self.merge(other, i64::saturating_add);
    }

    /// Subtracts in place, saturating; amounts may become negative.
    pub fn sub(&mut self, other: &Resources) {
        self.merge(other, i64::saturating_sub);
    }

    /// Takes the larger amount of each resource, in place.
    pub fn max(&mut self, other: &Resources) {
        self.merge(other, i64::max);
    }

    /// Adds `other` `times` over, saturating.
    pub fn add_times(&mut self, other: &Resources, times: i64) {
        self.merge(other, |mine, theirs| mine.saturating_add(theirs.saturating_mul(times)));
    }

    fn merge(&mut self, other: &Resources, op: impl Fn(i64, i64) -> i64) {
        self.cpu_milli = op(self.cpu_milli, other.cpu_milli);
        self.memory = op(self.memory, other.memory);
        self.ephemeral_storage = op(self.ephemeral_storage, other.ephemeral_storage);
        for (name, amount) in &other.extended {
            let merged = op(self.extended.get(name).copied().unwrap_or(0), *amount);
            if merged == 0 {
                self.extended.remove(name);
            } else {
                self.extended.insert(name.clone(), merged);
            }
        }
    }

    /// Whether every requested amount is there; a resource that is not asked for never stands in the way,
    /// even where `free` is negative (`noderesources/fit.go`).
    pub fn fits_in(&self, free: &Resources) -> bool {
        self.iter().all(|(name, amount)| amount <= free.get(name))
    }

    /// How often this request goes into `free`; None where nothing is requested.
    pub fn times_in(&self, free: &Resources) -> Option<i64> {
        self.iter().filter(|(_, amount)| *amount > 0).map(|(name, amount)| (free.get(name) / amount).max(0)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Resources {
        Resources::from_quantities(pairs.iter().copied()).unwrap()
    }

    #[test]
    fn reads_a_resource_list() {
        let node =
            of(&[("cpu", "4"), ("memory", "8Gi"), ("pods", "110"), ("nvidia.com/gpu", "2"), ("hugepages-2Mi", "0")]);
        assert_eq!(node.cpu_milli, 4000);
        assert_eq!(node.memory, 8 << 30);
        assert_eq!(node.iter().collect::<Vec<_>>(), [("cpu", 4000), ("memory", 8 << 30), ("nvidia.com/gpu", 2)]);
        let error = Resources::from_quantities([("cpu", "4"), ("memory", "8GB")]).unwrap_err();
        assert_eq!(error.resource, "memory");
    }

    #[test]
    fn arithmetic_saturates_and_drops_zeros() {
        let mut sum = of(&[("cpu", "1"), ("x.io/a", "3")]);
        sum.add(&of(&[("cpu", "500m"), ("memory", "1Gi")]));
        sum.sub(&of(&[("x.io/a", "3")]));
        assert_eq!(sum, of(&[("cpu", "1500m"), ("memory", "1Gi")]));
        sum.add_times(&of(&[("memory", "8E")]), 1000);
        assert_eq!(sum.memory, i64::MAX);
        sum.max(&of(&[("cpu", "2"), ("x.io/b", "1")]));
        assert_eq!((sum.cpu_milli, sum.get("x.io/b")), (2000, 1));
    }

    #[test]
    fn counts_how_often_a_request_fits() {
        let free = of(&[("cpu", "4"), ("memory", "8Gi")]);
        assert_eq!(of(&[("cpu", "1"), ("memory", "1Gi")]).times_in(&free), Some(4));
        assert_eq!(of(&[("cpu", "4001m")]).times_in(&free), Some(0));
        assert_eq!(of(&[("x.io/a", "1")]).times_in(&free), Some(0));
        assert_eq!(Resources::default().times_in(&free), None);
        assert!(of(&[("cpu", "4")]).fits_in(&free));
        assert!(!of(&[("cpu", "4001m")]).fits_in(&free));
        let overcommitted = Resources { cpu_milli: -5, ..free };
        assert!(of(&[("memory", "1")]).fits_in(&overcommitted));
        assert_eq!(of(&[("cpu", "1")]).times_in(&overcommitted), Some(0));
    }
}
