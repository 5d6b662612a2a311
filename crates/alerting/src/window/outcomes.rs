//! Successes ÷ decided, in a sliding window.

use std::collections::VecDeque;

/// Outcomes are kept in slices of this many of a window's length, so that memory does not grow with their number.
const SLICES: i64 = 60;

/// Counts good and bad outcomes of the last while.
#[derive(Clone, Debug)]
pub struct Outcomes {
    length_ms: i64,
    slices: VecDeque<Slice>,
}

#[derive(Clone, Copy, Debug)]
struct Slice {
    /// Start, a multiple of a slice's length.
    start_ms: i64,
    good: u64,
    bad: u64,
}

impl Outcomes {
    /// A window of `length_ms` milliseconds, exact to a sixtieth of it.
    pub fn new(length_ms: i64) -> Self {
        Self { length_ms: length_ms.max(SLICES), slices: VecDeque::new() }
    }

    fn slice_ms(&self) -> i64 {
        self.length_ms / SLICES
    }

    /// Takes one outcome, in about the order of time.
    pub fn record(&mut self, at_ms: i64, good: bool) {
        let start_ms = at_ms.div_euclid(self.slice_ms()) * self.slice_ms();
        let at = self.slices.partition_point(|slice| slice.start_ms < start_ms);
        if self.slices.get(at).is_none_or(|slice| slice.start_ms != start_ms) {
            self.slices.insert(at, Slice { start_ms, good: 0, bad: 0 });
        }
        if let Some(slice) = self.slices.get_mut(at) {
            if good { slice.good += 1 } else { slice.bad += 1 }
        }
    }

    /// Good ÷ all in the window that ends now; none where nothing was decided in it.
    pub fn ratio(&mut self, now_ms: i64) -> Option<f64> {
        let (good, bad) = self.counts(now_ms);
        (good + bad > 0).then(|| good as f64 / (good + bad) as f64)
    }

    /// Good and bad outcomes in the window that ends now.
    pub fn counts(&mut self, now_ms: i64) -> (u64, u64) {
        let (first, last) = (now_ms - self.length_ms, now_ms + self.length_ms);
        // What lies far in the future was recorded before the clock was set back.
        self.slices.retain(|slice| slice.start_ms > first && slice.start_ms <= last);
        self.slices.iter().fold((0, 0), |(good, bad), slice| (good + slice.good, bad + slice.bad))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ratio_is_that_of_the_window() {
        let mut window = Outcomes::new(600_000);
        assert_eq!(window.ratio(0), None, "nothing decided is not a failure");
        for (at, good) in [(0, true), (1000, true), (2000, false), (300_000, false)] {
            window.record(at, good);
        }
        let table =
            [(300_000, Some(0.5)), (599_999, Some(0.5)), (600_000, Some(0.0)), (899_999, Some(0.0)), (900_000, None)];
        for (now, expected) in table {
            assert_eq!(window.ratio(now), expected, "{now}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_leaves_no_ghosts() {
        let mut window = Outcomes::new(600_000);
        window.record(86_400_000, false);
        window.record(0, true);
        assert_eq!(window.ratio(0), Some(1.0));
    }

    proptest! {
        #[test]
        fn many_outcomes_take_little_room_and_agree_with_a_plain_count(
            outcomes in prop::collection::vec((0_i64..1_200, any::<bool>()), 0..200),
        ) {
            let mut outcomes: Vec<(i64, bool)> = outcomes.into_iter().map(|(s, good)| (s * 1000, good)).collect();
            outcomes.sort();
            let mut window = Outcomes::new(600_000);
            outcomes.iter().for_each(|(at, good)| window.record(*at, *good));
            let now = 1_200_000;
            let inside = |at: i64| at.div_euclid(10_000) * 10_000 > now - 600_000;
            let plain = |wanted| outcomes.iter().filter(|(at, good)| inside(*at) && *good == wanted).count() as u64;
            prop_assert_eq!(window.counts(now), (plain(true), plain(false)));
            prop_assert!(window.slices.len() <= 60);
        }
    }
}
