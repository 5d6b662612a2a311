//! When the next delta of a window may be sent.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
/// So many within a second at most.
const MOST: usize = 5;
/// So many of them as soon as there is something to tell: where little happens, nothing waits for what was told before.
const AT_ONCE: usize = 3;
/// Between the others at least, so that what happens all the time is told evenly.
const PAUSE: Duration = Duration::from_millis(200);

/// At most five deltas in any second.
#[derive(Default)]
pub struct DeltaPace {
    /// When those of the last second were sent, the oldest first.
    sent: VecDeque<Instant>,
}

impl DeltaPace {
    /// Whether one may be sent now.
    pub fn allows(&mut self) -> bool {
        while self.sent.front().is_some_and(|at| at.elapsed() >= SECOND) {
            self.sent.pop_front();
        }
        let rested = || self.sent.back().is_none_or(|at| at.elapsed() >= PAUSE);
        self.sent.len() < AT_ONCE || (self.sent.len() < MOST && rested())
    }

    /// One was sent.
    pub fn sent(&mut self) {
        self.sent.push_back(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    const STEP: Duration = Duration::from_millis(25);

    /// When deltas are sent if there always is something to tell, milliseconds.
    async fn busy(seconds: u32) -> Vec<u128> {
        let (mut pace, begun, mut times) = (DeltaPace::default(), Instant::now(), Vec::new());
        while begun.elapsed() < SECOND * seconds {
            if pace.allows() {
                pace.sent();
                times.push(begun.elapsed().as_millis());
            }
            sleep(STEP).await;
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_than_five_and_they_come_evenly_in_the_long_run() {
        let times = busy(10).await;
        for (at, time) in times.iter().enumerate() {
            let within = times[at..].iter().take_while(|later| **later < time + 1000).count();
            assert!(within <= MOST, "{within} from {time}: {times:?}");
        }
        let later = &times[times.len() - 20..];
        assert!(later.windows(2).all(|pair| pair[1] - pair[0] <= 225), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_now_and_then_is_told_at_once() {
        let mut pace = DeltaPace::default();
        for _ in 0..20 {
            assert!(pace.allows());
            pace.sent();
            assert!(pace.allows(), "another one right behind it");
            pace.sent();
            sleep(SECOND).await;
        }
    }
}
