//! Fresh data scores 100 up to the soft limit, then falls to 0 at the hard one.

use super::Scored;
use crate::case::Case;
use model::fleet::Fleet;

pub(super) fn score(_: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    cases
        .iter()
        .map(|case| {
            let hard = case.ask.max_staleness_ms.unwrap_or(case.profile.hard_staleness_ms);
            case.staleness_ms().map_or(0, |age| freshness(age, case.profile.soft_staleness_ms, hard))
        })
        .map(Scored::absolute)
        .collect()
}

fn freshness(age: i64, soft: i64, hard: i64) -> i64 {
    if age <= soft {
        100
    } else if age >= hard {
        0
    } else {
        (i128::from(hard - age) * 100 / i128::from(hard - soft)) as i64
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn falls_between_the_limits() {
        for (age, want) in [(0, 100), (5_000, 100), (6_000, 80), (7_500, 50), (9_000, 20), (10_000, 0), (10_100, 0)] {
            assert_eq!(super::freshness(age, 5_000, 10_000), want, "{age}");
        }
        assert_eq!(super::freshness(3_000, 5_000, 2_000), 100);
    }
}
