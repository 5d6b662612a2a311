//! How much one stream may bring, so that a flood of changes takes no other cluster's time.

use super::error::SyncError;
use super::machine::Limits;
use std::time::Duration;
use tokio::time::Instant;

/// A bucket of bytes that fills evenly. A stream that has used it up is read only as fast as it fills; one that does
/// so for long is flooding.
pub(super) struct Pace {
    rate: f64,
    burst: f64,
    flood: Duration,
    left: f64,
    at: Instant,
    /// Since when the bucket has been empty again and again.
    short_since: Option<Instant>,
}

impl Pace {
    pub fn new(limits: &Limits) -> Self {
        let (rate, burst) = (limits.watch_bytes_a_second.max(1) as f64, limits.watch_burst_bytes as f64);
        Self { rate, burst, flood: limits.flood, left: burst, at: Instant::now(), short_since: None }
    }

    /// Takes bytes that were read; gives how long nothing more is to be read, which holds the server back.
    ///
    /// # Errors
    /// [`SyncError::Flooding`].
    pub fn take(&mut self, bytes: usize) -> Result<Duration, SyncError> {
        let now = Instant::now();
        self.left = (self.left + (now - self.at).as_secs_f64() * self.rate).min(self.burst) - bytes as f64;
        self.at = now;
        if self.left >= 0.0 {
            // One quiet moment ends no flood.
            self.short_since = self.short_since.filter(|_| self.left < self.burst / 2.0);
            return Ok(Duration::ZERO);
        }
        if self.short_since.get_or_insert(now).elapsed() >= self.flood {
            return Err(SyncError::Flooding);
        }
        Ok(Duration::from_secs_f64(-self.left / self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    /// Reads as a machine does.
    async fn spend(pace: &mut Pace, bytes: usize) -> Result<(), SyncError> {
        sleep(pace.take(bytes)?).await;
        Ok(())
    }

    fn pace() -> Pace {
        let flood = Duration::from_secs(60);
        Pace::new(&Limits { watch_bytes_a_second: 100, watch_burst_bytes: 1000, flood, ..Limits::default() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_what_lasts_is_slowed_down() {
        let mut pace = pace();
        let begun = Instant::now();
        spend(&mut pace, 1000).await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
        spend(&mut pace, 200).await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_is_a_flood_and_what_rests_is_none() {
        let mut pace = pace();
        let begun = Instant::now();
        let error = loop {
            if let Err(error) = spend(&mut pace, 500).await {
                break error;
            }
        };
        assert_eq!(error, SyncError::Flooding);
        assert!((60..70).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
        sleep(Duration::from_secs(20)).await;
        for _ in 0..20 {
            spend(&mut pace, 500).await.unwrap();
            sleep(Duration::from_secs(6)).await;
        }
    }
}
