//! Exponential backoff with jitter.

use std::time::Duration;

/// Where jitter comes from, so that tests can fix it.
pub trait Entropy: Send {
    /// A uniformly distributed number.
    fn next_u64(&mut self) -> u64;
}

/// Entropy of the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn next_u64(&mut self) -> u64 {
        // Without entropy a delay without jitter is still a correct delay.
        getrandom::u64().unwrap_or(0)
    }
}

/// How the delays of a [`Backoff`] grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackoffPolicy {
    /// Upper bound of the first delay.
    pub first: Duration,
    /// Upper bound of every delay.
    pub max: Duration,
    /// Growth from one delay to the next; values below 1 count as 1.
    pub factor: f64,
}

impl Default for BackoffPolicy {
    /// client-go's reflector figures: 800 ms, doubling, at most 30 s.
    fn default() -> Self {
        Self { first: Duration::from_millis(800), max: Duration::from_secs(30), factor: 2.0 }
    }
}

impl BackoffPolicy {
    /// The delay before retry number `attempt` (from 0) before jitter.
    pub fn ceiling(&self, attempt: u32) -> Duration {
        let factor = self.factor.max(1.0);
        let seconds = self.first.as_secs_f64() * factor.powi(attempt.min(1_000) as i32);
        if seconds.is_finite() && seconds < self.max.as_secs_f64() {
            Duration::from_secs_f64(seconds)
        } else {
            self.max
        }
    }
}

/// A running series of delays: each is drawn evenly from the upper half of an exponentially growing bound,
/// so that many clients that failed together do not come back together, and none comes back at once.
pub struct Backoff {
    policy: BackoffPolicy,
    attempt: u32,
    entropy: Box<dyn Entropy>,
}

impl Backoff {
    /// A series that draws its jitter from the operating system.
    pub fn new(policy: BackoffPolicy) -> Self {
        Self::with_entropy(policy, Box::new(OsEntropy))
    }

    /// A series that draws its jitter from `entropy`.
    pub fn with_entropy(policy: BackoffPolicy, entropy: Box<dyn Entropy>) -> Self {
        Self { policy, attempt: 0, entropy }
    }

    /// The next delay; every call lengthens the one after it.
    pub fn next_delay(&mut self) -> Duration {
        let ceiling = self.policy.ceiling(self.attempt);
        self.attempt = self.attempt.saturating_add(1);
        jittered(ceiling, 0.5, self.entropy.as_mut())
    }

    /// How many delays were handed out since the start or the last [`reset`](Self::reset).
    pub fn attempts(&self) -> u32 {
        self.attempt
    }

    /// Starts the series afresh, after a success.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }
}

/// `base` shortened by an evenly drawn share of at most `spread` (0 to 1).
pub fn jittered(base: Duration, spread: f64, entropy: &mut dyn Entropy) -> Duration {
    // 53 bits: what an f64 holds exactly.
    let share = (entropy.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    base.mul_f64(1.0 - spread.clamp(0.0, 1.0) * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed(u64);
    impl Entropy for Fixed {
        fn next_u64(&mut self) -> u64 {
            self.0
        }
    }

    #[test]
    fn delays_double_up_to_the_maximum_and_start_afresh_after_reset() {
        let mut backoff = Backoff::with_entropy(BackoffPolicy::default(), Box::new(Fixed(0)));
        let delays: Vec<u128> = (0..8).map(|_| backoff.next_delay().as_millis()).collect();
        assert_eq!(delays, [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
        backoff.reset();
        assert_eq!(backoff.next_delay().as_millis(), 800);
        assert_eq!(backoff.attempts(), 1);
    }

    #[test]
    fn full_jitter_halves_the_delay() {
        let mut backoff = Backoff::with_entropy(BackoffPolicy::default(), Box::new(Fixed(u64::MAX)));
        let delay = backoff.next_delay();
        assert!(delay >= Duration::from_millis(400) && delay < Duration::from_millis(401));
    }

    proptest! {
        #[test]
        fn a_delay_stays_within_its_bounds(attempt in 0u32..u32::MAX, raw in any::<u64>(), factor in 0.0f64..10.0) {
            let policy = BackoffPolicy { factor, ..BackoffPolicy::default() };
            let ceiling = policy.ceiling(attempt);
            prop_assert!(ceiling >= policy.first && ceiling <= policy.max);
            let delay = jittered(ceiling, 0.5, &mut Fixed(raw));
            prop_assert!(delay <= ceiling && delay >= ceiling / 2 - Duration::from_nanos(1));
        }
    }
}
