//! Where generated pods run: the emptiest node of their pools that has room.

use serde_json::Value;

use crate::controllers::Requests;

/// Four GiB for each CPU.
const BYTES_PER_MILLI: i64 = 4 * 1024 * 1024 * 1024 / 1000;

struct Slot {
    name: String,
    address: String,
    pool: &'static str,
    free: Requests,
    cpu: i64,
    memory: i64,
}

/// The room left on the nodes so far.
#[derive(Default)]
pub(super) struct Placement {
    slots: Vec<Slot>,
}

impl Placement {
    pub(super) fn add_node(&mut self, node: &Value, pool: &'static str, address: &str) {
        let free = Requests::of_list(&node["status"]["allocatable"]);
        let name = node["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let (cpu, memory) = (free.get("cpu"), free.get("memory"));
        self.slots.push(Slot { name, address: address.to_owned(), pool, free, cpu, memory });
    }

    /// Free CPU in thousandths and free memory in bytes over the pools. Memory counts up to the usual
    /// proportion to CPU: more of it on a node is of use to nobody once its CPU is taken.
    pub(super) fn free(&self, pools: &[&str]) -> (i64, i64) {
        self.slots.iter().filter(|slot| pools.contains(&slot.pool)).fold((0, 0), |(cpu, memory), slot| {
            let free = slot.free.get("cpu");
            (cpu + free, memory + slot.free.get("memory").min(free * BYTES_PER_MILLI))
        })
    }

    /// Number of nodes of a pool.
    pub(super) fn count(&self, pool: &str) -> usize {
        self.slots.iter().filter(|slot| slot.pool == pool).count()
    }

    /// Name and address of all nodes.
    pub(super) fn nodes(&self) -> Vec<(String, String)> {
        self.slots.iter().map(|slot| (slot.name.clone(), slot.address.clone())).collect()
    }

    /// Takes room on this node, wanted or not.
    pub(super) fn take_on(&mut self, node: &str, need: &Requests) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.name == node) {
            take(slot, need);
        }
    }

    /// Takes room on the emptiest node that has it, and says which: name and address.
    pub(super) fn take(&mut self, need: &Requests, pools: &[&str]) -> Option<(String, String)> {
        let share = |slot: &Slot| {
            let part = |free: i64, all: i64| free as f64 / all.max(1) as f64;
            part(slot.free.get("cpu"), slot.cpu).min(part(slot.free.get("memory"), slot.memory))
        };
        let fits = |slot: &&mut Slot| {
            pools.contains(&slot.pool)
                && slot.free.get("pods") >= 1
                && need.0.iter().all(|(name, amount)| slot.free.get(name) >= *amount)
        };
        let best = self.slots.iter_mut().filter(fits).max_by(|a, b| share(a).total_cmp(&share(b)))?;
        take(best, need);
        Some((best.name.clone(), best.address.clone()))
    }
}

fn take(slot: &mut Slot, need: &Requests) {
    slot.free.subtract(need);
    slot.free.subtract(&Requests([("pods".to_owned(), 1)].into()));
}
