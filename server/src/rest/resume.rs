//! Windows of streams that ended, for the connection that comes after: a reader who names the last event it got is told
//! what changed since, in place of the whole window.

use engine::resources::{ListRequest, PausedWindow};
use model::ids::UserId;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A reader that stays away for longer gets the whole window again.
const KEPT: Duration = Duration::from_secs(60);
/// Windows, and rows in all of them, that are kept; beyond it the oldest go.
const MOST: usize = 256;
const MOST_ROWS: usize = 20_000;

struct Entry {
    at: Instant,
    user: UserId,
    last_event: String,
    window: PausedWindow,
}

/// The windows that may be resumed.
#[derive(Default)]
pub struct Paused(Mutex<VecDeque<Entry>>);

impl Paused {
    fn fresh(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while entries.front().is_some_and(|entry| entry.at.elapsed() > KEPT) {
            entries.pop_front();
        }
        entries
    }

    /// Keeps a window whose reader was sent `last_event` last.
    pub fn keep(&self, user: UserId, last_event: String, window: PausedWindow) {
        let mut entries = self.fresh();
        entries.push_back(Entry { at: Instant::now(), user, last_event, window });
        let mut rows: usize = entries.iter().map(|entry| entry.window.rows()).sum();
        while entries.len() > MOST || rows > MOST_ROWS {
            rows -= entries.pop_front().map_or(0, |entry| entry.window.rows());
        }
    }

    /// The window of the same user on the same list, where its reader got all that was sent.
    pub fn take(&self, user: &UserId, last_event: &str, request: &ListRequest) -> Option<PausedWindow> {
        let mut entries = self.fresh();
        let is_it =
            |entry: &Entry| entry.last_event == last_event && entry.user == *user && entry.window.request() == request;
        let at = entries.iter().position(is_it)?;
        entries.remove(at).map(|entry| entry.window)
    }
}
