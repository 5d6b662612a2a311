//! The rows of one stream while they change. The one place that knows how they are stored.

use kubeapi::decode::{Decoded, Mirrored, Tombstone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Namespace and name: one object at a time has it, whatever its uid, so that an object that was made anew
/// never stands beside its predecessor.
pub(crate) type Key = (Option<Arc<str>>, Arc<str>);

pub(crate) fn key_of<R: Mirrored>(row: &R) -> Key {
    let meta = row.meta();
    (meta.namespace.clone(), Arc::clone(&meta.name))
}

pub(crate) struct Table<R: Mirrored> {
    rows: BTreeMap<Key, Entry<R>>,
    epoch: u64,
}

struct Entry<R: Mirrored> {
    object: Decoded<R>,
    /// The list that last showed it, or during which it last changed.
    epoch: u64,
}

impl<R: Mirrored> Default for Table<R> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), epoch: 0 }
    }
}

impl<R: Mirrored> Table<R> {
    /// Begins a full list: what is not marked from here on goes with the next [`sweep`](Self::sweep).
    pub fn begin(&mut self) {
        self.epoch += 1;
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is an object of this name.
    pub fn has(&self, object: &Decoded<R>) -> bool {
        self.rows.contains_key(&key_of(&*object.row))
    }

    pub fn get(&self, key: &Key) -> Option<&Decoded<R>> {
        self.rows.get(key).map(|entry| &entry.object)
    }

    /// Marks an object as shown by the list.
    pub fn mark(&mut self, key: &Key) {
        if let Some(entry) = self.rows.get_mut(key) {
            entry.epoch = self.epoch;
        }
    }

    /// Sets an object and marks it; gives back what was there.
    pub fn set(&mut self, object: Decoded<R>) -> Option<Decoded<R>> {
        let entry = Entry { epoch: self.epoch, object };
        self.rows.insert(key_of(&*entry.object.row), entry).map(|entry| entry.object)
    }

    pub fn remove(&mut self, key: &Key) -> Option<Decoded<R>> {
        self.rows.remove(key).map(|entry| entry.object)
    }

    /// Removes the object of a tombstone, unless another has taken its name.
    pub fn bury(&mut self, gone: &Tombstone) -> Option<Decoded<R>> {
        let key = (gone.namespace.clone(), Arc::clone(&gone.name));
        let same = self.get(&key)?.row.meta().uid == gone.uid || gone.uid.is_empty();
        if same { self.remove(&key) } else { None }
    }

    /// What the list begun last did not show.
    pub fn unmarked(&self) -> impl Iterator<Item = (&Key, &Decoded<R>)> {
        let epoch = self.epoch;
        self.rows.iter().filter(move |(_, entry)| entry.epoch != epoch).map(|(key, entry)| (key, &entry.object))
    }

    /// Removes what the list begun last did not show.
    pub fn sweep(&mut self) -> Vec<Decoded<R>> {
        let gone: Vec<Key> = self.unmarked().map(|(key, _)| key.clone()).collect();
        gone.iter().filter_map(|key| self.remove(key)).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Decoded<R>> {
        self.rows.values().map(|entry| &entry.object)
    }

    /// Every row, ordered by namespace and name.
    pub fn snapshot(&self) -> Arc<[Arc<R>]> {
        self.iter().map(|object| Arc::clone(&object.row)).collect()
    }
}
