//! The share of the fit that stays free once the replicas are placed.

use super::Scored;
use crate::case::Case;
use model::fleet::Fleet;

pub(super) fn score(_: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    cases.iter().map(|case| Scored::absolute(headroom(case.fit(), case.ask.replicas))).collect()
}

/// `100 · (fit − replicas) ÷ fit`, 0 where nothing stays.
pub(crate) fn headroom(fit: i64, replicas: i64) -> i64 {
    if fit <= replicas {
        return 0;
    }
    (i128::from(fit - replicas) * 100 / i128::from(fit)) as i64
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_free_share() {
        assert_eq!(super::headroom(40, 10), 75);
        assert_eq!(super::headroom(10, 10), 0);
        assert_eq!(super::headroom(0, 0), 0);
        assert_eq!(super::headroom(i64::MAX, 1), 99);
    }
}
