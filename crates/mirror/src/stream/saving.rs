//! When a stream is saved.

use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A position alone, without changed rows, is saved this often; and whatever changes, within this time.
pub(super) const LATEST: Duration = Duration::from_secs(120);
/// Bytes a second that a stream may save in the long run: where a little changes everywhere, whole blocks would be
/// written all day.
const BYTES_A_SECOND: f64 = (4 << 10) as f64;

/// What was saved last, and what that allows.
pub(super) struct Saving {
    interval: Duration,
    at: Instant,
    /// Changed rows are not saved again before that.
    again_from: Instant,
    version: Option<Arc<str>>,
}

impl Saving {
    /// Nothing was saved yet. `interval` is the least time between two saves.
    pub fn new(interval: Duration) -> Self {
        let now = Instant::now();
        Self { interval, at: now, again_from: now, version: None }
    }

    /// When to save rows at `version`; None where there is nothing new.
    pub fn due_at(&self, has_changed: bool, version: Option<&Arc<str>>) -> Option<Instant> {
        let has_moved = self.version.as_ref() != version;
        match has_changed {
            true => Some(self.again_from),
            false => has_moved.then(|| self.at + LATEST.max(self.interval)),
        }
    }

    /// So many bytes were saved just now.
    pub fn saved(&mut self, bytes: usize, version: Arc<str>) {
        let rest = Duration::from_secs_f64(bytes as f64 / BYTES_A_SECOND).min(LATEST);
        self.at = Instant::now();
        self.again_from = self.at + rest.max(self.interval);
        self.version = Some(version);
    }

    /// What was saved is of rows that are given up.
    pub fn forget(&mut self) {
        self.version = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn little_is_saved_soon_much_later_and_all_in_two_minutes() {
        let begun = Instant::now();
        let mut saving = Saving::new(Duration::from_secs(2));
        let version = Arc::from("7");
        assert_eq!(saving.due_at(true, Some(&version)), Some(begun), "the first time at once");
        for (bytes, seconds) in [(100, 2), (40 << 10, 10), (100 << 20, 120)] {
            saving.saved(bytes, Arc::clone(&version));
            assert_eq!(saving.due_at(true, Some(&version)), Some(begun + Duration::from_secs(seconds)), "{bytes}");
        }
        assert_eq!(saving.due_at(false, Some(&version)), None, "nothing is new");
        let moved = Arc::from("8");
        assert_eq!(saving.due_at(false, Some(&moved)), Some(begun + LATEST), "a position alone");
    }
}
