//! Classic histograms: cumulative counts by upper bound, and quantiles between two scrapes.

/// Cumulative counts by upper bound, in the order of the bounds; series of the same bound are summed up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Buckets(Vec<(f64, f64)>);

impl Buckets {
    /// Adds the count of one series at `upper_bound`; neither may be NaN, or the sample is left out.
    pub fn add(&mut self, upper_bound: f64, count: f64) {
        if upper_bound.is_nan() || !count.is_finite() {
            return;
        }
        match self.0.binary_search_by(|(bound, _)| bound.total_cmp(&upper_bound)) {
            Ok(at) => self.0[at].1 += count,
            Err(at) => self.0.insert(at, (upper_bound, count)),
        }
    }

    /// True where nothing was added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was counted between `earlier` and now. A count that fell means that the server started anew, so that all it
    /// counted is new.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let restarted = self.0.iter().any(|&(bound, count)| earlier.at(bound) > count);
        let delta = |&(bound, count): &(f64, f64)| (bound, if restarted { count } else { count - earlier.at(bound) });
        Self(self.0.iter().map(delta).collect())
    }

    /// How much was counted in all.
    pub fn total(&self) -> f64 {
        self.0.last().map_or(0.0, |(_, count)| *count)
    }

    /// The `q` quantile (0 to 1), by linear interpolation within its bucket; `None` where nothing was counted or the
    /// histogram lacks its `+Inf` bucket. As `bucketQuantile` of Prometheus, promql/quantile.go.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let mut buckets = self.0.clone();
        if buckets.len() < 2 || buckets.last()?.0 != f64::INFINITY || !(0.0..=1.0).contains(&q) {
            return None;
        }
        ensure_monotonic(&mut buckets);
        let observations = buckets.last()?.1;
        if observations <= 0.0 {
            return None;
        }
        let mut rank = q * observations;
        let last = buckets.len() - 1;
        let b = buckets[..last].iter().position(|(_, count)| *count >= rank).unwrap_or(last);
        if b == last {
            return Some(buckets[last - 1].0);
        }
        if b == 0 && buckets[0].0 <= 0.0 {
            return Some(buckets[0].0);
        }
        let (end, mut count) = buckets[b];
        let mut start = 0.0;
        if b > 0 {
            let (below_bound, below_count) = buckets[b - 1];
            start = below_bound;
            count -= below_count;
            rank -= below_count;
        }
        Some(if count > 0.0 { start + (end - start) * (rank / count) } else { start })
    }

    fn at(&self, upper_bound: f64) -> f64 {
        let found = self.0.iter().find(|(bound, _)| bound.total_cmp(&upper_bound).is_eq());
        found.map_or(0.0, |(_, count)| *count)
    }
}

/// Buckets are read one after the other while the server counts, so a later one may lag behind.
fn ensure_monotonic(buckets: &mut [(f64, f64)]) {
    let mut highest = f64::NEG_INFINITY;
    for (_, count) in buckets {
        highest = highest.max(*count);
        *count = highest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    type Pairs = [(f64, f64)];

    fn buckets(pairs: &Pairs) -> Buckets {
        let mut buckets = Buckets::default();
        pairs.iter().for_each(|&(bound, count)| buckets.add(bound, count));
        buckets
    }

    #[test]
    fn quantiles_are_those_of_prometheus() {
        // testhistogram and testhistogram3 of promql/promqltest/testdata/histograms.test.
        let table: &[(&Pairs, f64, Option<f64>)] = &[
            (&[(0.1, 5.0), (0.2, 7.0), (1e0, 12.0), (INF, 12.0)], 0.5, Some(0.15)),
            (&[(0.1, 5.0), (0.2, 7.0), (1e0, 12.0), (INF, 12.0)], 0.0, Some(0.0)),
            (&[(0.1, 50.0), (INF, 100.0)], 0.8, Some(0.1)),
            (&[(0.1, 50.0), (INF, 100.0)], 0.25, Some(0.05)),
            (&[(-0.2, 1.0), (0.5, 4.0), (INF, 4.0)], 0.2, Some(-0.2)),
            (&[(1.0, 10.0), (2.0, 9.0), (INF, 20.0)], 0.5, Some(1.0)),
            (&[(0.1, 0.0), (INF, 0.0)], 0.5, None),
            (&[(0.1, 5.0), (0.2, 7.0)], 0.5, None),
            (&[(INF, 7.0)], 0.5, None),
            (&[], 0.5, None),
        ];
        for (pairs, q, expected) in table {
            let got = buckets(pairs).quantile(*q);
            let close = match (got, expected) {
                (Some(got), Some(expected)) => (got - expected).abs() < 1e-9,
                (got, expected) => got == *expected,
            };
            assert!(close, "{pairs:?} at {q} gave {got:?}, not {expected:?}");
        }
    }

    #[test]
    fn series_of_one_bound_are_summed_and_order_does_not_matter() {
        assert_eq!(buckets(&[(INF, 3.0), (0.1, 1.0), (0.1, 2.0)]), buckets(&[(0.1, 3.0), (INF, 3.0)]));
        assert_eq!(buckets(&[(0.1, f64::NAN), (f64::NAN, 1.0)]), Buckets::default());
    }

    #[test]
    fn the_difference_of_two_scrapes_survives_a_restart() {
        let before = buckets(&[(0.1, 10.0), (INF, 20.0)]);
        let after = buckets(&[(0.1, 15.0), (INF, 40.0)]);
        assert_eq!(after.since(&before), buckets(&[(0.1, 5.0), (INF, 20.0)]));
        let restarted = buckets(&[(0.1, 15.0), (INF, 18.0)]);
        assert_eq!(restarted.since(&before), restarted);
        let with_new_bound = buckets(&[(0.1, 15.0), (0.2, 16.0), (INF, 40.0)]);
        assert_eq!(with_new_bound.since(&before).total(), 20.0);
    }
}
