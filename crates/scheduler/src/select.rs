//! From scores to a ranking: total, then headroom, then a hash that the seed decides. Never chance, never
//! the order of a map.

use crate::case::Case;
use crate::decide::Context;
use crate::profile::Profile;
use crate::scorers::{SCORERS, Scored, headroom};
use model::fleet::Fleet;
use model::wire::schedule::{Ranked, Score};
use std::cmp::Reverse;

/// Scores the candidates; best first, each with its place in `candidates`.
pub(crate) fn rank(
    profile: &Profile,
    fleet: &Fleet,
    candidates: &[&Case<'_>],
    context: &Context,
) -> Vec<(usize, Ranked)> {
    let active: Vec<_> = SCORERS
        .iter()
        .map(|scorer| (scorer, profile.weight_of(scorer.name)))
        .filter(|(_, weight)| *weight > 0)
        .map(|(scorer, weight)| (scorer, weight, (scorer.score)(fleet, candidates)))
        .collect();
    let weights: i64 = active.iter().map(|(_, weight, _)| weight).sum();
    let mut ranking: Vec<_> = candidates
        .iter()
        .enumerate()
        .map(|(at, case)| {
            let own: Vec<(i64, Scored)> = active.iter().map(|(_, weight, scored)| (*weight, scored[at])).collect();
            let sum: i64 = own.iter().map(|(weight, scored)| weight * scored.normalized).sum();
            let tenths = contributions(&own, weights);
            let scores =
                active.iter().zip(&own).zip(&tenths).map(|(((scorer, weight, _), (_, scored)), tenths)| Score {
                    scorer: scorer.name.to_owned(),
                    raw: scored.raw,
                    normalized: scored.normalized,
                    weight: *weight,
                    contribution: *tenths as f64 / 10.0,
                    relative: scorer.relative,
                });
            let ranked = Ranked {
                cluster: case.view.name.to_string(),
                total: tenths.iter().sum::<i64>() as f64 / 10.0,
                fit: case.fit(),
                scores: scores.collect(),
            };
            let tie = fnv1a(context.seed, &[context.decision_id.as_str(), case.view.id.as_str()]);
            (Reverse(sum), Reverse(headroom(case.fit(), case.ask.replicas)), tie, case.view.id.clone(), at, ranked)
        })
        .collect();
    ranking.sort_by(|a, b| (&a.0, &a.1, &a.2, &a.3).cmp(&(&b.0, &b.1, &b.2, &b.3)));
    ranking.into_iter().map(|(_, _, _, _, at, ranked)| (at, ranked)).collect()
}

/// weight · normalised ÷ Σ weight in tenths, rounded so that they add up to the rounded total: what is
/// left over goes to the largest remainders.
fn contributions(scores: &[(i64, Scored)], weights: i64) -> Vec<i64> {
    if weights == 0 {
        return vec![0; scores.len()];
    }
    let exact: Vec<i64> = scores.iter().map(|(weight, scored)| weight * scored.normalized * 10).collect();
    let mut tenths: Vec<i64> = exact.iter().map(|part| part / weights).collect();
    let total = (exact.iter().sum::<i64>() + weights / 2) / weights;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by_key(|at| Reverse(exact[*at] % weights));
    let missing = (total - tenths.iter().sum::<i64>()).max(0) as usize;
    for at in order.into_iter().take(missing) {
        tenths[at] += 1;
    }
    tenths
}

/// FNV-1a, 64 bits, with the parts kept apart.
fn fnv1a(seed: u64, parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    for byte in seed.to_le_bytes().into_iter().chain(bytes) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_add_up_to_the_total() {
        let scored = |normalized| Scored { raw: normalized, normalized };
        let scores = [(1, scored(29)), (1, scored(75)), (1, scored(33))];
        assert_eq!(contributions(&scores, 3), [97, 250, 110]);
        assert_eq!(contributions(&[(2, scored(100)), (1, scored(100))], 3), [667, 333]);
        assert_eq!(contributions(&[], 0), Vec::<i64>::new());
    }

    #[test]
    fn the_seed_changes_ties_and_parts_stay_apart() {
        assert_ne!(fnv1a(1, &["a", "b"]), fnv1a(2, &["a", "b"]));
        assert_ne!(fnv1a(1, &["ab", "c"]), fnv1a(1, &["a", "bc"]));
    }
}
