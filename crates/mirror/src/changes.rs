//! The feed of states, bounded, where slow readers skip to the newest; and the revisions of all that changes.

use model::fleet::ClusterState;
use model::ids::ClusterId;
use model::kinds::MirroredKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::broadcast;

/// Changes kept for a reader that falls behind.
const CAPACITY: usize = 4096;

/// One change of a cluster's state. Rows change too often to be told one by one: who looks at them asks
/// [`kind_revision`](crate::Mirror::kind_revision).
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A cluster's state, or the reason for it.
    State(Arc<StateChange>),
    /// The reader was too slow: any cluster may be in another state.
    Missed,
}

/// A move of a cluster from one state to another.
#[derive(Debug, Clone, PartialEq)]
pub struct StateChange {
    /// The cluster.
    pub cluster: ClusterId,
    /// Its name at that moment.
    pub name: Arc<str>,
    /// The state before.
    pub from: ClusterState,
    /// The state now; the same as before where only the reason changed.
    pub to: ClusterState,
    /// A stable word: `ok`, `syncing`, `timeout`, `unauthorized`…
    pub reason: Arc<str>,
    /// A sentence for people, without secrets; may be empty.
    pub detail: Arc<str>,
    /// Milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// Grows with every change of the mirror.
    pub revision: u64,
}

/// A reader of the feed.
pub struct Changes(broadcast::Receiver<Change>);

impl Changes {
    /// The next change; None when the mirror is gone.
    pub async fn next(&mut self) -> Option<Change> {
        match self.0.recv().await {
            Ok(change) => Some(change),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                self.0 = self.0.resubscribe();
                Some(Change::Missed)
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

pub(crate) struct Feed(broadcast::Sender<Change>);

impl Feed {
    pub fn new() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }

    pub fn send(&self, change: Change) {
        // An error means that nobody reads, which is fine.
        let _ = self.0.send(change);
    }

    pub fn subscribe(&self) -> Changes {
        Changes(self.0.subscribe())
    }
}

/// The revisions of all that changes.
pub(crate) struct Revisions {
    all: AtomicU64,
    kinds: [AtomicU64; MirroredKind::ALL.len()],
    pub feed: Feed,
}

impl Revisions {
    pub fn new() -> Self {
        Self { all: AtomicU64::new(0), kinds: Default::default(), feed: Feed::new() }
    }

    pub fn next(&self) -> u64 {
        self.all.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub fn current(&self) -> u64 {
        self.all.load(Ordering::Acquire)
    }

    pub fn of_kind(&self, kind: MirroredKind) -> u64 {
        self.kinds[kind as usize].load(Ordering::Acquire)
    }

    /// Rows of every kind may have come or gone with a cluster.
    pub fn touch_kinds(&self, revision: u64) {
        self.kinds.iter().for_each(|kind| {
            kind.fetch_max(revision, Ordering::AcqRel);
        });
    }
}

/// Tells the changes of one cluster.
pub(crate) struct Publisher {
    revisions: Arc<Revisions>,
    touched: AtomicU64,
}

impl Publisher {
    pub fn new(revisions: Arc<Revisions>) -> Self {
        Self { revisions, touched: AtomicU64::new(0) }
    }

    /// The revision of a change that is about to be published.
    pub fn next(&self) -> u64 {
        self.revisions.next()
    }

    /// The revision of the last change of this cluster.
    pub fn touched(&self) -> u64 {
        self.touched.load(Ordering::Acquire)
    }

    /// Rows were published.
    pub fn rows(&self, kind: MirroredKind, revision: u64) {
        self.touched.fetch_max(revision, Ordering::AcqRel);
        self.revisions.kinds[kind as usize].fetch_max(revision, Ordering::AcqRel);
    }

    /// What people say about the cluster changed, or what it serves.
    pub fn meta(&self) {
        let revision = self.next();
        self.touched.fetch_max(revision, Ordering::AcqRel);
        // Lists show the state of the clusters they are from.
        self.revisions.touch_kinds(revision);
    }

    /// The state changed, or its reason.
    pub fn state(&self, mut change: StateChange) {
        change.revision = self.next();
        self.touched.fetch_max(change.revision, Ordering::AcqRel);
        self.revisions.touch_kinds(change.revision);
        self.revisions.feed.send(Change::State(Arc::new(change)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(revision: u64) -> Change {
        let (cluster, name) = (ClusterId::new("c"), Arc::from("c"));
        let (from, to) = (ClusterState::Online, ClusterState::Offline);
        let (reason, detail) = (Arc::from("timeout"), Arc::default());
        Change::State(Arc::new(StateChange { cluster, name, from, to, reason, detail, since_ms: 0, revision }))
    }

    #[tokio::test]
    async fn a_slow_reader_skips_to_the_newest() {
        let feed = Feed::new();
        let mut changes = feed.subscribe();
        for revision in 0..=CAPACITY as u64 {
            feed.send(state(revision));
        }
        assert_eq!(changes.next().await, Some(Change::Missed));
        feed.send(state(9));
        assert_eq!(changes.next().await, Some(state(9)));
        drop(feed);
        assert_eq!(changes.next().await, None);
    }
}
