use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::sync::watch;

use super::error::Gone;
use super::object::StoredObject;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    Added,
    Modified,
    Deleted,
}

impl EventType {
    /// As a watch spells it: `ADDED`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }

    /// What a line of a watch starts with.
    pub(super) fn head(self) -> String {
        format!("{{\"type\":\"{}\",\"object\":", self.name())
    }
}

/// One change of one object.
#[derive(Debug)]
pub struct Event {
    pub event_type: EventType,
    /// Of the change; for a deletion newer than the last stored version.
    pub resource_version: u64,
    pub object: Arc<StoredObject>,
    /// The version before, so that an object leaving a selector is seen.
    pub previous: Option<Arc<StoredObject>>,
}

impl Event {
    /// The line a watch sends, serialised once for all watchers.
    pub fn frame(&self) -> Bytes {
        self.object.frame.clone()
    }
}

/// What a line of a watch ends with.
pub(super) const FRAME_TAIL: &[u8] = b"}\n";

/// `{"type":…,"object":…}` and a newline.
pub fn frame(event_type: EventType, json: &[u8]) -> Bytes {
    let head = event_type.head();
    let mut line = BytesMut::with_capacity(head.len() + json.len() + FRAME_TAIL.len());
    line.put_slice(head.as_bytes());
    line.put_slice(json);
    line.put_slice(FRAME_TAIL);
    line.freeze()
}

/// Namespace (empty for cluster-wide kinds) and name.
pub(super) type Key = (Box<str>, Box<str>);

/// Objects and history of one kind.
#[derive(Debug)]
pub(super) struct KindLog {
    state: RwLock<LogState>,
    wake: watch::Sender<()>,
    counter: Arc<AtomicU64>,
    capacity: usize,
}

#[derive(Debug, Default)]
pub(super) struct LogState {
    pub objects: BTreeMap<Key, Arc<StoredObject>>,
    history: VecDeque<Arc<Event>>,
    /// resourceVersion of the newest event no longer in `history`.
    dropped: u64,
    /// resourceVersion at the last compaction.
    compacted: u64,
}

impl LogState {
    pub fn range(&self, namespace: Option<&str>) -> impl Iterator<Item = &Arc<StoredObject>> {
        let start = match namespace {
            Some(ns) => Bound::Included((Box::from(ns), Box::from(""))),
            None => Bound::Unbounded,
        };
        let namespace = namespace.map(Box::<str>::from);
        self.objects
            .range((start, Bound::Unbounded))
            .take_while(move |((ns, _), _)| namespace.as_ref().is_none_or(|wanted| wanted == ns))
            .map(|(_, object)| object)
    }
}

impl LogState {
    /// The objects as they were at `version`, from the current ones by undoing later events.
    pub fn range_at(&self, namespace: Option<&str>, version: u64) -> Result<Vec<Arc<StoredObject>>, Gone> {
        let oldest = self.dropped.max(self.compacted);
        if version < oldest {
            return Err(Gone { asked: version, oldest });
        }
        let later = self.history.partition_point(|e| e.resource_version <= version);
        if later == self.history.len() {
            return Ok(self.range(namespace).cloned().collect());
        }
        let place = |o: &Arc<StoredObject>| (o.namespace.clone().unwrap_or_default(), o.name.clone());
        let mut objects: BTreeMap<Key, Arc<StoredObject>> =
            self.range(namespace).map(|o| (place(o), Arc::clone(o))).collect();
        for event in self.history.range(later..).rev() {
            if namespace.is_some() && event.object.namespace.as_deref() != namespace {
                continue;
            }
            let key = place(&event.object);
            match &event.previous {
                Some(previous) => objects.insert(key, Arc::clone(previous)),
                None => objects.remove(&key),
            };
        }
        Ok(objects.into_values().collect())
    }
}

impl KindLog {
    pub fn new(counter: Arc<AtomicU64>, capacity: usize) -> Self {
        Self { state: RwLock::default(), wake: watch::Sender::new(()), counter, capacity }
    }

    pub fn read(&self) -> RwLockReadGuard<'_, LogState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, LogState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Current version. Exact for this kind only while its lock is held.
    pub fn resource_version(&self) -> u64 {
        self.counter.load(Ordering::Acquire)
    }

    pub fn next_version(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub fn push(
        &self,
        state: &mut LogState,
        event_type: EventType,
        object: Arc<StoredObject>,
        previous: Option<Arc<StoredObject>>,
    ) {
        if state.history.len() >= self.capacity
            && let Some(oldest) = state.history.pop_front()
        {
            state.dropped = oldest.resource_version;
        }
        state.history.push_back(Arc::new(Event {
            event_type,
            resource_version: object.resource_version,
            object,
            previous,
        }));
        self.wake.send_replace(());
    }

    pub fn compact(&self) {
        let mut state = self.write();
        if let Some(newest) = state.history.back() {
            state.dropped = newest.resource_version;
        }
        state.history.clear();
        state.compacted = self.resource_version();
    }

    pub fn subscribe(
        self: &Arc<Self>,
        state: &LogState,
        namespace: Option<&str>,
        from: u64,
    ) -> Result<Subscription, Gone> {
        let oldest = state.dropped.max(state.compacted);
        if from < oldest {
            return Err(Gone { asked: from, oldest });
        }
        Ok(Subscription {
            wake: self.wake.subscribe(),
            log: Arc::clone(self),
            namespace: namespace.map(Box::from),
            seen: from,
        })
    }
}

/// Events that became known together.
#[derive(Debug)]
pub struct Batch {
    /// In order; empty only from [`Subscription::pending`].
    pub events: Vec<Arc<Event>>,
    /// Everything of this kind up to this version is now seen: what a bookmark may say.
    pub resource_version: u64,
}

/// A place in the history of one kind.
///
/// It costs the store nothing; one that falls behind the bounded history ends with [`Gone`].
#[derive(Debug)]
pub struct Subscription {
    log: Arc<KindLog>,
    namespace: Option<Box<str>>,
    seen: u64,
    wake: watch::Receiver<()>,
}

impl Subscription {
    /// What has happened and was not yet returned, without waiting.
    ///
    /// # Errors
    /// [`Gone`] when part of it is already forgotten.
    pub fn pending(&mut self) -> Result<Batch, Gone> {
        let state = self.log.read();
        if self.seen < state.dropped {
            return Err(Gone { asked: self.seen, oldest: state.dropped });
        }
        let start = state.history.partition_point(|e| e.resource_version <= self.seen);
        let events = state
            .history
            .range(start..)
            .filter(|e| self.namespace.is_none() || e.object.namespace == self.namespace)
            .cloned()
            .collect();
        // A client may have named a version of the future; it stays the lower bound until reached.
        self.seen = self.seen.max(self.log.resource_version());
        Ok(Batch { events, resource_version: self.seen })
    }

    /// Waits for at least one event. Cancel safe.
    ///
    /// # Errors
    /// [`Gone`] when this subscription fell behind the history.
    pub async fn next(&mut self) -> Result<Batch, Gone> {
        loop {
            self.wake.borrow_and_update();
            let batch = self.pending()?;
            if !batch.events.is_empty() {
                return Ok(batch);
            }
            // The sender lives in `self.log`, so waiting cannot fail.
            let _ = self.wake.changed().await;
        }
    }
}
