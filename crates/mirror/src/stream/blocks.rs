//! Which rows go into which block of the checkpoint, and which blocks changed.

use super::kept::Kept;
use super::table::Table;
use crate::checkpoint::{Block, StreamCheckpoint, pack_block, unpack_block};
use kubeapi::decode::Decoded;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Cluster-scoped kinds are spread over so many blocks.
const SPREAD: u32 = 16;

/// Rows and position of a checkpoint.
pub(crate) struct Restored<R: Kept> {
    pub objects: Vec<Decoded<R>>,
    pub version: String,
    pub at_ms: i64,
}

impl<R: Kept> Restored<R> {
    /// None where any block cannot be read: half a world must not pass for one.
    pub fn from_checkpoint(saved: StreamCheckpoint) -> Option<Self> {
        let blocks: Option<Vec<_>> = saved.blocks.iter().map(|block| unpack_block::<R>(&block.bytes)).collect();
        Some(Self {
            objects: blocks?.into_iter().flatten().collect(),
            version: saved.resource_version,
            at_ms: saved.synced_at_ms,
        })
    }
}

/// One block a namespace, numbered as they come.
#[derive(Default)]
pub(super) struct Blocks {
    numbers: BTreeMap<Arc<str>, u32>,
    free: BTreeSet<u32>,
    count: u32,
    dirty: BTreeSet<u32>,
    /// Blocks of an earlier run may still lie in the store until all of this one's were packed once.
    packed_once: bool,
}

impl Blocks {
    /// Notes that a row changed.
    pub fn touch(&mut self, namespace: Option<&Arc<str>>, name: &str) {
        let number = self.number(namespace, name);
        self.dirty.insert(number);
    }

    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    fn number(&mut self, namespace: Option<&Arc<str>>, name: &str) -> u32 {
        let Some(namespace) = namespace else {
            self.count = SPREAD;
            // FNV-1a: the same after a restart, unlike the standard hasher.
            let hash =
                name.bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
            return hash % SPREAD;
        };
        if let Some(number) = self.numbers.get(namespace) {
            return *number;
        }
        let number = self.free.pop_first().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.numbers.insert(Arc::clone(namespace), number);
        number
    }

    /// Packs the blocks that changed since the last call, and says how many there are.
    pub fn take<R: Kept>(&mut self, table: &Table<R>) -> (Vec<Block>, u32) {
        let mut dirty = std::mem::take(&mut self.dirty);
        if !std::mem::replace(&mut self.packed_once, true) {
            dirty.extend(0..self.count);
        }
        let mut rows: BTreeMap<u32, Vec<&Decoded<R>>> = dirty.iter().map(|number| (*number, Vec::new())).collect();
        for object in table.iter() {
            let meta = object.row.meta();
            let number = self.number(meta.namespace.as_ref(), &meta.name);
            if let Some(block) = rows.get_mut(&number) {
                block.push(object);
            }
        }
        let empty: BTreeSet<u32> = rows.iter().filter(|(_, rows)| rows.is_empty()).map(|(number, _)| *number).collect();
        self.numbers.retain(|_, number| {
            let kept = !empty.contains(number);
            if !kept {
                self.free.insert(*number);
            }
            kept
        });
        let blocks = rows.iter().map(|(number, rows)| Block { number: *number, bytes: pack_block(rows) });
        (blocks.collect(), self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubeapi::decode::{Interner, decode_object};
    use model::rows::QuotaRow;
    use serde_json::json;

    fn quota(namespace: &str, name: &str) -> Decoded<QuotaRow> {
        let object = json!({"metadata": {"name": name, "namespace": namespace, "uid": "u"}});
        decode_object(object.to_string().as_bytes(), &mut Interner::default()).unwrap()
    }

    #[test]
    fn only_what_changed_is_packed_and_numbers_are_used_again() {
        let (mut table, mut blocks) = (Table::default(), Blocks::default());
        for namespace in ["a", "b", "c"] {
            table.set(quota(namespace, "q"));
            blocks.touch(Some(&namespace.into()), "q");
        }
        assert_eq!(blocks.take(&table).0.len(), 3);
        assert!(!blocks.is_dirty());

        table.remove(&(Some("b".into()), "q".into()));
        blocks.touch(Some(&"b".into()), "q");
        let (changed, count) = blocks.take(&table);
        assert_eq!((changed.len(), changed[0].number, count), (1, 1, 3));
        assert!(unpack_block::<QuotaRow>(&changed[0].bytes).unwrap().is_empty());

        table.set(quota("d", "q"));
        blocks.touch(Some(&"d".into()), "q");
        let (changed, count) = blocks.take(&table);
        assert_eq!((changed[0].number, count), (1, 3));
    }
}
