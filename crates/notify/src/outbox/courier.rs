//! The worker: one lane for each channel, so that a slow receiver delays no other.

use super::lane::{Lane, Outcome};
use super::{Outbox, OutboxError, Pace};
use crate::sender::Sender;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long messages under way may take to end when the worker stops.
const DRAIN: Duration = Duration::from_secs(2);

/// Delivers what is in an outbox.
pub struct Courier {
    outbox: Arc<dyn Outbox>,
    sender: Sender,
    pace: Pace,
    bell: Notify,
    counts: StdMutex<BTreeMap<(String, Outcome), u64>>,
    pauses: StdMutex<BTreeMap<String, Instant>>,
}

impl Courier {
    /// A courier that is not at work yet.
    pub fn new(outbox: Arc<dyn Outbox>, sender: Sender, pace: Pace) -> Self {
        Self { outbox, sender, pace, bell: Notify::new(), counts: StdMutex::default(), pauses: StdMutex::default() }
    }

    /// Says that there is something new in the outbox.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Notices since the start, by channel and result: `delivered`, `failed` for each attempt, `dead`.
    pub fn counts(&self) -> BTreeMap<(String, &'static str), u64> {
        let word = |outcome| match outcome {
            Outcome::Delivered => "delivered",
            Outcome::Failed => "failed",
            Outcome::Dead => "dead",
        };
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((channel, outcome), count)| ((channel.clone(), word(*outcome)), *count)).collect()
    }

    /// How long a channel is still left alone after a failure.
    pub fn pause(&self, channel: &str) -> Duration {
        let pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.get(channel).map(|at| at.saturating_duration_since(Instant::now())).unwrap_or_default()
    }

    /// Delivers until `stop`.
    ///
    /// # Errors
    /// Where the outbox fails; what was under way is tried again by the next run, under the same ids.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), OutboxError> {
        self.outbox.recover().await?;
        let mut lanes: HashMap<String, Arc<Mutex<Lane>>> = HashMap::new();
        // Dropped on the way out, which ends the lanes before anyone recovers what they hold.
        let mut at_work = JoinSet::new();
        loop {
            let mut waiting: BTreeSet<String> = self.outbox.waiting(Timestamp::now()).await?.into_iter().collect();
            // What a lane holds is claimed, so that the outbox does not count it as waiting.
            let busy = |lane: &Arc<Mutex<Lane>>| lane.try_lock().is_ok_and(|lane| lane.has_work());
            waiting.extend(lanes.iter().filter(|(_, lane)| busy(lane)).map(|(channel, _)| channel.clone()));
            for channel in waiting {
                let lane = lanes.entry(channel.clone()).or_insert_with(|| Arc::new(Mutex::new(Lane::new(self.pace))));
                if let Ok(lane) = Arc::clone(lane).try_lock_owned()
                    && !lane.paused()
                {
                    at_work.spawn(drive(lane, Arc::clone(&self.outbox), self.sender.clone(), channel));
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(self.pace.tick) => {}
                Some(ended) = at_work.join_next() => self.note(ended)?,
            }
        }
        let _ = tokio::time::timeout(DRAIN, async {
            while let Some(ended) = at_work.join_next().await {
                let _ = self.note(ended);
            }
        })
        .await;
        Ok(())
    }

    fn note(&self, ended: Result<Driven, tokio::task::JoinError>) -> Result<(), OutboxError> {
        // A lane that broke down holds claimed notices; only a new run can recover them.
        let driven = ended.map_err(|_| OutboxError("a lane broke down".into()))?;
        {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (outcome, count) in driven.counts {
                *counts.entry((driven.channel.clone(), outcome)).or_default() += count;
            }
        }
        let mut pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        match driven.resume_at {
            Some(at) => pauses.insert(driven.channel, at),
            None => pauses.remove(&driven.channel),
        };
        if let Err(error) = driven.result {
            tracing::warn!(%error, "delivering is held up");
        }
        Ok(())
    }
}

struct Driven {
    channel: String,
    counts: BTreeMap<Outcome, u64>,
    resume_at: Option<Instant>,
    result: Result<(), OutboxError>,
}

async fn drive(
    mut lane: tokio::sync::OwnedMutexGuard<Lane>,
    outbox: Arc<dyn Outbox>,
    sender: Sender,
    channel: String,
) -> Driven {
    let mut counts = BTreeMap::new();
    let count = |outcome, many: usize| *counts.entry(outcome).or_default() += many as u64;
    let result = lane.work(outbox.as_ref(), &sender, &channel, count).await;
    Driven { channel, counts, resume_at: lane.resume_at, result }
}
