//! How much one stream may bring, so that a flood of changes takes no other cluster's time.

use super::admission::Admission;
use super::error::SyncError;
use super::machine::Limits;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A watch that has used this part of its burst is a heavy one, which waits first where all together bring too much.
const HEAVY: f64 = 1.0 / 16.0;
/// A shorter wait is left until it is worth one.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// A bucket of bytes that fills evenly. A stream that has used it up is read only as fast as it fills; one that does
/// so for long is flooding.
///
/// It fills at the stream's own rate, or at the fair part of what all streams may bring where that is less. Clones share it:
/// a watch that is opened anew may bring no more for it.
#[derive(Clone)]
pub struct Pace {
    admission: Admission,
    bucket: Arc<Mutex<Bucket>>,
}

struct Bucket {
    rate: f64,
    burst: f64,
    flood: Duration,
    left: f64,
    at: Instant,
    short: Option<Short>,
}

/// The bucket is empty again and again.
#[derive(Clone, Copy)]
struct Short {
    since: Instant,
    /// Bytes that came since.
    brought: f64,
}

impl Pace {
    /// A full bucket for one stream.
    pub fn new(limits: &Limits, admission: Admission) -> Self {
        let (rate, burst) = (limits.watch_bytes_a_second.max(1) as f64, limits.watch_burst_bytes as f64);
        let bucket = Bucket { rate, burst, flood: limits.flood, left: burst, at: Instant::now(), short: None };
        Self { admission, bucket: Arc::new(Mutex::new(bucket)) }
    }

    pub(super) fn admission(&self) -> &Admission {
        &self.admission
    }

    /// Takes bytes that were read; gives how long nothing more is to be read, which holds the server back.
    ///
    /// # Errors
    /// [`SyncError::Flooding`].
    pub(super) fn take(&self, bytes: usize) -> Result<Duration, SyncError> {
        let is_crowded = self.admission.take(bytes);
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(bytes, self.admission.fair_rate(), is_crowded)
    }

    /// Reads nothing for a while.
    pub(super) async fn hold_back(&self, wait: Duration) {
        self.admission.hold_back(wait).await;
    }
}

impl Bucket {
    fn take(&mut self, bytes: usize, fair_rate: f64, is_crowded: bool) -> Result<Duration, SyncError> {
        let rate = self.rate.min(fair_rate);
        let (now, bytes_read) = (Instant::now(), bytes as f64);
        self.left = (self.left + (now - self.at).as_secs_f64() * rate).min(self.burst) - bytes_read;
        self.at = now;
        if is_crowded && self.left < self.burst * (1.0 - HEAVY) {
            // There is no burst while others wait for it.
            self.left = self.left.min(-bytes_read);
        }
        let wait = Duration::from_secs_f64((-self.left).max(0.0) / rate);
        self.judge(now, bytes_read, !wait.is_zero())?;
        Ok(if wait < SHORTEST_WAIT { Duration::ZERO } else { wait })
    }

    /// A flood lasts, and brings more than could come at once: many clusters that each wait for their part of what all
    /// may bring flood nobody.
    fn judge(&mut self, now: Instant, bytes: f64, is_short: bool) -> Result<(), SyncError> {
        if let Some(short) = &mut self.short {
            short.brought += bytes;
        } else if is_short {
            self.short = Some(Short { since: now, brought: bytes });
        }
        // One quiet moment ends no flood.
        self.short = self.short.filter(|_| is_short || self.left < self.burst / 2.0);
        let floods = |short: Short| now - short.since >= self.flood && short.brought >= self.burst;
        if is_short && self.short.is_some_and(floods) { Err(SyncError::Flooding) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{sleep, timeout};

    const SECOND: Duration = Duration::from_secs(1);

    /// Reads as a machine does.
    async fn spend(pace: &Pace, bytes: usize) -> Result<(), SyncError> {
        let wait = pace.take(bytes)?;
        if !wait.is_zero() {
            pace.hold_back(wait).await;
        }
        Ok(())
    }

    /// Reads as much as it may; how much that is.
    async fn flood(pace: Pace, seconds: u32) -> usize {
        let mut read = 0;
        let _over = timeout(SECOND * seconds, async {
            while spend(&pace, 10).await.is_ok() {
                read += 10;
            }
        })
        .await;
        read
    }

    fn pace_of(admission: &Admission) -> Pace {
        let flood = Duration::from_secs(60);
        let limits = Limits { watch_bytes_a_second: 100, watch_burst_bytes: 1000, flood, ..Limits::default() };
        Pace::new(&limits, admission.clone())
    }

    fn pace() -> Pace {
        pace_of(&Admission::new(1, 1_000_000))
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_what_lasts_is_slowed_down() {
        let pace = pace();
        let begun = Instant::now();
        spend(&pace, 1000).await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
        spend(&pace, 200).await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_is_a_flood_and_what_rests_is_none() {
        let pace = pace();
        let begun = Instant::now();
        let error = loop {
            if let Err(error) = spend(&pace, 500).await {
                break error;
            }
        };
        assert_eq!(error, SyncError::Flooding);
        assert!((60..75).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
        sleep(Duration::from_secs(20)).await;
        for _ in 0..20 {
            spend(&pace, 500).await.unwrap();
            sleep(Duration::from_secs(6)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_that_flood_share_what_all_may_bring_and_leave_a_light_one_alone() {
        let admission = Admission::new(1, 100);
        let floods = futures::future::join_all((0..9).map(|_| flood(pace_of(&admission), 50)));
        let light = async {
            let pace = pace_of(&admission);
            for _ in 0..100 {
                spend(&pace, 1).await.unwrap();
                sleep(SECOND / 2).await;
            }
        };
        let begun = Instant::now();
        let (read, ()) = tokio::join!(floods, light);
        assert_eq!(begun.elapsed().as_secs(), 50, "the light one never waits");
        // Fifty seconds' worth, and the burst.
        let all: usize = read.iter().sum();
        assert!((4_500..6_500).contains(&all), "{read:?}");
        let (least, most) = (read.iter().min().unwrap(), read.iter().max().unwrap());
        assert!(*most < 3 * least, "{read:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn many_that_change_at_once_are_slowed_down_and_are_no_flood() {
        let admission = Admission::new(1, 100);
        let storm = |pace: Pace| async move {
            for _ in 0..90 {
                spend(&pace, 10).await.unwrap();
            }
        };
        let begun = Instant::now();
        futures::future::join_all((0..20).map(|_| storm(pace_of(&admission)))).await;
        assert!(begun.elapsed() > Duration::from_secs(100), "{:?}", begun.elapsed());
    }
}
