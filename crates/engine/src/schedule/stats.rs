//! What `/metrics` tells of scheduling.

use crate::Engine;
use model::wire::schedule::{Outcome, Phase};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds in seconds of the histogram of decision times.
pub const BUCKETS: [f64; 10] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0];

/// Counters since the server started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScheduleStats {
    /// Decisions by outcome.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Finished placements by final phase.
    pub finished: BTreeMap<&'static str, u64>,
    /// How many decisions took at most each of [`BUCKETS`].
    pub buckets: [u64; BUCKETS.len()],
    pub count: u64,
    pub sum_seconds: f64,
}

/// The counters behind a lock that is held for some additions only.
#[derive(Default)]
pub(crate) struct StatsCell(Mutex<ScheduleStats>);

impl StatsCell {
    fn change(&self, with: impl FnOnce(&mut ScheduleStats)) {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Engine {
    pub fn schedule_stats(&self) -> ScheduleStats {
        self.stats().0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count_attempt(&self, outcome: Outcome) {
        self.stats().change(|stats| *stats.decisions.entry(outcome.as_str()).or_default() += 1);
    }

    pub(super) fn count_end(&self, phase: Phase) {
        self.stats().change(|stats| *stats.finished.entry(phase.as_str()).or_default() += 1);
    }

    pub(super) fn observe_decision(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        self.stats().change(|stats| {
            stats.count += 1;
            stats.sum_seconds += seconds;
            for (bound, count) in BUCKETS.iter().zip(stats.buckets.iter_mut()) {
                *count += u64::from(seconds <= *bound);
            }
        });
    }
}
