use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::error::{Gone, StoreError};
use super::kinds::{self, Kind};
use super::lifecycle::{
    check_preconditions, complete, desired_state_changed, is_finished, keep_identity, mark_deleted, set_version,
};
use super::log::{EventType, Key, KindLog, LogState, Subscription};
use super::object::StoredObject;

/// Events remembered per kind before a watch from an old version is told 410.
const HISTORY: usize = 2048;

/// How to delete.
#[derive(Debug, Clone, Default)]
pub struct DeleteOptions {
    /// Only if the object has this uid.
    pub uid: Option<String>,
    /// Only if the object has this resourceVersion.
    pub resource_version: Option<String>,
    /// Seconds a pod may take to stop; the pod's own `terminationGracePeriodSeconds` when unset.
    pub grace_period_seconds: Option<i64>,
}

/// A consistent list.
#[derive(Debug)]
pub struct Listing {
    /// Ordered by namespace, then name.
    pub objects: Vec<Arc<StoredObject>>,
    /// A watch from here misses nothing.
    pub resource_version: u64,
}

/// All objects of one cluster.
///
/// One counter gives every write its `resourceVersion`. Each kind has its own lock, held only for
/// memory work.
#[derive(Debug)]
pub struct ObjectStore {
    logs: Vec<Arc<KindLog>>,
    counter: Arc<AtomicU64>,
}

impl ObjectStore {
    /// An empty store.
    pub fn new() -> Arc<Self> {
        Self::with_history(HISTORY)
    }

    /// A store that remembers `events` events of each kind.
    pub fn with_history(events: usize) -> Arc<Self> {
        // Real clusters never show version 0 or 1 either: both have a meaning in requests.
        let counter = Arc::new(AtomicU64::new(100));
        let logs = kinds::ALL.iter().map(|_| Arc::new(KindLog::new(Arc::clone(&counter), events.max(1)))).collect();
        Arc::new(Self { logs, counter })
    }

    fn log(&self, kind: &Kind) -> &Arc<KindLog> {
        &self.logs[kind.index()]
    }

    /// The newest resourceVersion given out.
    pub fn resource_version(&self) -> u64 {
        self.counter.load(Ordering::Acquire)
    }

    /// The object, if it exists.
    pub fn get(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Option<Arc<Value>> {
        Some(self.get_stored(kind, namespace, name)?.value())
    }

    /// The object as stored, with its JSON text.
    pub fn get_stored(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Option<Arc<StoredObject>> {
        let state = self.log(kind).read();
        state.objects.get(&key(kind, namespace, name)).cloned()
    }

    /// All objects of a kind, parsed, and the version a watch may continue from.
    ///
    /// Parsing many pods is work: controllers that look often should subscribe instead.
    pub fn list(&self, kind: &Kind, namespace: Option<&str>) -> (Vec<Arc<Value>>, u64) {
        let listing = self.list_stored(kind, namespace);
        let values = listing.objects.iter().map(|o| o.value()).collect();
        (values, listing.resource_version)
    }

    /// All objects of a kind as stored.
    pub fn list_stored(&self, kind: &Kind, namespace: Option<&str>) -> Listing {
        let log = self.log(kind);
        let state = log.read();
        Listing { objects: state.range(namespace).cloned().collect(), resource_version: log.resource_version() }
    }

    /// All objects of a kind as they were at `version`, which must not be in the future.
    ///
    /// # Errors
    /// [`Gone`] when the history no longer reaches back to it.
    pub fn list_stored_at(&self, kind: &Kind, namespace: Option<&str>, version: u64) -> Result<Listing, Gone> {
        let objects = self.log(kind).read().range_at(namespace, version)?;
        Ok(Listing { objects, resource_version: version })
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: &Kind, namespace: Option<&str>) -> usize {
        let state = self.log(kind).read();
        match namespace {
            None => state.objects.len(),
            Some(_) => state.range(namespace).count(),
        }
    }

    /// Stores a new object. Sets `apiVersion`, `kind`, `resourceVersion`, `generation`, and, unless
    /// given, `uid` and `creationTimestamp`.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], [`StoreError::Malformed`].
    pub fn create(&self, kind: &Kind, mut object: Value) -> Result<Arc<Value>, StoreError> {
        let key = object_key(kind, &object)?;
        let log = self.log(kind);
        let mut state = log.write();
        if state.objects.contains_key(&key) {
            return Err(StoreError::AlreadyExists { resource: kind.qualified_resource(), name: key.1.into() });
        }
        complete(kind, &mut object);
        let version = log.next_version();
        set_version(&mut object, version);
        let value = Arc::new(object);
        let stored = Arc::new(StoredObject::new(kind, EventType::Added, Arc::clone(&value), version));
        state.objects.insert(key, Arc::clone(&stored));
        log.push(&mut state, EventType::Added, stored, None);
        Ok(value)
    }

    /// Read, change, write under one lock. `change` may alter anything but identity; `generation`
    /// grows when the object's desired state changed. An update that changes nothing is not a write.
    ///
    /// An object marked for deletion whose last finalizer goes is removed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn update(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        change: impl FnOnce(&mut Value),
    ) -> Result<Arc<Value>, StoreError> {
        self.try_update(kind, namespace, name, |object| {
            change(object);
            Ok(())
        })
    }

    /// As [`update`](Self::update), for a change that may refuse.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or what `change` returned.
    pub fn try_update<E: From<StoreError>>(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        change: impl FnOnce(&mut Value) -> Result<(), E>,
    ) -> Result<Arc<Value>, E> {
        let key = key(kind, namespace, name);
        let log = self.log(kind);
        let mut state = log.write();
        let old = find(&state, kind, &key)?;
        let before = old.value();
        let mut after = (*before).clone();
        change(&mut after)?;
        keep_identity(&before, &mut after);
        if after == *before {
            return Ok(before);
        }
        if desired_state_changed(kind, &before, &after) {
            let generation = before["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
            after["metadata"]["generation"] = generation.into();
        }
        if is_finished(kind, &after) {
            return Ok(take(log, &mut state, kind, &key, &old, after));
        }
        let version = log.next_version();
        set_version(&mut after, version);
        let value = Arc::new(after);
        let stored = Arc::new(StoredObject::new(kind, EventType::Modified, Arc::clone(&value), version));
        state.objects.insert(key, Arc::clone(&stored));
        log.push(&mut state, EventType::Modified, stored, Some(old));
        Ok(value)
    }

    /// Deletes as the API server does: an object with finalizers, a namespace, and a pod bound to a
    /// node with a grace period are only marked with `deletionTimestamp`; the rest goes at once.
    /// Whoever ends the marked ones calls [`remove`](Self::remove) (or drops the last finalizer).
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Conflict`] when a precondition fails.
    pub fn delete(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        options: &DeleteOptions,
    ) -> Result<Arc<Value>, StoreError> {
        let key = key(kind, namespace, name);
        let log = self.log(kind);
        let mut state = log.write();
        let old = find(&state, kind, &key)?;
        let before = old.value();
        check_preconditions(kind, name, &before, options)?;
        let mut after = (*before).clone();
        if !mark_deleted(kind, &mut after, options.grace_period_seconds) {
            return Ok(take(log, &mut state, kind, &key, &old, after));
        }
        if after == *before {
            return Ok(before);
        }
        let version = log.next_version();
        set_version(&mut after, version);
        let value = Arc::new(after);
        let stored = Arc::new(StoredObject::new(kind, EventType::Modified, Arc::clone(&value), version));
        state.objects.insert(key, Arc::clone(&stored));
        log.push(&mut state, EventType::Modified, stored, Some(old));
        Ok(value)
    }

    /// Takes an object away, whatever its finalizers or grace period say.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn remove(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Result<Arc<Value>, StoreError> {
        let key = key(kind, namespace, name);
        let log = self.log(kind);
        let mut state = log.write();
        let old = find(&state, kind, &key)?;
        let last = (*old.value()).clone();
        Ok(take(log, &mut state, kind, &key, &old, last))
    }

    /// Events after `from`.
    ///
    /// # Errors
    /// [`Gone`] when the history no longer reaches back to `from`.
    pub fn subscribe(&self, kind: &Kind, namespace: Option<&str>, from: u64) -> Result<Subscription, Gone> {
        let log = self.log(kind);
        let state = log.read();
        log.subscribe(&state, namespace, from)
    }

    /// A list and the events after it, with nothing lost between.
    ///
    /// # Errors
    /// [`Gone`] never in practice: the list is current.
    pub fn list_and_subscribe(&self, kind: &Kind, namespace: Option<&str>) -> Result<(Listing, Subscription), Gone> {
        let log = self.log(kind);
        let state = log.read();
        let resource_version = log.resource_version();
        let objects = state.range(namespace).cloned().collect();
        let subscription = log.subscribe(&state, namespace, resource_version)?;
        let listing = Listing { objects, resource_version };
        Ok((listing, subscription))
    }

    /// Forgets history: watches and paged lists from before now get 410.
    pub fn compact(&self) {
        for log in &self.logs {
            log.compact();
        }
    }

    /// The objects whose `ownerReferences` name `uid`.
    pub fn dependents(&self, namespace: Option<&str>, uid: &str) -> Vec<(&'static Kind, Arc<StoredObject>)> {
        let mut found = Vec::new();
        for kind in kinds::ALL.iter().copied() {
            let state = self.log(kind).read();
            found.extend(
                state
                    .range(namespace.filter(|_| kind.namespaced))
                    .filter(|o| o.is_owned_by(uid))
                    .map(|o| (kind, Arc::clone(o))),
            );
        }
        found
    }
}

fn key(kind: &Kind, namespace: Option<&str>, name: &str) -> Key {
    let namespace = namespace.filter(|_| kind.namespaced).unwrap_or("");
    (namespace.into(), name.into())
}

fn object_key(kind: &Kind, object: &Value) -> Result<Key, StoreError> {
    let malformed =
        |message: &str| StoreError::Malformed { resource: kind.qualified_resource(), message: message.to_owned() };
    let text = |field: &str| object["metadata"][field].as_str().filter(|s| !s.is_empty());
    let name = text("name").ok_or_else(|| malformed("metadata.name is required"))?;
    let namespace = text("namespace");
    match (kind.namespaced, namespace) {
        (true, None) => Err(malformed("metadata.namespace is required")),
        (false, Some(_)) => Err(malformed("metadata.namespace is not allowed on this kind")),
        _ => Ok(key(kind, namespace, name)),
    }
}

fn find(state: &LogState, kind: &Kind, key: &Key) -> Result<Arc<StoredObject>, StoreError> {
    let found = state.objects.get(key).cloned();
    found.ok_or_else(|| StoreError::NotFound { resource: kind.qualified_resource(), name: key.1.to_string() })
}

/// Removes the object; its last version, with a version of its own, is what watchers see.
fn take(
    log: &KindLog,
    state: &mut LogState,
    kind: &Kind,
    key: &Key,
    old: &Arc<StoredObject>,
    mut last: Value,
) -> Arc<Value> {
    let version = log.next_version();
    set_version(&mut last, version);
    let value = Arc::new(last);
    let stored = Arc::new(StoredObject::new(kind, EventType::Deleted, Arc::clone(&value), version));
    state.objects.remove(key);
    log.push(state, EventType::Deleted, stored, Some(Arc::clone(old)));
    value
}
