//! Whether placing makes the use of resources more even (`balanced_allocation.go`, the delta of 2025): 75
//! where nothing changes, 100 from worst to perfect, 50 from perfect to worst.

use super::{Scored, least_requested::after};
use crate::capacity::Amounts;
use crate::case::Case;
use model::fleet::Fleet;

/// Fractions are whole millionths.
const ONE: i128 = 1_000_000;

pub(super) fn score(_: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    cases.iter().map(|case| Scored::absolute(of(case))).collect()
}

fn of(case: &Case<'_>) -> i64 {
    let Some(scan) = &case.scan else { return 0 };
    let requests = &case.prepared.pod.requests;
    let (offered, before) = (&scan.totals.allocatable, &scan.totals.requested);
    let after = after(before, requests, requests, case);
    delta(evenness(&pairs(before, offered)), evenness(&pairs(&after, offered)))
}

fn pairs(used: &Amounts, offered: &Amounts) -> Vec<(i128, i128)> {
    let extended = used.extended.iter().copied().zip(offered.extended.iter().copied());
    [(used.cpu_milli, offered.cpu_milli), (used.memory, offered.memory)].into_iter().chain(extended).collect()
}

fn delta(before: i64, after: i64) -> i64 {
    50 + (50 + after - before) / 2
}

/// `100 · (1 − σ)` over the used fractions of (used, cap), σ their population standard deviation.
fn evenness(resources: &[(i128, i128)]) -> i64 {
    let fractions: Vec<i128> = resources
        .iter()
        .filter(|(_, cap)| *cap > 0)
        .map(|(used, cap)| (used.saturating_mul(ONE) / cap).clamp(0, ONE))
        .collect();
    let deviation = match fractions.as_slice() {
        [] | [_] => 0,
        [one, other] => (one - other).abs() / 2,
        many => {
            let count = many.len() as i128;
            let mean = many.iter().sum::<i128>() / count;
            (many.iter().map(|fraction| (fraction - mean) * (fraction - mean)).sum::<i128>() / count).isqrt()
        }
    };
    ((ONE - deviation) * 100 / ONE) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `balanced_allocation_test.go`, the second generation, which the delta builds on.
    #[test]
    fn evenness_follows_upstream() {
        type Row = (&'static str, &'static [(i128, i128)], i64);
        let rows: &[Row] = &[
            ("B1", &[(3000, 4000), (5000, 10000)], 87),
            ("B1'", &[(3000, 6000), (5000, 10000)], 100),
            ("B2", &[(6000, 10000), (5000, 20000)], 82),
            ("B2'", &[(6000, 10000), (10000, 20000)], 95),
            ("B3'", &[(6000, 10000), (10000, 50000)], 80),
            ("B4", &[(6000, 6000), (0, 10000)], 50),
            ("B4'", &[(6000, 6000), (5000, 10000)], 75),
            ("B7", &[(3000, 3500), (0, 40000), (1, 8)], 62),
            ("nothing", &[(0, 0)], 100),
        ];
        for (row, resources, want) in rows {
            assert_eq!(evenness(resources), *want, "{row}");
        }
    }

    #[test]
    fn only_change_counts() {
        assert_eq!(delta(87, 87), 75);
        assert_eq!(delta(100, 50), 50);
        assert_eq!(delta(50, 100), 100);
    }
}
