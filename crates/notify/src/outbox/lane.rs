//! One channel's queue: strictly in order, so that nothing is told before what led to it.
//!
//! A receiver that fails holds its whole lane up, as it would fail the next message too. A message that the receiver
//! alone refuses again and again moves to the back, so that it cannot hold the others up for ever.

use super::{Claimed, Outbox, OutboxError, Pace, Settled, Settlement, rate::Rate};
use crate::channel::Target;
use crate::notice::Notice;
use crate::sender::{Failure, Sender};
use jiff::{SignedDuration, Timestamp};
use runtime::backoff::{Backoff, BackoffPolicy};
use secrets::{Secret, digest_token};
use tokio::time::Instant;

/// The most notices of one digest.
const BATCH: u32 = 100;
/// Slots kept free for what comes next when notices are sent one by one.
const RESERVE: usize = 10;

pub(super) struct Lane {
    rate: Rate,
    backoff: Backoff,
    pace: Pace,
    /// Nothing is sent before.
    pub resume_at: Option<Instant>,
    /// Claimed and not yet tried.
    held: Vec<Claimed>,
    /// Tried, and not yet noted since the outbox failed.
    unsettled: Vec<Settled>,
    /// The size of the digest that is tried again: the same notices, under the same id.
    digest: Option<u32>,
}

/// What a lane reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Delivered,
    Failed,
    Dead,
}

impl Lane {
    pub fn new(pace: Pace) -> Self {
        let policy = BackoffPolicy { first: pace.first_pause, max: pace.longest_pause, factor: 2.0 };
        Self {
            rate: Rate::new(pace.rate, pace.rate_window),
            backoff: Backoff::new(policy),
            pace,
            resume_at: None,
            held: Vec::new(),
            unsettled: Vec::new(),
            digest: None,
        }
    }

    pub fn paused(&self) -> bool {
        self.resume_at.is_some_and(|at| at > Instant::now())
    }

    /// Something is held that nobody else can take up.
    pub fn has_work(&self) -> bool {
        !self.held.is_empty() || !self.unsettled.is_empty()
    }

    /// Sends until nothing is due, the rate is used up, or the receiver fails.
    pub async fn work(
        &mut self,
        outbox: &dyn Outbox,
        sender: &Sender,
        channel: &str,
        mut report: impl FnMut(Outcome, usize),
    ) -> Result<(), OutboxError> {
        loop {
            self.settle(outbox).await?;
            if self.paused() || self.rate.left(Instant::now()) == 0 {
                return Ok(());
            }
            let Some(target) = outbox.target(channel).await? else {
                return Ok(());
            };
            self.fill(outbox, channel).await?;
            self.bury(&mut report);
            if self.held.is_empty() {
                return self.settle(outbox).await;
            }
            let batch = self.next_batch();
            self.attempt(sender, &target, batch, &mut report).await;
        }
    }

    async fn settle(&mut self, outbox: &dyn Outbox) -> Result<(), OutboxError> {
        if !self.unsettled.is_empty() {
            outbox.settle(&self.unsettled, Timestamp::now()).await?;
            self.unsettled.clear();
        }
        Ok(())
    }

    async fn fill(&mut self, outbox: &dyn Outbox, channel: &str) -> Result<(), OutboxError> {
        let held = u32::try_from(self.held.len()).unwrap_or(u32::MAX);
        let room = self.digest.unwrap_or(BATCH).saturating_sub(held);
        if room > 0 {
            self.held.extend(outbox.claim(channel, room, Timestamp::now()).await?);
        }
        self.held.sort_by(|a, b| (a.due_at, &a.id).cmp(&(b.due_at, &b.id)));
        Ok(())
    }

    /// Gives up what is too old to be of use.
    fn bury(&mut self, report: &mut impl FnMut(Outcome, usize)) {
        let max_age = SignedDuration::try_from(self.pace.max_age).unwrap_or(SignedDuration::MAX);
        let now = Timestamp::now();
        let (old, fresh) = self.held.drain(..).partition(|one| now.duration_since(one.created_at) > max_age);
        self.held = fresh;
        let old: Vec<Claimed> = old;
        if !old.is_empty() {
            report(Outcome::Dead, old.len());
            let dead =
                |one: Claimed| Settled { id: one.id, settlement: Settlement::Dead { word: "expired", note: None } };
            self.unsettled.extend(old.into_iter().map(dead));
            self.digest = None;
        }
    }

    /// One notice where there is room for all of them one by one, or the first was tried alone before; else all.
    fn next_batch(&mut self) -> Vec<Claimed> {
        let left = self.rate.left(Instant::now());
        let tried_alone = self.digest.is_none() && self.held.first().is_some_and(|one| one.attempts > 0);
        let single = tried_alone || (self.digest.is_none() && self.held.len() + RESERVE <= left);
        if single { self.held.drain(..1).collect() } else { std::mem::take(&mut self.held) }
    }

    async fn attempt(
        &mut self,
        sender: &Sender,
        target: &Target,
        batch: Vec<Claimed>,
        report: &mut impl FnMut(Outcome, usize),
    ) {
        self.rate.count(Instant::now());
        let id = message_id(&batch);
        let notices: Vec<Notice> = batch.iter().map(|one| one.notice.clone()).collect();
        match sender.send(target, &id, &notices).await {
            Ok(()) => {
                self.backoff.reset();
                (self.resume_at, self.digest) = (None, None);
                report(Outcome::Delivered, batch.len());
                let taken = |one: Claimed| Settled { id: one.id, settlement: Settlement::Delivered };
                self.unsettled.extend(batch.into_iter().map(taken));
            }
            Err(failure) => {
                tracing::warn!(channel = target.name, reason = failure.word, note = failure.note, "not delivered");
                report(Outcome::Failed, batch.len());
                self.put_back(batch, &failure);
            }
        }
    }

    fn put_back(&mut self, batch: Vec<Claimed>, failure: &Failure) {
        let wish = failure.wait.unwrap_or_default().min(self.pace.longest_wish);
        let pause = self.backoff.next_delay().max(wish);
        self.resume_at = Some(Instant::now() + pause);
        let suspect = |one: &Claimed| failure.suspect_after.is_some_and(|after| one.attempts + 1 >= after);
        let stubborn = wish.is_zero() && batch.iter().all(suspect);
        self.digest = match batch.len() {
            1 => None,
            // One of them may be what is refused: smaller digests find it.
            many if stubborn => u32::try_from(many / 2).ok().filter(|half| *half > 1),
            many => u32::try_from(many).ok(),
        };
        let back = stubborn && batch.len() == 1;
        let now = Timestamp::now();
        self.unsettled.extend(batch.into_iter().map(|one| {
            let at = if back { now.checked_add(self.pace.longest_pause).unwrap_or(now) } else { one.due_at };
            Settled { id: one.id, settlement: Settlement::Retry { at, word: failure.word, note: failure.note.clone() } }
        }));
    }
}

/// A notice's own id, or one that the same notices together always have.
fn message_id(batch: &[Claimed]) -> String {
    match batch {
        [one] => one.id.clone(),
        many => {
            let ids = many.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join("\n");
            let digest = digest_token(&Secret::from_string(ids));
            let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            format!("digest-{hex}")
        }
    }
}
