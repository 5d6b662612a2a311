//! Owns the rows of a stream: takes the steps of its list/watch machine, publishes, saves.

mod verify;
mod verifying;

use super::cell::Published;
use super::kept::{Kept, Side};
use super::life::Sync;
use super::retention;
use super::saving::{self, Saving};
use super::task::{Restored, StreamTask};
use crate::checkpoint::{StreamWrite, Work, pack_parts};
use crate::clock::now_ms;
use kubeapi::decode::{Decoded, Event, Tombstone};
use kubeapi::listwatch::{Step, StepReceiver, SyncError};
use model::columns::{Outcome, Table};
use runtime::backoff::{Entropy, OsEntropy};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};
use verify::Verification;

/// What time alone changes is looked at this often, while there is such a thing.
const TICK: Duration = Duration::from_secs(1);
/// How long the last checkpoint may take to be handed over.
const LAST_WORDS: Duration = Duration::from_secs(2);

pub(super) struct Keeper<R: Kept> {
    task: Arc<StreamTask<R>>,
    table: Table<R>,
    side: R::Side,
    /// The version that the rows show; None while a list is under way.
    version: Option<Arc<str>>,
    verification: Option<Verification<R>>,
    /// Rows changed since the last snapshot.
    dirty: bool,
    /// The rows take more room than they may.
    is_over_budget: bool,
    /// How many parts the table had when it was weighed.
    weighed: usize,
    /// Changes wait to be read.
    held_back: bool,
    published_at: Option<Instant>,
    saving: Saving,
}

impl<R: Kept> Keeper<R> {
    /// A keeper with the rows of `restored`, published and marked by their age.
    pub fn new(task: Arc<StreamTask<R>>, restored: Option<Restored<R>>) -> Self {
        let mut keeper = Self {
            side: R::Side::new(&task.side),
            saving: Saving::new(task.settings.checkpoint_interval),
            task,
            table: Table::new(OsEntropy.next_u64()),
            version: None,
            verification: None,
            dirty: false,
            is_over_budget: false,
            weighed: 0,
            held_back: false,
            published_at: None,
        };
        if let Some(restored) = restored {
            let at_ms = restored.at_ms;
            keeper.table = restored.table;
            keeper.follow_all();
            keeper.version = Some(Arc::from(restored.version));
            keeper.task.cell.life.restored(at_ms);
            keeper.publish();
        }
        keeper
    }

    /// Where a watch may go on.
    pub fn version(&self) -> Option<String> {
        self.version.as_ref().map(|version| version.to_string())
    }

    /// Takes steps until no more come, or until the rows take more room than they may, which is an error.
    pub async fn consume(
        &mut self,
        steps: &mut StepReceiver<Step<R>>,
        verifying: &mut StepReceiver<Step<R>>,
    ) -> Option<SyncError> {
        self.verification = None;
        let mut ticked_at = Instant::now();
        while !self.is_over_budget {
            let publish_at = self.publish_at();
            let tick_at = self.tick_at(ticked_at);
            tokio::select! {
                step = steps.recv() => match step {
                    Some(step) => self.step(step),
                    None => return None,
                },
                Some(step) = verifying.recv() => self.verifying_step(step),
                () = sleep_until(publish_at.unwrap_or_else(Instant::now)), if publish_at.is_some() => self.publish(),
                () = sleep_until(tick_at) => {
                    self.tick();
                    ticked_at = Instant::now();
                }
            }
        }
        Some(SyncError::OverBudget { cap: self.task.settings.stream_bytes })
    }

    fn step(&mut self, step: Step<R>) {
        let life = Arc::clone(&self.task.cell.life);
        match step {
            Step::ListStarted => {
                life.closed();
                self.verification = None;
                self.version = None;
                self.table.begin();
            }
            Step::Page { objects, skipped, bytes } => {
                self.count(skipped, bytes);
                objects.into_iter().for_each(|object| self.set(object));
                self.weigh();
            }
            Step::ListFinished { version } => {
                if !R::OUTLIVES {
                    self.table.unmarked().collect::<Vec<_>>().into_iter().for_each(|gone| self.remove(gone));
                }
                self.table.settle();
                self.version = Some(version);
                life.listed();
                if self.dirty || self.published_at.is_none() {
                    self.publish();
                }
            }
            Step::WatchOpened { carrier } => {
                self.hold_back(false);
                life.opened(carrier);
            }
            Step::HeldBack(on) => self.hold_back(on),
            Step::Events { events, version, skipped, bytes } => {
                self.count(skipped, bytes);
                if !events.is_empty() {
                    life.proven();
                }
                events.into_iter().for_each(|event| self.event(event));
                self.version = Some(version);
                self.judge_if_due();
                if self.publish_at().is_some_and(|at| at <= Instant::now()) {
                    self.publish();
                }
            }
            Step::WatchClosed { idle } => {
                life.closed();
                life.counters.idle_watches.fetch_add(u64::from(idle), Ordering::Relaxed);
            }
            // Told by who runs the machine.
            Step::Failed(error) if error.is_over_budget() => {}
            Step::Failed(error) => {
                let before = life.sync();
                life.failed(&error);
                if life.sync() == Sync::NotAllowed && before != Sync::NotAllowed {
                    // What was shown must not be shown any longer.
                    self.task.publisher.rows(R::KIND, self.task.publisher.next());
                }
                tracing::debug!(
                    cluster = %self.task.key.cluster, kind = %R::KIND, reason = error.reason(), "sync failed"
                );
            }
        }
    }

    fn count(&self, skipped: u64, bytes: usize) {
        let counters = &self.task.cell.life.counters;
        counters.skipped.fetch_add(skipped, Ordering::Relaxed);
        counters.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn event(&mut self, event: Event<R>) {
        match event {
            Event::Applied(object) if self.is_outdated(&object) => {}
            Event::Applied(object) => self.set(object),
            Event::Deleted(_) if R::OUTLIVES => {}
            Event::Deleted(tombstone) => self.bury(tombstone),
            Event::Bookmark | Event::Error(_) | Event::Unknown => {}
        }
    }

    /// A watch that tells again what a verifying list had told before must not bring the past back.
    fn is_outdated(&self, object: &Decoded<R>) -> bool {
        let meta = object.row.meta();
        self.table
            .find(meta.namespace.as_deref(), &meta.name)
            .is_some_and(|known| self.table.version(known) > object.version && self.table.row(known).uid() == *meta.uid)
    }

    /// Removes the object of a tombstone, unless another has taken its name.
    fn bury(&mut self, tombstone: Tombstone) {
        let known = self.table.find(tombstone.namespace.as_deref(), &tombstone.name);
        let same = |known: &u32| tombstone.uid.is_empty() || self.table.row(*known).uid() == *tombstone.uid;
        let gone = known.filter(same);
        if let Some(verification) = &mut self.verification
            && (gone.is_some() || known.is_none())
        {
            verification.buried((tombstone.namespace, tombstone.name));
        }
        if let Some(gone) = gone {
            self.remove(gone);
        }
    }

    fn set(&mut self, object: Decoded<R>) {
        // A cluster that floods its watch takes room from nobody else.
        let meta = object.row.meta();
        let full = self.table.len() >= self.task.settings.limits.list_objects;
        if full && self.table.find(meta.namespace.as_deref(), &meta.name).is_none() {
            self.count(1, 0);
            return;
        }
        let mut old = None;
        let outcome = self.table.set_with(&object.row, object.version, |table, known| {
            old = known.filter(|_| R::Side::FOLLOWS).map(|known| table.read(known));
        });
        if outcome != Outcome::Same {
            self.side.changed(old.as_ref(), Some(&object.row), now_ms());
            self.touch();
        }
    }

    fn remove(&mut self, position: u32) {
        if R::Side::FOLLOWS {
            let gone = self.table.read(position);
            self.side.changed(Some(&gone), None, now_ms());
        }
        self.table.remove(position);
        self.touch();
    }

    fn touch(&mut self) {
        if !std::mem::replace(&mut self.dirty, true) && !self.held_back {
            self.task.cell.life.unapplied();
        }
    }

    /// What the server has to say and is not read is not shown either.
    fn hold_back(&mut self, on: bool) {
        if !std::mem::replace(&mut self.held_back, on) && on && !self.dirty {
            self.task.cell.life.unapplied();
        }
        self.note_applied();
    }

    fn note_applied(&self) {
        if !self.dirty && !self.held_back {
            self.task.cell.life.applied();
        }
    }

    /// Tells the side of every row, after they came at once.
    fn follow_all(&mut self) {
        if R::Side::FOLLOWS {
            let now = now_ms();
            for position in self.table.positions() {
                self.side.changed(None, Some(&self.table.read(position)), now);
            }
        }
    }

    /// When the rows are to be published: at once where it was quiet. Never while a list is under way, so that
    /// no reader sees half of one world and half of another.
    fn publish_at(&self) -> Option<Instant> {
        let ready = self.dirty && self.version.is_some();
        let earliest = self.published_at.map(|at| at + self.task.settings.publish_interval);
        ready.then(|| earliest.unwrap_or_else(Instant::now))
    }

    /// Gives all rows up: there are more than may be kept.
    pub fn give_up(&mut self) {
        self.side = R::Side::new(&self.task.side);
        self.table = Table::new(OsEntropy.next_u64());
        self.saving.forget();
        (self.version, self.verification, self.weighed) = (None, None, 0);
        (self.dirty, self.is_over_budget, self.held_back, self.published_at) = (false, false, false, None);
        self.task.cell.withdraw();
        self.task.cell.life.applied();
        self.task.publisher.rows(R::KIND, self.task.publisher.next());
    }

    fn weigh(&mut self) {
        let parts = self.table.parts();
        if std::mem::replace(&mut self.weighed, parts) != parts {
            self.is_over_budget = self.table.bytes() > self.task.settings.stream_bytes;
        }
    }

    fn publish(&mut self) {
        self.weigh();
        let revision = self.task.publisher.next();
        // Positions would not outlast it, but nothing holds any between two steps.
        if self.table.is_untidy() {
            self.table.tidy();
        }
        let published = Published { rows: Arc::new(self.table.snapshot()), usage: self.side.usage(), revision };
        self.task.cell.publish(published);
        self.dirty = false;
        self.note_applied();
        self.published_at = Some(Instant::now());
        self.task.publisher.rows(R::KIND, revision);
    }

    /// When to look next at what time alone changes. Streams at rest are left to sleep: there are a dozen a cluster.
    fn tick_at(&self, ticked_at: Instant) -> Instant {
        let restless = self.side.waits() || self.verification.is_some() || (R::OUTLIVES && self.is_crowded());
        match self.save_at() {
            _ if restless => ticked_at + TICK,
            // A saver that is busy is asked again.
            Some(save_at) => save_at.max(ticked_at + TICK),
            None => ticked_at + saving::LATEST,
        }
    }

    /// When what is not saved yet is to be saved.
    fn save_at(&self) -> Option<Instant> {
        self.saving.due_at(self.table.is_unsaved(), self.version.as_ref())
    }

    fn tick(&mut self) {
        self.side.tick(now_ms());
        self.judge_if_due();
        if R::OUTLIVES {
            self.expire();
        }
        // Room first: what is taken out of the blocks must be written.
        if self.save_at().is_some_and(|at| at <= Instant::now())
            && let Ok(permit) = self.task.checkpoints.clone().try_reserve_owned()
            && let Some(write) = self.checkpoint()
        {
            permit.send(Work::Write(write));
        }
    }

    fn is_crowded(&self) -> bool {
        self.table.bytes() > self.task.settings.retention.bytes
    }

    /// Rows that outlived their object go once they are old, or too many.
    fn expire(&mut self) {
        let retention = &self.task.settings.retention;
        let crowded = self.is_crowded();
        if crowded {
            self.table.tidy();
        }
        let expired = retention::expired::<R>(&self.table, retention, now_ms() / 1000);
        expired.into_iter().for_each(|gone| self.remove(gone));
        if crowded {
            self.table.tidy();
        }
    }

    /// Saves what is not saved yet, before the end.
    pub async fn last_words(&mut self) {
        if let Some(write) = self.checkpoint() {
            // Without it the next start is as of the checkpoint before.
            let _late = timeout(LAST_WORDS, self.task.checkpoints.send(Work::Write(write))).await;
        }
    }

    fn checkpoint(&mut self) -> Option<StreamWrite> {
        let version = self.version.clone()?;
        let synced_at_ms = self.task.cell.life.evidence_ms()?;
        let (changed, count) = pack_parts(&self.table.take_unsaved());
        self.saving.saved(changed.iter().map(|block| block.bytes.len()).sum(), Arc::clone(&version));
        let key = self.task.key.clone();
        Some(StreamWrite { key, resource_version: version.to_string(), synced_at_ms, changed, count })
    }
}
