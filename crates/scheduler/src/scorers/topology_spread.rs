//! Fewer pods of the same app in the cluster's region (`podtopologyspread/scoring.go`, with clusters for
//! nodes and the region label for the topology key).

use super::Scored;
use crate::case::Case;
use model::fleet::{ClusterView, Fleet};
use model::rows::PodRow;
use std::collections::{BTreeMap, BTreeSet};

const REGION_LABELS: [&str; 2] = ["topology.kubernetes.io/region", "region"];

fn region(view: &ClusterView) -> Option<&str> {
    REGION_LABELS.into_iter().find_map(|label| view.labels.get(label))
}

pub(super) fn score(fleet: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    let Some(first) = cases.first() else { return Vec::new() };
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for cluster in &fleet.clusters {
        if let Some(region) = region(cluster) {
            *counts.entry(region).or_default() += same_app(cluster, first);
        }
    }
    let regions: Vec<Option<&str>> = cases.iter().map(|case| region(case.view)).collect();
    let size = regions.iter().flatten().collect::<BTreeSet<_>>().len() as u64;
    let raw: Vec<Option<i64>> = regions
        .iter()
        .map(|region| region.map(|region| raw(&[(counts.get(region).copied().unwrap_or(0), size, 1)])))
        .collect();
    spread(&raw)
}

fn same_app(cluster: &ClusterView, case: &Case<'_>) -> i64 {
    let Some(pods) = cluster.pods.known() else { return 0 };
    let same = pods.labelled(&case.ask.namespace, |labels| case.ask.selector.matches(labels));
    same.iter().filter(|pod| !PodRow::phase_of(pod).is_finished() && !PodRow::is_terminating(pod)).count() as i64
}

/// `round(Σ count · ln(size + 2) + (skew − 1))` over (count, size, skew).
fn raw(constraints: &[(i64, u64, i64)]) -> i64 {
    let sum: i128 = constraints
        .iter()
        .map(|(count, size, skew)| i128::from(*count) * ln(size + 2) + i128::from(skew - 1) * UNIT)
        .sum();
    ((sum + UNIT / 2) / UNIT) as i64
}

/// `100 · (max + min − raw) ÷ max`; clusters without a region get 0.
fn spread(raw: &[Option<i64>]) -> Vec<Scored> {
    let max = raw.iter().flatten().copied().max().unwrap_or(0);
    let min = raw.iter().flatten().copied().min().unwrap_or(0);
    raw.iter()
        .map(|own| match own {
            None => Scored { raw: 0, normalized: 0 },
            Some(own) if max == 0 => Scored { raw: *own, normalized: 100 },
            Some(own) => Scored { raw: *own, normalized: 100 * (max + min - own) / max },
        })
        .collect()
}

/// Logarithms are in units of 10⁻¹², so that they are the same on every machine.
const UNIT: i128 = 1_000_000_000_000;
const LN_2: i128 = 693_147_180_560;

/// The natural logarithm of a whole number of 1 or more.
fn ln(number: u64) -> i128 {
    let doublings = number.max(1).ilog2();
    // number = 2^doublings · m with m in 1..2, and ln m = 2 · atanh((m − 1) ÷ (m + 1))
    let power = 1_i128 << doublings;
    let ratio = (i128::from(number.max(1)) - power) * UNIT / (i128::from(number.max(1)) + power);
    let square = ratio * ratio / UNIT;
    let (mut term, mut sum) = (ratio, 0);
    for odd in (1..40).step_by(2) {
        sum += term / odd;
        term = term * square / UNIT;
    }
    i128::from(doublings) * LN_2 + 2 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    type Constraints<'a> = &'a [(i64, u64, i64)];

    fn normalized(rows: &[Option<Constraints<'_>>]) -> Vec<i64> {
        let raw: Vec<_> = rows.iter().map(|row| row.map(raw)).collect();
        spread(&raw).iter().map(|scored| scored.normalized).collect()
    }

    fn hosts(counts: &[i64], skew: i64) -> Vec<i64> {
        let rows: Vec<[(i64, u64, i64); 1]> =
            counts.iter().map(|count| [(*count, counts.len() as u64, skew)]).collect();
        normalized(&rows.iter().map(|row| Some(&row[..])).collect::<Vec<_>>())
    }

    /// `scoring_test.go`, TestPodTopologySpreadScore.
    #[test]
    fn follows_upstream() {
        assert_eq!(hosts(&[1, 1], 1), [100, 100], "S1");
        assert_eq!(hosts(&[2, 1, 0, 3], 1), [20, 60, 100, 0], "S2");
        assert_eq!(hosts(&[0, 0, 0, 0], 1), [100; 4], "S3");
        assert_eq!(hosts(&[2, 1, 0, 3], 2), [33, 66, 100, 16], "S4");
        assert_eq!(hosts(&[4, 3, 2, 1], 3), [44, 66, 77, 100], "S5");
        assert_eq!(hosts(&[4, 2, 1], 1), [33, 83, 100], "S6");
        let s7: [Option<&[_]>; 3] = [Some(&[(4, 2, 1)]), None, Some(&[(1, 2, 1)])];
        assert_eq!(normalized(&s7), [16, 0, 100], "S7");
        let s8: [Option<&[_]>; 3] = [Some(&[(6, 2, 1)]), Some(&[(6, 2, 1)]), Some(&[(4, 2, 1)])];
        assert_eq!(normalized(&s8), [75, 75, 100], "S8");
        assert_eq!(hosts(&[1, 2], 1), [100, 33], "S14");
        assert_eq!(hosts(&[0, 1], 1), [100, 0], "S15");
        assert_eq!(hosts(&[2, 2, 1], 2), [75, 75, 100], "S16");
        assert_eq!(hosts(&[2, 1, 0], 1), [0, 33, 100], "S17");
        assert_eq!(hosts(&[2, 1, 1], 1), [66, 100, 100], "S18");
    }

    #[test]
    fn regions_spread() {
        assert_eq!(hosts(&[3, 1], 1), [25, 100]);
        assert_eq!(hosts(&[3, 1, 0], 1), [0, 60, 100]);
        assert_eq!(hosts(&[0, 0], 1), [100, 100]);
    }

    #[test]
    fn logarithms_are_right() {
        for number in [1_u64, 2, 3, 4, 5, 7, 10, 102, 1_000_003] {
            let want = (number as f64).ln();
            assert!((ln(number) as f64 / UNIT as f64 - want).abs() < 1e-9, "{number}");
        }
    }
}
