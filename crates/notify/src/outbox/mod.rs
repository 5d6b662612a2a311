//! The outbox: what it must persist, and the worker that empties it.

mod courier;
mod lane;
mod rate;

pub use courier::Courier;

use crate::channel::Target;
use crate::notice::Notice;
use async_trait::async_trait;
use jiff::Timestamp;
use std::time::Duration;

/// Keeps notices until they are delivered. One [`Courier`] works on it at a time.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Puts back what was claimed and never settled, as after a crash.
    async fn recover(&self) -> Result<(), OutboxError>;

    /// The channels that something is due for.
    async fn waiting(&self, now: Timestamp) -> Result<Vec<String>, OutboxError>;

    /// Where the channel sends to; none where it is gone or switched off.
    async fn target(&self, channel: &str) -> Result<Option<Target>, OutboxError>;

    /// Takes up to `limit` due notices, the longest due first. Of one alert only the oldest is handed out, so that its
    /// news arrive in order.
    async fn claim(&self, channel: &str, limit: u32, now: Timestamp) -> Result<Vec<Claimed>, OutboxError>;

    /// Notes how attempts ended, all or none.
    async fn settle(&self, settled: &[Settled], now: Timestamp) -> Result<(), OutboxError>;
}

/// The outbox cannot be read or written now.
#[derive(Debug, thiserror::Error)]
#[error("the outbox: {0}")]
pub struct OutboxError(pub String);

/// A notice that this process alone may deliver.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Stable over all attempts.
    pub id: String,
    /// What is told.
    pub notice: Notice,
    /// Attempts that ended before.
    pub attempts: u32,
    /// When it was due; its place in the queue.
    pub due_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
}

/// How one attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The notice's id.
    pub id: String,
    /// How.
    pub settlement: Settlement,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// The receiver took it.
    Delivered,
    /// To be tried again, at this place in the queue.
    Retry {
        /// The place.
        at: Timestamp,
        /// Why, as a stable word.
        word: &'static str,
        /// The number the receiver gave.
        note: Option<String>,
    },
    /// Given up.
    Dead {
        /// Why the last attempt failed, as a stable word.
        word: &'static str,
        /// The number the receiver gave.
        note: Option<String>,
    },
}

/// How hard the courier tries.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Messages to one channel within [`rate_window`](Self::rate_window).
    pub rate: usize,
    /// DingTalk and WeCom count a minute.
    pub rate_window: Duration,
    /// Pause after the first failure in a row, at most.
    pub first_pause: Duration,
    /// Pause after many, at most.
    pub longest_pause: Duration,
    /// Pause at a receiver's own wish, at most.
    pub longest_wish: Duration,
    /// A notice older than this is given up.
    pub max_age: Duration,
    /// Between looks for what is due.
    pub tick: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            rate: 20,
            rate_window: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
            // Longer pauses would only delay what waits once the receiver is well again.
            longest_pause: Duration::from_secs(60),
            longest_wish: Duration::from_secs(900),
            max_age: Duration::from_secs(24 * 3600),
            tick: Duration::from_secs(1),
        }
    }
}
