//! The windows behind one cluster's SLIs.

use alerting::window::{CounterWindow, Outcomes, Recent};
use kubeapi::metrics::Buckets;
use model::wire::alerting::{Sli, SliNow};
use std::collections::VecDeque;

const MINUTE_MS: i64 = 60_000;
/// Requests of this long make up the latency.
const LATENCY_MS: i64 = 5 * MINUTE_MS;
/// A source that was last read longer ago than this says nothing of now.
const STALE_MS: i64 = 150_000;
/// Small charts show 15 minutes in these steps.
const RECENT_STEP_MS: i64 = 30_000;
const RECENT_STEPS: usize = 30;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    NoSource,
    NotAllowed,
    NoData,
}

impl Missing {
    fn words(self) -> &'static str {
        match self {
            Missing::NoSource => "no source",
            Missing::NotAllowed => "not allowed",
            Missing::NoData => "no data",
        }
    }
}

pub(super) type Measured = Result<f64, Missing>;

/// What is known of one cluster.
pub(super) struct Figures {
    pub starts: Outcomes,
    pub latency: Latency,
    pub etcd: Etcd,
    now: [Measured; 4],
    recent: [Recent; 4],
    kept_at_ms: Option<i64>,
    kept: [bool; 4],
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            starts: Outcomes::new(10 * MINUTE_MS),
            latency: Latency::default(),
            etcd: Etcd::default(),
            now: [Err(Missing::NoData); 4],
            recent: [(); 4].map(|()| Recent::new(RECENT_STEP_MS, RECENT_STEPS)),
            kept_at_ms: None,
            kept: [false; 4],
        }
    }
}

impl Figures {
    /// Takes the value of every SLI, in the order of [`Sli::ALL`].
    pub fn sample(&mut self, now_ms: i64, values: [Measured; 4]) {
        self.now = values;
        for (recent, value) in self.recent.iter_mut().zip(values) {
            recent.record(now_ms, value.ok());
        }
    }

    pub fn measured(&self) -> impl Iterator<Item = (Sli, Measured)> {
        Sli::ALL.into_iter().zip(self.now)
    }

    /// What is to be kept of the last sample, at most once in `every_ms`: values, and the first gap after one.
    pub fn due(&mut self, now_ms: i64, every_ms: i64) -> Vec<(Sli, Option<f64>)> {
        // Set back clocks keep too, rather than wait for the time to come again.
        if self.kept_at_ms.is_some_and(|at| (0..every_ms).contains(&(now_ms - at))) {
            return Vec::new();
        }
        self.kept_at_ms = Some(now_ms);
        let before = std::mem::replace(&mut self.kept, self.now.map(|value| value.is_ok()));
        let kept = self.measured().zip(before).filter(|((_, value), before)| value.is_ok() || *before);
        kept.map(|((sli, value), _)| (sli, value.ok())).collect()
    }

    pub fn told(&self, now_ms: i64) -> Vec<SliNow> {
        let now = self.measured().zip(&self.recent);
        now.map(|((sli, value), recent)| SliNow {
            sli,
            value: value.ok(),
            missing: value.err().map(|missing| missing.words().to_string()),
            recent: recent.means(now_ms),
        })
        .collect()
    }
}

/// The API server's histogram over the last minutes.
#[derive(Default)]
pub(super) struct Latency {
    scrapes: VecDeque<(i64, Buckets)>,
    not_allowed: bool,
}

impl Latency {
    pub fn record(&mut self, at_ms: i64, buckets: Buckets) {
        self.not_allowed = false;
        if self.scrapes.back().is_some_and(|(last, _)| *last >= at_ms) {
            self.scrapes.clear();
        }
        self.scrapes.push_back((at_ms, buckets));
        while self.scrapes.get(1).is_some_and(|(at, _)| *at <= at_ms - LATENCY_MS) {
            self.scrapes.pop_front();
        }
    }

    pub fn refused(&mut self) {
        self.not_allowed = true;
    }

    /// Seconds that 95 % of the requests took at most; none where nobody asked anything.
    pub fn p95(&self, now_ms: i64) -> Measured {
        if self.not_allowed {
            return Err(Missing::NotAllowed);
        }
        let (Some((_, first)), Some((at, last))) = (self.scrapes.front(), self.scrapes.back()) else {
            return Err(Missing::NoData);
        };
        if now_ms - at > STALE_MS || self.scrapes.len() < 2 {
            return Err(Missing::NoData);
        }
        last.since(first).quantile(0.95).filter(|value| value.is_finite()).ok_or(Missing::NoData)
    }
}

/// The leader changes that a source of etcd's metrics counts.
pub(super) struct Etcd {
    window: CounterWindow,
    read_at_ms: Option<i64>,
    pub has_source: bool,
}

impl Default for Etcd {
    fn default() -> Self {
        Self { window: CounterWindow::new(60 * MINUTE_MS), read_at_ms: None, has_source: false }
    }
}

impl Etcd {
    pub fn record(&mut self, at_ms: i64, count: u64) {
        self.read_at_ms = Some(at_ms);
        self.window.record(at_ms, count);
    }

    pub fn per_hour(&mut self, now_ms: i64) -> Measured {
        if !self.has_source {
            return Err(Missing::NoSource);
        }
        if self.read_at_ms.is_none_or(|at| now_ms - at > STALE_MS) {
            return Err(Missing::NoData);
        }
        self.window.increase(now_ms).map(|changes| changes as f64).ok_or(Missing::NoData)
    }

    /// As the source counts them.
    pub fn total(&self) -> Option<f64> {
        self.window.last().filter(|_| self.has_source).map(|count| count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(fast: f64, slow: f64) -> Buckets {
        let mut buckets = Buckets::default();
        for (bound, count) in [(0.1, fast), (1.0, fast + slow), (f64::INFINITY, fast + slow)] {
            buckets.add(bound, count);
        }
        buckets
    }

    #[test]
    fn latency_is_that_of_the_last_minutes_and_not_of_the_servers_life() {
        let mut latency = Latency::default();
        assert_eq!(latency.p95(0), Err(Missing::NoData));
        latency.record(0, buckets(0.0, 1000.0));
        assert_eq!(latency.p95(0), Err(Missing::NoData), "one scrape says nothing of now");
        latency.record(15_000, buckets(100.0, 1000.0));
        assert_eq!(latency.p95(15_000), Ok(0.095));
        latency.record(30_000, buckets(100.0, 1100.0));
        assert!(latency.p95(30_000).unwrap() > 0.5);
        assert_eq!(latency.p95(190_000), Err(Missing::NoData), "an old scrape says nothing of now");
        for at in 3..40 {
            latency.record(at * 15_000, buckets(100.0 * at as f64, 1100.0));
        }
        assert_eq!(latency.p95(39 * 15_000), Ok(0.095), "what is older than the window is forgotten");
        latency.refused();
        assert_eq!(latency.p95(39 * 15_000), Err(Missing::NotAllowed));
    }

    #[test]
    fn leader_changes_need_a_source_that_answers() {
        let mut etcd = Etcd::default();
        assert_eq!((etcd.per_hour(0), etcd.total()), (Err(Missing::NoSource), None));
        etcd.has_source = true;
        etcd.record(0, 7);
        etcd.record(30_000, 9);
        assert_eq!((etcd.per_hour(30_000), etcd.total()), (Ok(2.0), Some(9.0)));
        assert_eq!(etcd.per_hour(200_000), Err(Missing::NoData));
    }

    #[test]
    fn gaps_are_kept_once() {
        let mut figures = Figures::default();
        let gap = [Err(Missing::NoData); 4];
        let known = [Ok(1.0), Err(Missing::NoData), Err(Missing::NoData), Err(Missing::NoSource)];
        figures.sample(0, known);
        assert_eq!(figures.due(0, 15_000), [(Sli::NodeReadyRatio, Some(1.0))]);
        figures.sample(5000, gap);
        assert_eq!(figures.due(5000, 15_000), []);
        assert_eq!(figures.due(15_000, 15_000), [(Sli::NodeReadyRatio, None)]);
        assert_eq!(figures.due(30_000, 15_000), []);
        let told = figures.told(30_000);
        assert_eq!((told[0].value, told[0].missing.as_deref()), (None, Some("no data")));
    }
}
