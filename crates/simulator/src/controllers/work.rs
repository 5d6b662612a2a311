//! The queue: what to look at next, and what to look at later.

use std::time::Duration;

use futures::StreamExt as _;
use indexmap::IndexSet;
use tokio_util::time::DelayQueue;

use super::objects::ObjectKey;

/// What a kubelet does to a pod after a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// The containers start, or fail to.
    Start,
    /// A container that crashed is started again, and crashes again.
    Crash,
    /// All containers end with success.
    Complete,
    /// The grace period is over.
    Stop,
}

/// Something to bring in line with the current state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Deployment(ObjectKey),
    ReplicaSet(ObjectKey),
    StatefulSet(ObjectKey),
    DaemonSet(ObjectKey),
    AllDaemonSets,
    Job(ObjectKey),
    Namespace(String),
    /// Dependents of an owner that is gone: namespace (none for a cluster-wide owner) and uid.
    Orphans(Option<String>, String),
    /// An object that waits for its dependents to go first.
    Foreground(&'static str, ObjectKey),
    /// All pending pods.
    Schedule,
    /// A pod whose kubelet may have something to plan.
    Pod(ObjectKey),
    /// A planned step of the pod with this uid is due.
    PodStep(ObjectKey, String, Step),
    /// A node's pods after its readiness changed.
    Node(String),
    /// A pod whose time on a tainted node is over.
    Evict(ObjectKey),
    Heartbeat(String),
}

/// Keys without duplicates in order of arrival, and keys that wait for their time.
pub(crate) struct WorkQueue {
    ready: IndexSet<Work>,
    later: DelayQueue<Work>,
}

impl WorkQueue {
    pub(crate) fn new() -> Self {
        Self { ready: IndexSet::new(), later: DelayQueue::new() }
    }

    pub(crate) fn add(&mut self, work: Work) {
        self.ready.insert(work);
    }

    pub(crate) fn add_after(&mut self, work: Work, delay: Duration) {
        self.later.insert(work, delay);
    }

    pub(crate) fn pop(&mut self) -> Option<Work> {
        self.ready.shift_remove_index(0)
    }

    /// Waits until a delayed key is due and moves it to the others. Cancel safe.
    pub(crate) async fn due(&mut self) {
        match self.later.next().await {
            Some(expired) => {
                self.ready.insert(expired.into_inner());
            }
            None => std::future::pending().await,
        }
    }
}
