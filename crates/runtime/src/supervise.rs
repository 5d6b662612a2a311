//! Supervised tasks: restarted with backoff when they fail or panic, counted, and stopped together.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backoff::{Backoff, BackoffPolicy};

/// After running this long a task counts as healthy again and its backoff starts afresh.
const HEALTHY_AFTER: Duration = Duration::from_secs(120);

/// Spawns long tasks, restarts those that fail, and stops them all within a deadline. Cheap to clone.
///
/// A supervisor may have [children](Supervisor::child), one for every cluster say; stopping a supervisor stops its children.
#[derive(Clone)]
pub struct Supervisor {
    group: Arc<str>,
    /// Asks tasks to end.
    stop: CancellationToken,
    /// Drops tasks that did not end when asked.
    kill: CancellationToken,
    /// This group's tracker last, its ancestors' before it.
    trackers: Arc<[TaskTracker]>,
    registry: Arc<Registry>,
    policy: BackoffPolicy,
    /// Where tasks run; None: where they are spawned.
    runtime: Option<Handle>,
}

/// One supervised task as the metrics show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// The supervisor the task belongs to: `""` for the root, else the name given to [`Supervisor::child`].
    pub group: Arc<str>,
    /// The task's name.
    pub name: Arc<str>,
    /// How often the task failed and was started again.
    pub restarts: u64,
    /// False while the task waits out its backoff.
    pub running: bool,
}

/// How a [`Supervisor::shutdown`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShutdownOutcome {
    /// Every task ended by itself.
    Drained,
    /// The deadline passed and this many tasks were dropped where they stood.
    Killed(usize),
}

#[derive(Default)]
struct Registry {
    next: AtomicU64,
    tasks: Mutex<BTreeMap<u64, Arc<Entry>>>,
}

struct Entry {
    group: Arc<str>,
    name: Arc<str>,
    restarts: AtomicU64,
    running: AtomicBool,
}

/// Removes a task from the registry when it ends, however it ends.
struct Registration {
    registry: Arc<Registry>,
    key: u64,
    entry: Arc<Entry>,
}

impl Registry {
    fn register(self: &Arc<Self>, group: Arc<str>, name: Arc<str>) -> Registration {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let entry = Arc::new(Entry { group, name, restarts: AtomicU64::new(0), running: AtomicBool::new(false) });
        self.lock().insert(key, Arc::clone(&entry));
        Registration { registry: Arc::clone(self), key, entry }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Entry>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.lock().remove(&self.key);
    }
}

impl Default for Supervisor {
    fn default() -> Self {
        Self::new()
    }
}

impl Supervisor {
    /// A root supervisor with the default backoff.
    pub fn new() -> Self {
        Self::with_policy(BackoffPolicy::default())
    }

    /// A root supervisor whose tasks restart after `policy`.
    pub fn with_policy(policy: BackoffPolicy) -> Self {
        Self {
            group: Arc::from(""),
            stop: CancellationToken::new(),
            kill: CancellationToken::new(),
            trackers: Arc::from([TaskTracker::new()]),
            registry: Arc::default(),
            policy,
            runtime: None,
        }
    }

    /// The same, but with its tasks on `runtime`, where one is given.
    #[must_use]
    pub fn on(self, runtime: Option<Handle>) -> Self {
        Self { runtime, ..self }
    }

    /// A group of tasks that can be stopped together, and that stops when this supervisor stops.
    pub fn child(&self, group: impl Into<Arc<str>>) -> Self {
        let mut trackers = self.trackers.to_vec();
        trackers.push(TaskTracker::new());
        Self {
            group: group.into(),
            stop: self.stop.child_token(),
            kill: self.kill.child_token(),
            trackers: trackers.into(),
            registry: Arc::clone(&self.registry),
            policy: self.policy,
            runtime: self.runtime.clone(),
        }
    }

    /// Cancelled when this supervisor stops.
    pub fn token(&self) -> &CancellationToken {
        &self.stop
    }

    /// Runs `task` until it returns `Ok` or the supervisor stops; after an error or a panic it is started again with backoff.
    ///
    /// `task` is called once for every start, with a token that is cancelled when it should end. Nothing is spawned once
    /// the supervisor stops. Errors are logged by their `Display`, panics by the task's name alone.
    pub fn spawn<F, Fut, E>(&self, name: impl Into<Arc<str>>, task: F)
    where
        F: FnMut(CancellationToken) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        if self.stop.is_cancelled() {
            return;
        }
        let registration = self.registry.register(Arc::clone(&self.group), name.into());
        let running: Vec<_> = self.trackers.iter().map(TaskTracker::token).collect();
        let (stop, kill, policy) = (self.stop.clone(), self.kill.clone(), self.policy);
        let runs = async move {
            tokio::select! {
                biased;
                () = kill.cancelled() => {}
                () = keep_running(task, &registration.entry, stop, policy) => {}
            }
            drop(registration);
            drop(running);
        };
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(runs)),
            None => drop(tokio::spawn(runs)),
        }
    }

    /// Every task that has not ended, in the order of spawning, children's included.
    pub fn tasks(&self) -> Vec<TaskStatus> {
        let tasks = self.registry.lock();
        tasks.values().map(|entry| entry.status()).collect()
    }

    /// Asks every task of this supervisor and its children to end, waits at most `deadline`, then drops what is left.
    pub async fn shutdown(&self, deadline: Duration) -> ShutdownOutcome {
        self.stop.cancel();
        let Some(own) = self.trackers.last() else {
            return ShutdownOutcome::Drained;
        };
        own.close();
        if tokio::time::timeout(deadline, own.wait()).await.is_ok() {
            return ShutdownOutcome::Drained;
        }
        let left = own.len();
        self.kill.cancel();
        own.wait().await;
        ShutdownOutcome::Killed(left)
    }
}

impl Entry {
    fn status(&self) -> TaskStatus {
        TaskStatus {
            group: Arc::clone(&self.group),
            name: Arc::clone(&self.name),
            restarts: self.restarts.load(Ordering::Relaxed),
            running: self.running.load(Ordering::Relaxed),
        }
    }
}

async fn keep_running<F, Fut, E>(mut task: F, entry: &Entry, stop: CancellationToken, policy: BackoffPolicy)
where
    F: FnMut(CancellationToken) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Display,
{
    let mut backoff = Backoff::new(policy);
    loop {
        let started = Instant::now();
        entry.running.store(true, Ordering::Relaxed);
        let ended = run_once(&mut task, stop.clone()).await;
        entry.running.store(false, Ordering::Relaxed);
        let Err(cause) = ended else { return };
        if stop.is_cancelled() {
            return;
        }
        if started.elapsed() >= HEALTHY_AFTER {
            backoff.reset();
        }
        let delay = backoff.next_delay();
        let restarts = entry.restarts.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::warn!(
            group = %entry.group, task = %entry.name, restarts, delay_ms = delay.as_millis() as u64, %cause,
            "task failed and will be started again"
        );
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(delay) => {}
        }
    }
}

async fn run_once<F, Fut, E>(task: &mut F, stop: CancellationToken) -> Result<(), String>
where
    F: FnMut(CancellationToken) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Display,
{
    // The call itself may panic too, before there is a future.
    let run = AssertUnwindSafe(async { task(stop).await }).catch_unwind();
    match run.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("panicked".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use tokio::sync::mpsc;

    fn quick() -> Supervisor {
        Supervisor::with_policy(BackoffPolicy {
            first: Duration::from_millis(1),
            max: Duration::from_millis(2),
            factor: 2.0,
        })
    }

    #[tokio::test]
    async fn a_task_that_fails_or_panics_runs_again_and_is_counted() {
        let supervisor = quick();
        let starts = Arc::new(AtomicU32::new(0));
        let (sender, mut third_start) = mpsc::channel(1);
        let counter = Arc::clone(&starts);
        supervisor.spawn("sync", move |stop| {
            let start = counter.fetch_add(1, Ordering::SeqCst);
            let sender = sender.clone();
            async move {
                match start {
                    0 => Err("first start fails"),
                    1 => panic!("second start panics"),
                    _ => {
                        sender.send(()).await.ok();
                        stop.cancelled().await;
                        Ok(())
                    }
                }
            }
        });
        third_start.recv().await.unwrap();
        let tasks = supervisor.tasks();
        assert_eq!(tasks.len(), 1);
        assert_eq!((&*tasks[0].name, tasks[0].restarts, tasks[0].running), ("sync", 2, true));
        assert_eq!(supervisor.shutdown(Duration::from_secs(5)).await, ShutdownOutcome::Drained);
        assert!(supervisor.tasks().is_empty());
        assert_eq!(starts.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_finished_task_leaves_the_list_and_is_not_started_again() {
        let supervisor = quick();
        let (sender, mut ended) = mpsc::channel::<()>(1);
        supervisor.spawn("once", move |_| {
            let sender = sender.clone();
            async move {
                drop(sender);
                Ok::<(), String>(())
            }
        });
        // Closed only when the closure itself is gone, so never before the task has ended for good.
        assert!(ended.recv().await.is_none());
        assert_eq!(supervisor.shutdown(Duration::from_secs(5)).await, ShutdownOutcome::Drained);
        assert!(supervisor.tasks().is_empty());
    }

    #[tokio::test]
    async fn tasks_run_where_the_supervisor_was_put_and_so_do_those_of_its_children() {
        let elsewhere =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("elsewhere").build().unwrap();
        let root = quick().on(Some(elsewhere.handle().clone()));
        let (sender, mut names) = mpsc::channel(2);
        for group in [&root, &root.child("one")] {
            let sender = sender.clone();
            group.spawn("name", move |_| {
                let sender = sender.clone();
                async move {
                    sender.send(std::thread::current().name().map(str::to_owned)).await.ok();
                    Ok::<(), String>(())
                }
            });
        }
        for _ in 0..2 {
            assert_eq!(names.recv().await.unwrap().as_deref(), Some("elsewhere"));
        }
        assert_eq!(root.shutdown(Duration::from_secs(5)).await, ShutdownOutcome::Drained);
        elsewhere.shutdown_background();
    }

    #[tokio::test]
    async fn stopping_a_child_leaves_its_siblings_alone() {
        let root = quick();
        let (one, two) = (root.child("one"), root.child("two"));
        for group in [&one, &two] {
            group.spawn("watch", |stop| async move {
                stop.cancelled().await;
                Ok::<(), String>(())
            });
        }
        assert_eq!(one.shutdown(Duration::from_secs(5)).await, ShutdownOutcome::Drained);
        let left = root.tasks();
        assert_eq!(left.len(), 1);
        assert_eq!(&*left[0].group, "two");
        one.spawn("late", |_| async { Ok::<(), String>(()) });
        assert_eq!(root.tasks().len(), 1, "a stopped group spawns nothing");
        assert_eq!(root.shutdown(Duration::from_secs(5)).await, ShutdownOutcome::Drained);
        assert!(two.token().is_cancelled());
        assert!(root.tasks().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ignores_the_stop_is_dropped_at_the_deadline() {
        let root = quick();
        root.child("deaf").spawn("forever", |_| async {
            std::future::pending::<()>().await;
            Ok::<(), String>(())
        });
        tokio::task::yield_now().await;
        assert_eq!(root.shutdown(Duration::from_secs(1)).await, ShutdownOutcome::Killed(1));
        assert!(root.tasks().is_empty());
    }
}
