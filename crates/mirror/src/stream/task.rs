//! The supervised task of a stream.

use super::cell::StreamCell;
use super::keeper::Keeper;
use super::kept::{Kept, SideContext};
use super::life::Life;
use crate::changes::Publisher;
use crate::checkpoint::{CheckpointSender, StreamCheckpoint, StreamKey, unpack_table};
use crate::member::Member;
use crate::settings::Settings;
use kubeapi::listwatch::{ListWatch, Pace, Step, StepSender, SyncError, Transport, steps};
use model::columns::Table;
use runtime::backoff::{Backoff, BackoffPolicy, Entropy, OsEntropy, jittered};
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Steps on their way from the machine to the keeper; while it is full, the machine reads no further.
const STEPS: usize = 4;
/// Streams of a cluster that answers no probe try by themselves this often.
const OPEN_BREAKER: Duration = Duration::from_secs(300);
/// After so long a run, a failure is a new one.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// All that a stream's task needs.
pub(crate) struct StreamTask<R: Kept> {
    pub key: StreamKey,
    pub cell: Arc<StreamCell>,
    pub member: watch::Receiver<Arc<dyn Member>>,
    /// What its watch may bring, however often it is opened.
    pub pace: Pace,
    /// Whether the cluster is known not to answer.
    pub breaker: watch::Receiver<bool>,
    pub settings: Arc<Settings>,
    pub side: SideContext,
    pub publisher: Arc<Publisher>,
    pub checkpoints: CheckpointSender,
    /// For the first start alone.
    pub restored: Mutex<Option<Restored<R>>>,
}

/// Rows and position of a checkpoint.
pub(crate) struct Restored<R> {
    pub table: Table<R>,
    pub version: String,
    pub at_ms: i64,
}

impl<R: Kept> Restored<R> {
    /// None where it cannot be read.
    pub fn from_checkpoint(saved: StreamCheckpoint) -> Option<Self> {
        Some(Self {
            table: unpack_table(OsEntropy.next_u64(), &saved.blocks)?,
            version: saved.resource_version,
            at_ms: saved.synced_at_ms,
        })
    }
}

/// However a task ends, its watch ends with it.
struct CloseOnDrop(Arc<Life>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.broken();
    }
}

/// Follows the cluster until the stop. Failures are waited out in here; only a panic ends it early.
pub(crate) async fn run<R: Kept>(task: Arc<StreamTask<R>>, stop: CancellationToken) -> Result<(), Infallible> {
    let life = Arc::clone(&task.cell.life);
    let _close = CloseOnDrop(Arc::clone(&life));
    let restored = task.restored.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut keeper = Keeper::new(Arc::clone(&task), restored);
    let mut member = task.member.clone();
    tokio::select! {
        () = sleep(jittered(task.settings.start_spread, 1.0, &mut OsEntropy)) => {}
        () = stop.cancelled() => return Ok(()),
    }
    loop {
        let client = Arc::clone(&member.borrow_and_update());
        let transport = client.transport();
        let (telling, mut told) = steps(STEPS);
        let (verifying, mut verified) = steps(STEPS);
        let machine = task.machine(Arc::clone(&transport), keeper.version(), telling);
        let ending = tokio::select! {
            // What sends steps comes before what takes them.
            biased;
            over_budget = drive(machine, &task) => over_budget.into(),
            () = verify(&task, Arc::clone(&transport), verifying) => Ending::Again,
            over_budget = keeper.consume(&mut told, &mut verified) => over_budget.into(),
            changed = member.changed() => if changed.is_err() { Ending::Stop } else { Ending::Again },
            () = life.reopen.notified() => Ending::Again,
            () = stop.cancelled() => Ending::Stop,
        };
        life.broken();
        match ending {
            Ending::Again => continue,
            Ending::Stop => {
                keeper.last_words().await;
                return Ok(());
            }
            Ending::OverBudget(error) => {
                life.failed(&error);
                keeper.give_up();
                tokio::select! {
                    () = count(&task, transport) => {}
                    changed = member.changed() => if changed.is_err() { return Ok(()) },
                    () = stop.cancelled() => return Ok(()),
                }
            }
        }
    }
}

/// Why a stream stops following.
enum Ending {
    /// To start anew at once.
    Again,
    Stop,
    /// There is more than may be kept.
    OverBudget(SyncError),
}

impl From<Option<SyncError>> for Ending {
    fn from(over_budget: Option<SyncError>) -> Self {
        over_budget.map_or(Self::Again, Self::OverBudget)
    }
}

impl<R: Kept> StreamTask<R> {
    fn machine(
        &self,
        transport: Arc<dyn Transport>,
        version: Option<String>,
        steps: StepSender<Step<R>>,
    ) -> ListWatch<R> {
        let namespace = self.cell.namespace.clone();
        ListWatch::new(transport, namespace, self.settings.limits, self.pace.clone(), version, steps)
    }
}

/// Runs the machine again and again, until there is more than may be kept, which is an error, or nobody listens.
async fn drive<R: Kept>(mut machine: ListWatch<R>, task: &StreamTask<R>) -> Option<SyncError> {
    let (settings, life, mut breaker) = (&task.settings, &task.cell.life, task.breaker.clone());
    let mut backoff = Backoff::new(BackoffPolicy::default());
    loop {
        let begun = Instant::now();
        let error = machine.run().await?;
        if error.is_over_budget() {
            return Some(error);
        }
        if begun.elapsed() > HEALTHY_AFTER {
            backoff.reset();
        }
        let wait = match &error {
            SyncError::Forbidden | SyncError::NotFound => settings.not_allowed_retry,
            error => backoff.next_delay().max(error.retry_after().unwrap_or_default()),
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = life.wake.notified() => {}
        }
        // The probe tries for all streams whether there is anybody.
        tokio::select! {
            _closed = breaker.wait_for(|open| !open) => {}
            () = sleep(OPEN_BREAKER) => {}
        }
    }
}

/// Counts what is too much to keep.
async fn count<R: Kept>(task: &StreamTask<R>, transport: Arc<dyn Transport>) {
    let (steps, _unheard) = steps(1);
    let mut counter = task.machine(transport, None, steps);
    let until = Instant::now() + jittered(task.settings.over_budget_retry, 0.25, &mut OsEntropy);
    while Instant::now() < until {
        match counter.count().await {
            Ok(count) => task.cell.life.counted(count),
            Err(error) => {
                tracing::debug!(cluster = %task.key.cluster, kind = %R::KIND, reason = error.reason(), "cannot count");
            }
        }
        sleep(task.settings.count_interval).await;
    }
}

/// Lists all again from time to time, beside the watch.
async fn verify<R: Kept>(task: &StreamTask<R>, transport: Arc<dyn Transport>, steps: StepSender<Step<R>>) {
    let life = &task.cell.life;
    let mut lister = task.machine(transport, None, steps);
    loop {
        tokio::select! {
            () = sleep(jittered(task.settings.relist_interval, 0.25, &mut OsEntropy)) => {}
            () = life.verify.notified() => {}
        }
        if !life.is_watching() {
            continue;
        }
        if let Err(error) = lister.list_once().await {
            life.counters.failed_verifications.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(cluster = %task.key.cluster, kind = %R::KIND, reason = error.reason(), "cannot verify");
        }
    }
}
