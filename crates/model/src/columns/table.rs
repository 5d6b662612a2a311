//! The rows of one kind in one cluster while they change.

use super::layout::MAX_FIELDS;
use super::pool::Pool;
use super::row::Row;
use super::segment::{Mask, ROWS, Segment};
use super::snapshot::Snapshot;
use super::words::{CellWriter, Words};
use super::{Columnar, name};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::marker::PhantomData;
use std::sync::Arc;

/// Pools below this size are not worth a look.
const SMALL_POOLS: usize = 2048;

/// One row as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    pub(super) uid: u128,
    pub(super) namespace: u32,
    pub(super) stem: u32,
    pub(super) suffix: u64,
    pub(super) created: u32,
    pub(super) labels: u32,
    pub(super) own: [u64; MAX_FIELDS],
}

/// Namespace and name as numbers.
type Key = (u32, u32, u64);

impl Encoded {
    fn key(&self) -> Key {
        (self.namespace, self.stem, self.suffix)
    }
}

/// On its own, so that the list of all does not move when it grows.
type Versions = Arc<[u64; ROWS]>;

/// What setting an object did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added,
    Changed,
    /// All that is kept of it was known.
    Same,
}

/// The writer's side: rows found by namespace and name, each with its version, marked by the list that last showed it.
pub struct Table<R> {
    pub(super) segments: Vec<Arc<Segment>>,
    /// Of each row; `metadata.resourceVersion` as a number, 0 where it is none.
    versions: Vec<Versions>,
    /// Rows that the list begun last has shown, or that changed since.
    marked: Vec<Mask>,
    /// Segments that changed since they were saved last.
    pub(super) unsaved: Vec<bool>,
    free: Vec<u32>,
    index: HashTable<u32>,
    hasher: FixedState,
    pub(super) texts: Pool<u8>,
    pub(super) lists: Pool<u32>,
    /// Numbers of namespaces that rows are in, or were.
    namespaces: Arc<[u32]>,
    /// How much the pools held when they were built.
    settled: usize,
    seed: u64,
    scratch: Vec<u32>,
    kind: PhantomData<fn() -> R>,
}

impl<R: Columnar> Table<R> {
    /// An empty table. The seed keeps strangers from choosing names that collide.
    pub fn new(seed: u64) -> Self {
        Self {
            segments: Vec::new(),
            versions: Vec::new(),
            marked: Vec::new(),
            unsaved: Vec::new(),
            free: Vec::new(),
            index: HashTable::new(),
            hasher: FixedState::with_seed(seed),
            texts: Pool::new(seed),
            lists: Pool::new(seed),
            namespaces: Arc::default(),
            settled: 0,
            seed,
            scratch: Vec::new(),
            kind: PhantomData,
        }
    }

    /// A table of saved segments and pools; None where they do not belong together.
    pub(super) fn of(seed: u64, segments: Vec<Arc<Segment>>, texts: Pool<u8>, lists: Pool<u32>) -> Option<Self> {
        let mut table = Self { texts, lists, ..Self::new(seed) };
        for (number, segment) in segments.iter().enumerate() {
            for at in segment.live().iter() {
                let (row, key) = ((number * ROWS + at) as u32, segment.get(at).key());
                let hash = table.hasher.hash_one(key);
                let hasher = &table.hasher;
                let again = table.index.find(hash, |other| key_of(&segments, *other) == key).is_some();
                if again {
                    return None;
                }
                table.index.insert_unique(hash, row, |row| hasher.hash_one(key_of(&segments, *row)));
            }
            let mut namespaces: Vec<u32> = segment.live().iter().map(|at| segment.namespaces[at]).collect();
            namespaces.dedup();
            namespaces.into_iter().for_each(|id| table.note_namespace(id));
            let dead = (0..segment.rows()).filter(|at| !segment.live.contains(*at));
            table.free.extend(dead.map(|at| (number * ROWS + at) as u32));
        }
        table.free.reverse();
        table.versions = segments.iter().map(|_| Arc::new([0; ROWS])).collect();
        table.marked = vec![Mask::default(); segments.len()];
        table.unsaved = vec![false; segments.len()];
        table.segments = segments;
        table.settled = table.pooled();
        Some(table)
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn namespace(&mut self, namespace: Option<&str>) -> u32 {
        let Some(namespace) = namespace else { return 0 };
        let id = self.texts.intern(namespace.as_bytes());
        self.note_namespace(id);
        id
    }

    fn note_namespace(&mut self, id: u32) {
        if id != 0 && !self.namespaces.contains(&id) {
            self.namespaces = self.namespaces.iter().copied().chain([id]).collect();
        }
    }

    fn encode(&mut self, object: &R) -> Encoded {
        let meta = object.meta();
        let (stem, suffix) = name::split(&meta.name);
        self.scratch.clear();
        let mut words = Words { words: &mut self.scratch, texts: &mut self.texts };
        for (key, value) in meta.labels.iter() {
            words.text(key);
            words.text(value);
        }
        let labels = self.lists.intern(&self.scratch);
        let mut row = Encoded {
            uid: name::parse_uid(&meta.uid).unwrap_or_else(|| name::text_uid(self.texts.intern(meta.uid.as_bytes()))),
            namespace: self.namespace(meta.namespace.as_deref()),
            stem: self.texts.intern(stem.as_bytes()),
            suffix,
            created: u32::try_from(meta.created_at.max(0)).unwrap_or(u32::MAX),
            labels,
            own: [0; MAX_FIELDS],
        };
        let Self { texts, lists, scratch, .. } = self;
        object.write(&mut CellWriter { row: &mut row, texts, lists, scratch });
        row
    }

    fn position(&self, key: Key) -> Option<u32> {
        self.index.find(self.hasher.hash_one(key), |row| key_of(&self.segments, *row) == key).copied()
    }

    /// Where the object of this name is.
    pub fn find(&self, namespace: Option<&str>, name: &str) -> Option<u32> {
        let (stem, suffix) = name::split(name);
        let namespace = namespace.map_or(Some(0), |namespace| self.texts.find(namespace.as_bytes()))?;
        self.position((namespace, self.texts.find(stem.as_bytes())?, suffix))
    }

    /// The row at a position that [`find`](Self::find) gave.
    pub fn row(&self, position: u32) -> Row<'_> {
        let (segment, at) = split(position);
        Row { segment: &self.segments[segment], at, texts: self.texts.chunks(), lists: self.lists.chunks() }
    }

    /// The object at such a position.
    pub fn read(&self, position: u32) -> R {
        let row = self.row(position);
        R::read(row.meta(), &row)
    }

    /// The version of the object at such a position.
    pub fn version(&self, position: u32) -> u64 {
        let (segment, at) = split(position);
        self.versions[segment][at]
    }

    /// Sets an object and marks it. Given `old`, calls it with what stood there before, if it is another.
    pub fn set_with(&mut self, object: &R, version: u64, old: impl FnOnce(&Self, Option<u32>)) -> Outcome {
        self.put(object, version, old).0
    }

    /// Sets an object and marks it.
    pub fn set(&mut self, object: &R, version: u64) -> Outcome {
        self.set_with(object, version, |_, _| {})
    }

    fn put(&mut self, object: &R, version: u64, old: impl FnOnce(&Self, Option<u32>)) -> (Outcome, u32) {
        let row = self.encode(object);
        let known = self.position(row.key());
        let position = known.unwrap_or_else(|| self.room());
        let (segment, at) = split(position);
        self.marked[segment].insert(at);
        Arc::make_mut(&mut self.versions[segment])[at] = version;
        let outcome = match known {
            Some(_) if self.segments[segment].get(at) == row => return (Outcome::Same, position),
            Some(_) => Outcome::Changed,
            None => Outcome::Added,
        };
        old(self, known);
        Arc::make_mut(&mut self.segments[segment]).set(at, &row);
        self.unsaved[segment] = true;
        if known.is_none() {
            let (hasher, segments) = (&self.hasher, &self.segments);
            self.index
                .insert_unique(hasher.hash_one(row.key()), position, |row| hasher.hash_one(key_of(segments, *row)));
        }
        (outcome, position)
    }

    /// A place for a new row.
    fn room(&mut self) -> u32 {
        if self.free.is_empty() {
            self.grow();
        }
        self.free.pop().unwrap_or_default()
    }

    /// Makes room in the last segment, or in a new one once that is full.
    fn grow(&mut self) {
        let before = match self.segments.last_mut() {
            Some(last) if last.rows() < ROWS => {
                let before = last.rows();
                Arc::make_mut(last).grow((before * 2).min(ROWS));
                before
            }
            _ => {
                self.segments.push(Arc::new(Segment::new(R::FIELDS)));
                self.versions.push(Arc::new([0; ROWS]));
                self.marked.push(Mask::default());
                self.unsaved.push(true);
                0
            }
        };
        let last = self.segments.len() - 1;
        let rows = before..self.segments[last].rows();
        self.free.extend(rows.rev().map(|at| (last * ROWS + at) as u32));
    }

    /// Removes the object at a position that [`find`](Self::find) gave.
    pub fn remove(&mut self, position: u32) {
        let (segment, at) = split(position);
        let key = self.segments[segment].get(at).key();
        if let Ok(entry) = self.index.find_entry(self.hasher.hash_one(key), |row| *row == position) {
            entry.remove();
            Arc::make_mut(&mut self.segments[segment]).live.remove(at);
            self.unsaved[segment] = true;
            self.free.push(position);
        }
    }

    /// Begins a full list: what is not marked from here on is not in it.
    pub fn begin(&mut self) {
        self.marked.fill(Mask::default());
    }

    /// Marks an object as shown by the list.
    pub fn mark(&mut self, position: u32) {
        let (segment, at) = split(position);
        self.marked[segment].insert(at);
    }

    /// What the list begun last did not show.
    pub fn unmarked(&self) -> impl Iterator<Item = u32> {
        self.segments.iter().zip(&self.marked).enumerate().flat_map(|(number, (segment, marked))| {
            segment.live.and_not(marked).iter().map(move |at| (number * ROWS + at) as u32)
        })
    }

    /// Every position.
    pub fn positions(&self) -> impl Iterator<Item = u32> {
        self.segments
            .iter()
            .enumerate()
            .flat_map(|(number, segment)| segment.live.iter().map(move |at| (number * ROWS + at) as u32))
    }

    pub fn snapshot(&mut self) -> Snapshot {
        Snapshot {
            segments: self.segments.as_slice().into(),
            texts: self.texts.view(),
            lists: self.lists.view(),
            namespaces: Arc::clone(&self.namespaces),
            len: self.len(),
        }
    }

    /// Bytes that its columns and pools take, those of the allocator left out.
    pub fn bytes(&self) -> usize {
        let segments: usize = self.segments.iter().map(|segment| segment.bytes()).sum();
        segments + self.texts.chunks().bytes() + self.lists.chunks().bytes()
    }

    /// How many parts it has, of rows and of values: what it takes grows with them.
    pub fn parts(&self) -> usize {
        self.segments.len() + self.texts.chunks().parts() + self.lists.chunks().parts()
    }

    fn pooled(&self) -> usize {
        self.texts.len() + self.lists.len()
    }

    /// After a full list: gives back room that growing took, and takes the pools as they are for the measure of
    /// [`tidy`](Self::tidy).
    pub fn settle(&mut self) {
        self.texts.settle();
        self.lists.settle();
        let (hasher, segments) = (&self.hasher, &self.segments);
        self.index.shrink_to_fit(|row| hasher.hash_one(key_of(segments, *row)));
        self.free.shrink_to_fit();
        self.settled = self.pooled();
    }

    /// Whether the pools have grown so much since they were built that most of what they hold may be held by no row.
    pub fn is_untidy(&self) -> bool {
        self.pooled() > self.settled * 2 + SMALL_POOLS
    }

    /// Builds the table anew from its rows: pools forget what no row holds, and dead rows go. Positions change.
    pub fn tidy(&mut self) {
        let mut tidy = Self::new(self.seed);
        for position in self.positions() {
            let (segment, at) = split(position);
            let (_, new) = tidy.put(&self.read(position), self.versions[segment][at], |_, _| {});
            if !self.marked[segment].contains(at) {
                let (segment, at) = split(new);
                tidy.marked[segment].remove(at);
            }
        }
        tidy.settle();
        *self = tidy;
    }
}

fn split(position: u32) -> (usize, usize) {
    (position as usize / ROWS, position as usize % ROWS)
}

fn key_of(segments: &[Arc<Segment>], position: u32) -> Key {
    let (segment, at) = split(position);
    let segment = &segments[segment];
    (segment.namespaces[at], segment.stems[at], segment.suffixes[at])
}

impl<R> std::fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({} rows)", self.index.len())
    }
}
