//! The contents of a generated cluster: a steady state that its controllers find nothing to change in.

mod broken;
mod catalogue;
mod managed_fields;
mod namespaces;
mod nodes;
mod placement;
mod quota;
mod system;
mod template;
mod workloads;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use self::placement::Placement;
use super::naming::Place;
use super::seed::Seeded;
use super::spec::{FleetSpec, PodSize};
use crate::controllers::rfc3339;
use crate::object_store::{Kind, ObjectStore, StoreError};

/// The second octet of the pod addresses of cluster `index`.
pub(super) fn pod_network(index: usize) -> u8 {
    100 + (index % 100) as u8
}

/// A cluster while it is being filled.
struct Generation<'a> {
    store: &'a ObjectStore,
    spec: &'a FleetSpec,
    place: &'a Place,
    rng: Seeded,
    now: Timestamp,
    network: u8,
    addresses: u32,
    placement: Placement,
    /// Parsed objects, kept until the controllers have read them.
    made: Vec<Arc<Value>>,
    pods_left: usize,
}

/// Fills `store` and returns the parsed objects.
///
/// # Errors
/// When the store refuses an object, which only a mistake in here can cause.
pub(super) fn fill(
    store: &ObjectStore,
    spec: &FleetSpec,
    place: &Place,
    index: usize,
    rng: &Seeded,
) -> Result<Vec<Arc<Value>>, StoreError> {
    let mut generation = Generation {
        store,
        spec,
        place,
        rng: rng.fork("objects"),
        now: Timestamp::now(),
        network: pod_network(index),
        addresses: 1,
        placement: Placement::default(),
        made: Vec::new(),
        pods_left: spec.pods,
    };
    generation.namespaces()?;
    generation.nodes()?;
    generation.system_workloads()?;
    if spec.broken_workloads && spec.pods >= 50 {
        generation.broken_workloads()?;
    }
    generation.workloads()?;
    if spec.pods > 0 {
        generation.quotas()?;
    }
    Ok(generation.made)
}

impl Generation<'_> {
    /// Stores an object with a seeded uid, created `age` ago.
    fn create(
        &mut self,
        kind: &'static Kind,
        mut object: Value,
        age: SignedDuration,
    ) -> Result<Arc<Value>, StoreError> {
        object["metadata"]["uid"] = self.rng.uuid().into();
        object["metadata"]["creationTimestamp"] = self.ago(age).into();
        let stored = self.store.create(kind, object)?;
        self.made.push(Arc::clone(&stored));
        Ok(stored)
    }

    fn ago(&self, age: SignedDuration) -> String {
        rfc3339(self.now - age)
    }

    /// An age between a minute and `days` days.
    fn age(&mut self, days: u64) -> SignedDuration {
        SignedDuration::from_secs(60 + self.rng.below(days * 86_400) as i64)
    }

    fn next_address(&mut self) -> String {
        self.addresses += 1;
        format!("10.{}.{}.{}", self.network, (self.addresses >> 8) & 0x7f, self.addresses & 0xff)
    }

    fn is_realistic(&self) -> bool {
        self.spec.pod_size == PodSize::Realistic
    }
}
