//! One copy of every value, known by its number.

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::saved::Changed;
use foldhash::fast::FixedState;

/// Values a chunk holds.
const CHUNK: usize = 512;

/// Some values one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk<T> {
    pub(super) items: Vec<T>,
    /// Where each value ends.
    pub(super) ends: Vec<u32>,
}

impl<T> Chunk<T> {
    fn get(&self, at: usize) -> Option<&[T]> {
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        self.items.get(start..end)
    }
}

/// Values by number, borrowed from a pool or from a picture of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunks<'a, T>(pub &'a [Arc<Chunk<T>>]);

impl<'a, T> Chunks<'a, T> {
    /// The value of a number; empty for one that was never given.
    #[inline]
    pub fn get(self, id: u32) -> &'a [T] {
        let (chunk, at) = (id as usize / CHUNK, id as usize % CHUNK);
        self.0.get(chunk).and_then(|chunk| chunk.get(at)).unwrap_or_default()
    }

    pub fn bytes(self) -> usize {
        let of =
            |chunk: &Arc<Chunk<T>>| chunk.items.capacity() * size_of::<T>() + chunk.ends.capacity() * size_of::<u32>();
        self.0.iter().map(of).sum()
    }

    pub fn parts(self) -> usize {
        self.0.len()
    }

    pub fn len(self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * CHUNK + last.ends.len())
    }
}

/// A picture of a pool.
#[derive(Clone, Debug)]
pub(super) struct PoolView<T>(Arc<[Arc<Chunk<T>>]>);

impl<T> PoolView<T> {
    pub(super) fn chunks(&self) -> Chunks<'_, T> {
        Chunks(&self.0)
    }
}

/// Gives numbers to values. Number 0 is the empty value. Nothing is forgotten; the table builds its pools anew
/// from its rows once most of what they hold is held by no row.
pub(super) struct Pool<T> {
    chunks: Vec<Arc<Chunk<T>>>,
    index: HashTable<u32>,
    hasher: FixedState,
    /// The first chunk that is not saved as it is.
    unsaved: usize,
    /// The picture taken last, until the pool grows.
    view: Option<PoolView<T>>,
}

impl<T: Copy + Hash + Eq> Pool<T> {
    pub fn new(seed: u64) -> Self {
        let hasher = FixedState::with_seed(seed);
        let mut pool = Self { chunks: Vec::new(), index: HashTable::new(), hasher, unsaved: 0, view: None };
        pool.intern(&[]);
        pool
    }

    /// A pool of chunks that were saved; None where they are no pool's.
    pub fn of(seed: u64, chunks: Vec<Arc<Chunk<T>>>) -> Option<Self> {
        let mut pool = Self { chunks, ..Self::new(seed) };
        pool.index.clear();
        let (last, full) = pool.chunks.split_last()?;
        let sound = |chunk: &Arc<Chunk<T>>| {
            chunk.ends.is_sorted() && chunk.ends.last().is_none_or(|end| *end as usize == chunk.items.len())
        };
        let whole = full.iter().all(|chunk| chunk.ends.len() == CHUNK) && last.ends.len() <= CHUNK;
        if !whole || !pool.chunks.iter().all(sound) || !pool.chunks().get(0).is_empty() {
            return None;
        }
        pool.unsaved = pool.chunks.len().saturating_sub(1);
        let (all, hasher) = (Chunks(&pool.chunks), &pool.hasher);
        for id in 0..all.len() as u32 {
            pool.index.insert_unique(hasher.hash_one(all.get(id)), id, |id| hasher.hash_one(all.get(*id)));
        }
        Some(pool)
    }

    pub fn chunks(&self) -> Chunks<'_, T> {
        Chunks(&self.chunks)
    }

    pub fn len(&self) -> usize {
        self.chunks().len()
    }

    /// The number of a value, if it has one.
    pub fn find(&self, value: &[T]) -> Option<u32> {
        let all = Chunks(&self.chunks);
        self.index.find(self.hasher.hash_one(value), |id| all.get(*id) == value).copied()
    }

    /// The number of a value, its own or a new one.
    pub fn intern(&mut self, value: &[T]) -> u32 {
        if let Some(id) = self.find(value) {
            return id;
        }
        self.view = None;
        let id = self.len() as u32;
        if (id as usize).is_multiple_of(CHUNK) {
            self.chunks.push(Arc::new(Chunk { items: Vec::new(), ends: Vec::new() }));
        }
        if let Some(last) = self.chunks.last_mut() {
            let last = Arc::make_mut(last);
            last.items.extend_from_slice(value);
            last.ends.push(last.items.len() as u32);
            if last.ends.len() == CHUNK {
                last.items.shrink_to_fit();
                last.ends.shrink_to_fit();
            }
        }
        let (all, hasher) = (Chunks(&self.chunks), &self.hasher);
        self.index.insert_unique(hasher.hash_one(value), id, |id| hasher.hash_one(all.get(*id)));
        id
    }

    pub fn view(&mut self) -> PoolView<T> {
        self.view.get_or_insert_with(|| PoolView(self.chunks.as_slice().into())).clone()
    }

    /// Gives back room that growing took.
    pub fn settle(&mut self) {
        let (all, hasher) = (Chunks(&self.chunks), &self.hasher);
        self.index.shrink_to_fit(|id| hasher.hash_one(all.get(*id)));
        self.view = None;
        if let Some(last) = self.chunks.last_mut().and_then(Arc::get_mut) {
            last.items.shrink_to_fit();
            last.ends.shrink_to_fit();
        }
    }

    /// Chunks that changed since the last call, with their positions, and how many there are.
    pub fn take_unsaved(&mut self) -> Changed<Chunk<T>> {
        let parts = self.chunks.iter().enumerate().skip(self.unsaved).map(|(at, chunk)| (at, Arc::clone(chunk)));
        let parts = parts.collect();
        // The last chunk may grow still.
        self.unsaved = self.chunks.len().saturating_sub(1);
        Changed { parts, count: self.chunks.len() }
    }
}

impl<T> std::fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pool({} chunks)", self.chunks.len())
    }
}
