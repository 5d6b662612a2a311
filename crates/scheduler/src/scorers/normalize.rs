//! The default normaliser (`plugins/helper/normalize_score.go`).

/// Scales to 0..100 by the largest; reversed, the smallest raw score is best.
pub(crate) fn by_max(raw: &[i64], reverse: bool) -> Vec<i64> {
    let max = raw.iter().copied().max().unwrap_or(0);
    if max == 0 {
        return raw.iter().map(|score| if reverse { 100 } else { *score }).collect();
    }
    raw.iter()
        .map(|score| (i128::from(*score) * 100 / i128::from(max)) as i64)
        .map(|score| if reverse { 100 - score } else { score })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_upstream() {
        let rows: &[(&[i64], &[i64])] = &[
            (&[1, 2, 3, 4], &[25, 50, 75, 100]),
            (&[1000, 10, 20, 30], &[100, 1, 2, 3]),
            (&[1, 1, 1, 1], &[100, 100, 100, 100]),
            (&[1000, 1, 1, 1], &[100, 0, 0, 0]),
            (&[2, 11, 4], &[18, 100, 36]),
            (&[2, 3, 5], &[40, 60, 100]),
            (&[2, 0, 0], &[100, 0, 0]),
            (&[0, 0, 0], &[0, 0, 0]),
        ];
        for (raw, want) in rows {
            assert_eq!(by_max(raw, false), *want, "{raw:?}");
        }
        assert_eq!(by_max(&[1, 2, 3, 4], true), [75, 50, 25, 0]);
        assert_eq!(by_max(&[1000, 10, 20, 30], true), [0, 99, 98, 97]);
        assert_eq!(by_max(&[0, 1, 1, 1], true), [100, 0, 0, 0]);
        assert_eq!(by_max(&[0, 0], true), [100, 100]);
    }

    /// `taint_toleration_test.go`, TestTaintTolerationScore: counts of untolerated soft taints.
    #[test]
    fn soft_taints_reversed() {
        assert_eq!(by_max(&[0, 1], true), [100, 0]);
        assert_eq!(by_max(&[0, 0, 0], true), [100, 100, 100]);
        assert_eq!(by_max(&[0, 1, 2], true), [100, 50, 0]);
        assert_eq!(by_max(&[0, 0, 2], true), [100, 100, 0]);
    }
}
