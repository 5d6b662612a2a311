//! How many messages a channel takes in a while.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// Counts the messages of a sliding window.
pub(super) struct Rate {
    most: usize,
    window: Duration,
    sent: VecDeque<Instant>,
}

impl Rate {
    pub fn new(most: usize, window: Duration) -> Self {
        Self { most, window, sent: VecDeque::new() }
    }

    /// How many more may be sent now.
    pub fn left(&mut self, now: Instant) -> usize {
        while self.sent.front().is_some_and(|at| now.duration_since(*at) >= self.window) {
            self.sent.pop_front();
        }
        self.most.saturating_sub(self.sent.len())
    }

    pub fn count(&mut self, now: Instant) {
        self.sent.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_has_more_messages_than_allowed() {
        let mut rate = Rate::new(2, Duration::from_secs(60));
        let start = Instant::now();
        let at = |second| start + Duration::from_secs(second);
        for (second, left) in [(0, 2), (1, 1), (2, 0), (59, 0), (60, 1)] {
            assert_eq!(rate.left(at(second)), left, "{second}");
            if left > 0 {
                rate.count(at(second));
            }
        }
        assert_eq!((rate.left(at(60)), rate.left(at(61)), rate.left(at(200))), (0, 1, 2));
    }
}
