//! The last while of a figure, in even steps, for a small chart.

use std::collections::VecDeque;

/// Means of even steps.
#[derive(Clone, Debug)]
pub struct Recent {
    step_ms: i64,
    steps: usize,
    /// Number of the step since the epoch, sum and count of its values.
    kept: VecDeque<(i64, f64, u32)>,
}

impl Recent {
    /// The last `steps` steps of `step_ms` milliseconds each.
    pub fn new(step_ms: i64, steps: usize) -> Self {
        Self { step_ms: step_ms.max(1), steps, kept: VecDeque::new() }
    }

    /// Takes one value. What could not be measured leaves a gap.
    pub fn record(&mut self, at_ms: i64, value: Option<f64>) {
        let step = at_ms.div_euclid(self.step_ms);
        if self.kept.back().is_some_and(|(last, ..)| *last > step) {
            self.kept.clear();
        }
        if self.kept.back().is_none_or(|(last, ..)| *last < step) {
            if self.kept.len() == self.steps {
                self.kept.pop_front();
            }
            self.kept.push_back((step, 0.0, 0));
        }
        if let (Some(value), Some((_, sum, count))) = (value.filter(|value| value.is_finite()), self.kept.back_mut()) {
            *sum += value;
            *count += 1;
        }
    }

    /// The mean of every step up to now, oldest first; none where nothing is known. Steps before the first value are
    /// left out.
    pub fn means(&self, now_ms: i64) -> Vec<Option<f64>> {
        let last = now_ms.div_euclid(self.step_ms);
        let earliest = last - self.steps as i64 + 1;
        let Some(first) = self.kept.iter().map(|(step, ..)| *step).find(|step| *step >= earliest) else {
            return Vec::new();
        };
        let mean = |step| {
            let found = self.kept.iter().find(|(kept, ..)| *kept == step);
            found.filter(|(_, _, count)| *count > 0).map(|(_, sum, count)| sum / f64::from(*count))
        };
        (first..=last).map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_even_and_gaps_stay_gaps() {
        let mut recent = Recent::new(30_000, 4);
        assert_eq!(recent.means(0), []);
        for (second, value) in [(0, Some(1.0)), (5, Some(0.0)), (31, None), (95, Some(0.25)), (99, Some(f64::NAN))] {
            recent.record(second * 1000, value);
        }
        assert_eq!(recent.means(100_000), [Some(0.5), None, None, Some(0.25)]);
        assert_eq!(recent.means(130_000), [None, None, Some(0.25), None]);
        assert_eq!(recent.means(400_000), []);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let mut recent = Recent::new(30_000, 4);
        recent.record(900_000, Some(1.0));
        recent.record(0, Some(0.5));
        assert_eq!(recent.means(0), [Some(0.5)]);
    }
}
