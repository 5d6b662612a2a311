//! Cluster weights: as a score, or as a share that placements converge to (Webster, over past placements).

use super::Scored;
use crate::ask::WeightMode;
use crate::case::Case;
use model::fleet::Fleet;

pub(super) fn score(_: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    let placed = |case: &Case<'_>| match case.ask.weight_mode {
        WeightMode::Score => 0,
        WeightMode::Share => case.context.placements.get(&case.view.id).copied().unwrap_or(0),
    };
    let entries: Vec<(u32, u64)> = cases.iter().map(|case| (case.weight, placed(case))).collect();
    quotients(&entries)
        .into_iter()
        .zip(&entries)
        .map(|(normalized, (weight, _))| Scored { raw: i64::from(*weight), normalized })
        .collect()
}

/// `weight ÷ (2 · placed + 1)` against the largest of these, in hundredths, by whole fractions.
fn quotients(entries: &[(u32, u64)]) -> Vec<i64> {
    let seats = |placed: u64| 2 * i128::from(placed) + 1;
    let best = entries.iter().copied().reduce(|best, next| {
        let larger = i128::from(next.0) * seats(best.1) > i128::from(best.0) * seats(next.1);
        if larger { next } else { best }
    });
    let Some((weight, placed)) = best.filter(|(weight, _)| *weight > 0) else { return vec![0; entries.len()] };
    let of = |own: &(u32, u64)| i128::from(own.0) * seats(placed) * 100 / (i128::from(weight) * seats(own.1));
    // Of equal quotients the one with fewer placements comes first, as in Webster's method.
    let level = entries.iter().filter(|own| of(own) == 100).map(|(_, placed)| *placed).min().unwrap_or(0);
    entries.iter().map(|own| if of(own) == 100 && own.1 > level { 99 } else { of(own) as i64 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(weights: &[u32], rounds: usize) -> String {
        let mut entries: Vec<_> = weights.iter().map(|weight| (*weight, 0_u64)).collect();
        let mut picks = String::new();
        for _ in 0..rounds {
            let scores = quotients(&entries);
            // the highest, the first of equals
            let (at, _) = scores.iter().enumerate().rev().max_by_key(|(_, score)| **score).unwrap();
            entries[at].1 += 1;
            picks.push(char::from(b'A' + at as u8));
        }
        picks
    }

    #[test]
    fn as_a_score_the_heavier_wins_every_time() {
        assert_eq!(quotients(&[(2, 0), (1, 0)]), [100, 50]);
        assert_eq!(quotients(&[(0, 0)]), [0]);
    }

    #[test]
    fn as_a_share_placements_converge() {
        assert_eq!(shares(&[2, 1], 9), "ABAABAABA");
        assert_eq!(shares(&[3, 2, 1], 12), "ABCABAABCABA");
    }
}
