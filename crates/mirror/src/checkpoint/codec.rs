//! The format of a checkpoint's blocks: block 0 says how many parts a table has, the others hold one part each.

use super::Block;
use model::columns::{Changed, Columnar, Saved, Table, Unsaved};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Grows with every change of a kind's fields or of this format: blocks of another version are ignored, which costs
/// one cold start.
const VERSION: u8 = 2;
/// Segments, texts and lists.
const SORTS: u32 = 3;

#[derive(Serialize, Deserialize)]
struct Head {
    version: u8,
    counts: [u32; SORTS as usize],
}

fn number(sort: u32, position: usize) -> u32 {
    1 + position as u32 * SORTS + sort
}

fn pack<T: Serialize>(number: u32, part: &T) -> Block {
    // Writing to memory fails for no part of ours; an empty block reads as no checkpoint.
    Block { number, bytes: postcard::to_stdvec(part).unwrap_or_default() }
}

fn parts<T: Serialize>(sort: u32, changed: &Changed<T>) -> impl Iterator<Item = Block> {
    changed.parts.iter().map(move |(position, part)| pack(number(sort, *position), &**part))
}

/// The blocks of what changed, and how many blocks there are.
pub(crate) fn pack_parts(unsaved: &Unsaved) -> (Vec<Block>, u32) {
    let Unsaved { segments, texts, lists } = unsaved;
    let counts = [segments.count, texts.count, lists.count].map(|count| count as u32);
    let head = pack(0, &Head { version: VERSION, counts });
    let blocks = std::iter::once(head).chain(parts(0, segments)).chain(parts(1, texts)).chain(parts(2, lists));
    let count = 1 + counts.iter().max().copied().unwrap_or(0) * SORTS;
    (blocks.collect(), count)
}

/// A table of saved blocks; None where they are of another version, damaged, or not all there: half a world must not
/// pass for one.
pub(crate) fn unpack_table<R: Columnar>(seed: u64, blocks: &[Block]) -> Option<Table<R>> {
    let blocks: BTreeMap<u32, &[u8]> = blocks.iter().map(|block| (block.number, block.bytes.as_slice())).collect();
    let Head { version, counts } = postcard::from_bytes(blocks.get(&0)?).ok()?;
    if version != VERSION {
        return None;
    }
    let saved = Saved {
        segments: unpack(&blocks, 0, counts[0])?,
        texts: unpack(&blocks, 1, counts[1])?,
        lists: unpack(&blocks, 2, counts[2])?,
    };
    Table::restore(seed, saved)
}

fn unpack<T: DeserializeOwned>(blocks: &BTreeMap<u32, &[u8]>, sort: u32, count: u32) -> Option<Vec<T>> {
    (0..count).map(|position| postcard::from_bytes(blocks.get(&number(sort, position as usize))?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::rows::{NamespaceRow, RowMeta};
    use std::sync::Arc;

    fn namespace(name: &str, phase: &str) -> NamespaceRow {
        let labels = Arc::new([("team", name)].into_iter().collect());
        let meta = RowMeta { uid: name.into(), namespace: None, name: name.into(), created_at: 7, labels };
        NamespaceRow { meta, phase: phase.into(), node_selector: None }
    }

    fn all(table: &Table<NamespaceRow>) -> Vec<NamespaceRow> {
        let mut rows: Vec<_> = table.positions().map(|position| table.read(position)).collect();
        rows.sort_by(|a, b| a.meta.name.cmp(&b.meta.name));
        rows
    }

    #[test]
    fn a_table_comes_back_from_its_first_blocks_and_all_that_changed() {
        let mut table = Table::new(1);
        for number in 0..700 {
            table.set(&namespace(&format!("n{number}"), "Active"), 0);
        }
        let (first, count) = pack_parts(&table.take_unsaved());
        let mut stored: BTreeMap<u32, Block> = first.into_iter().map(|block| (block.number, block)).collect();
        assert!(stored.keys().all(|number| *number < count));
        table.set(&namespace("n5", "Terminating"), 0);
        table.remove(table.find(None, "n6").unwrap());
        assert!(table.is_unsaved());
        let (second, _) = pack_parts(&table.take_unsaved());
        assert!(second.len() < 6 && !table.is_unsaved(), "only what changed: {second:?}");
        stored.extend(second.into_iter().map(|block| (block.number, block)));
        let stored: Vec<Block> = stored.into_values().collect();
        let restored = unpack_table::<NamespaceRow>(2, &stored).unwrap();
        assert_eq!((all(&restored), restored.len()), (all(&table), 699));
    }

    #[test]
    fn blocks_that_lack_or_break_a_part_are_no_checkpoint() {
        let mut table = Table::new(1);
        (0..300).for_each(|number| {
            table.set(&namespace(&format!("n{number}"), "Active"), 0);
        });
        let (blocks, _) = pack_parts(&table.take_unsaved());
        for at in 0..blocks.len() {
            let mut broken = blocks.clone();
            broken[at].bytes.truncate(1);
            assert!(unpack_table::<NamespaceRow>(1, &broken).is_none(), "block {at}");
            broken.remove(at);
            assert!(unpack_table::<NamespaceRow>(1, &broken).is_none(), "without block {at}");
        }
    }
}
