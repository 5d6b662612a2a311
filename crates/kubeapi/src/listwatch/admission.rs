//! What all streams of all clusters may take together, so that many of them at once do no harm that one alone does not.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

/// A reader that is slower than this no longer keeps others waiting: what it reads comes so slowly that it
/// fills no memory either.
const PATIENCE: Duration = Duration::from_secs(2);
/// Changes that may come at once, beyond the even flow: as many seconds' worth of it.
const BURST_SECONDS: f64 = 4.0;

/// Lets few pages of lists be read at once, and so many bytes of changes. Cheap to clone.
#[derive(Clone)]
pub struct Admission {
    pages: Arc<Semaphore>,
    changes: Arc<Changes>,
}

/// A bucket of bytes that fills evenly and that all watches draw from.
struct Changes {
    rate: f64,
    level: Mutex<Level>,
    /// Watches that are held back just now.
    waiting: AtomicU32,
}

struct Level {
    left: f64,
    at: Instant,
}

/// One watch less, however its wait ends.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Admission {
    /// Admits `pages` at once, and `bytes_a_second` of changes in the long run.
    pub fn new(pages: usize, bytes_a_second: u64) -> Self {
        let rate = bytes_a_second.max(1) as f64;
        let level = Mutex::new(Level { left: rate * BURST_SECONDS, at: Instant::now() });
        Self {
            pages: Arc::new(Semaphore::new(pages.max(1))),
            changes: Arc::new(Changes { rate, level, waiting: AtomicU32::new(0) }),
        }
    }

    /// Reads a page once there is room. A cluster that drips or hangs gives its room back soon.
    pub(super) async fn page<T>(&self, read: impl Future<Output = T>) -> T {
        let permit = self.pages.acquire().await;
        let mut read = std::pin::pin!(read);
        if let Ok(done) = tokio::time::timeout(PATIENCE, read.as_mut()).await {
            return done;
        }
        drop(permit);
        read.await
    }

    /// Takes changes that were read; whether all watches together bring more than they may.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let Changes { rate, level, .. } = &*self.changes;
        let mut level = level.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let filled = level.left + (now - level.at).as_secs_f64() * rate;
        // What light watches bring beyond it is not paid back for longer than the burst would be.
        level.left = (filled.min(rate * BURST_SECONDS) - bytes as f64).max(-rate * BURST_SECONDS);
        level.at = now;
        level.left < 0.0
    }

    /// Bytes a second for each watch that has to be held back: an even part, and one for all others.
    pub(super) fn fair_rate(&self) -> f64 {
        self.changes.rate / f64::from(self.changes.waiting.load(Ordering::Relaxed) + 1)
    }

    /// Holds a watch back.
    pub(super) async fn hold_back(&self, wait: Duration) {
        self.changes.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.changes.waiting);
        sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hanging_reader_does_not_keep_the_next_one_out() {
        let admission = Admission::new(1, 1);
        let hanging = tokio::spawn({
            let admission = admission.clone();
            async move { admission.page(std::future::pending::<()>()).await }
        });
        tokio::task::yield_now().await;
        admission.page(async {}).await;
        assert!(!hanging.is_finished());
        hanging.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn changes_are_too_many_once_the_burst_is_used_up_and_until_it_fills_again() {
        let admission = Admission::new(1, 100);
        assert!(!admission.take(400));
        assert!(admission.take(100));
        sleep(Duration::from_secs(2)).await;
        assert!(!admission.take(100));
        assert!(admission.take(1));
        admission.take(1_000_000);
        sleep(Duration::from_secs(5)).await;
        assert!(!admission.take(1), "no debt is longer than the burst");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_has_an_even_part() {
        let admission = Admission::new(1, 100);
        assert_eq!(admission.fair_rate(), 100.0);
        let mut held = Box::pin(admission.hold_back(Duration::from_secs(1)));
        assert!(futures::poll!(held.as_mut()).is_pending());
        assert_eq!(admission.fair_rate(), 50.0);
        drop(held);
        assert_eq!(admission.fair_rate(), 100.0);
    }
}
