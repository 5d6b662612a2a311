//! The increase of a counter in a sliding window.

use std::collections::VecDeque;

/// The most readings kept; older ones go first.
const KEPT: usize = 1024;

/// Readings of a counter that begins at 0 whenever its process does.
#[derive(Clone, Debug)]
pub struct CounterWindow {
    length_ms: i64,
    /// Time and count; the first may lie before the window.
    readings: VecDeque<(i64, u64)>,
}

impl CounterWindow {
    /// A window of `length_ms` milliseconds.
    pub fn new(length_ms: i64) -> Self {
        Self { length_ms, readings: VecDeque::new() }
    }

    /// Takes one reading. One that is not later than the last, as after the clock was set back, begins anew.
    pub fn record(&mut self, at_ms: i64, count: u64) {
        if self.readings.back().is_some_and(|(last, _)| *last >= at_ms) {
            self.readings.clear();
        }
        if self.readings.len() == KEPT {
            self.readings.pop_front();
        }
        self.readings.push_back((at_ms, count));
    }

    /// By how much the counter grew in the window that ends now, as far as was seen: none before two readings, or once
    /// the last reading is older than the window. A count that fell was set back to 0 in between, so that all of it is
    /// new; as `increase` of Prometheus (promql/functions.go) without its extrapolation.
    pub fn increase(&mut self, now_ms: i64) -> Option<u64> {
        let first = now_ms - self.length_ms;
        // One reading before the window stays: what grew since it grew within, for all that is known.
        while self.readings.get(1).is_some_and(|(at, _)| *at <= first) {
            self.readings.pop_front();
        }
        if self.readings.len() < 2 || self.readings.back().is_some_and(|(at, _)| *at <= first) {
            return None;
        }
        let pairs = self.readings.iter().zip(self.readings.iter().skip(1));
        Some(pairs.map(|((_, before), (_, after))| after.checked_sub(*before).unwrap_or(*after)).sum())
    }

    /// The last reading.
    pub fn last(&self) -> Option<u64> {
        self.readings.back().map(|(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn window(readings: &[(i64, u64)]) -> CounterWindow {
        let mut window = CounterWindow::new(HOUR);
        for (minute, count) in readings {
            window.record(minute * 60_000, *count);
        }
        window
    }

    #[test]
    fn the_increase_is_that_of_the_window_over_resets() {
        type Case = (&'static str, &'static [(i64, u64)], i64, Option<u64>);
        let table: [Case; 9] = [
            ("nothing", &[], 0, None),
            ("one reading says nothing", &[(0, 7)], 0, None),
            ("no change", &[(0, 7), (1, 7)], 1, Some(0)),
            ("growth", &[(0, 7), (1, 8), (2, 10)], 2, Some(3)),
            ("a restart", &[(0, 7), (1, 9), (2, 1), (3, 2)], 3, Some(4)),
            ("older growth is forgotten", &[(0, 1), (30, 5), (61, 5), (92, 6)], 92, Some(1)),
            ("growth since the last reading before the window counts", &[(0, 1), (70, 4)], 70, Some(3)),
            ("the source is gone", &[(0, 1), (1, 2)], 62, None),
            ("the clock was set back", &[(100, 1), (101, 9), (5, 9), (6, 10)], 6, Some(1)),
        ];
        for (name, readings, minute, expected) in table {
            assert_eq!(window(readings).increase(minute * 60_000), expected, "{name}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut window = CounterWindow::new(HOUR);
        (0..5000).for_each(|second| window.record(second, 1));
        assert_eq!((window.readings.len(), window.last()), (KEPT, Some(1)));
    }
}
