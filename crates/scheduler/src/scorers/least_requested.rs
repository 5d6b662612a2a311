//! How much stays free over the nodes that may carry the pod, after placing (`least_allocated.go`).

use super::Scored;
use crate::capacity::Amounts;
use crate::case::Case;
use model::fleet::Fleet;
use model::k8s::resources::Resources;

pub(super) fn score(_: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    cases.iter().map(|case| Scored::absolute(of(case))).collect()
}

fn of(case: &Case<'_>) -> i64 {
    let Some(scan) = &case.scan else { return 0 };
    let pod = &case.prepared.pod;
    let after = after(&scan.totals.requested_non_zero, &pod.non_zero, &pod.requests, case);
    let offered = &scan.totals.allocatable;
    let pairs = [(after.cpu_milli, offered.cpu_milli), (after.memory, offered.memory)];
    let extended = after.extended.iter().copied().zip(offered.extended.iter().copied());
    let pairs: Vec<_> = pairs.into_iter().chain(extended).map(|(used, cap)| (used, cap, 1)).collect();
    least_allocated(&pairs)
}

/// What is requested once the replicas and all reservations are placed.
pub(super) fn after(before: &Amounts, replica: &Resources, columns: &Resources, case: &Case<'_>) -> Amounts {
    let (replicas, held) = (i128::from(case.ask.replicas), case.reserved());
    let extended = before.extended.iter().zip(columns.extended.iter());
    Amounts {
        cpu_milli: before.cpu_milli + i128::from(held.cpu_milli) + i128::from(replica.cpu_milli) * replicas,
        memory: before.memory + i128::from(held.memory) + i128::from(replica.memory) * replicas,
        extended: extended
            .map(|(used, (name, amount))| used + i128::from(held.get(name)) + i128::from(*amount) * replicas)
            .collect(),
    }
}

/// `Σ weight · (cap − used) · 100 ÷ cap ÷ Σ weight` over (used, cap, weight); what a node does not have is left out.
fn least_allocated(resources: &[(i128, i128, i128)]) -> i64 {
    let (mut sum, mut weights) = (0, 0);
    for (used, cap, weight) in resources.iter().filter(|(_, cap, _)| *cap > 0) {
        if used <= cap {
            sum += weight * ((cap - used) * 100 / cap);
        }
        weights += weight;
    }
    if weights == 0 { 0 } else { (sum / weights) as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `least_allocated_test.go`, TestLeastAllocatedScoringStrategy.
    #[test]
    fn follows_upstream() {
        type Row = (&'static str, &'static [(i128, i128, i128)], i64);
        let rows: &[Row] = &[
            ("A", &[(0, 4000, 1), (0, 10000, 1)], 100),
            ("B1", &[(3000, 4000, 1), (5000, 10000, 1)], 37),
            ("B2", &[(3000, 6000, 1), (5000, 10000, 1)], 50),
            ("C1", &[(6000, 10000, 1), (0, 20000, 1)], 70),
            ("C2", &[(6000, 10000, 1), (5000, 20000, 1)], 57),
            ("D2", &[(6000, 10000, 1), (10000, 20000, 1)], 45),
            ("E2", &[(6000, 10000, 1), (10000, 50000, 1)], 60),
            ("F1", &[(6000, 4000, 1), (0, 10000, 1)], 50),
            ("F2", &[(6000, 4000, 1), (5000, 10000, 1)], 25),
            ("G", &[(0, 0, 1), (0, 0, 1)], 0),
            ("H1", &[(3000, 4000, 1), (5000, 10000, 2)], 41),
            ("J1", &[(3000, 6000, 1), (5000, 10000, 1), (2, 4, 1)], 50),
            ("J2", &[(3000, 6000, 1), (5000, 10000, 1), (2, 10, 1)], 60),
            ("cluster A", &[(124_000, 160_000, 1), (408, 640, 1)], 29),
            ("cluster B", &[(44_000, 100_000, 1), (208, 400, 1)], 52),
        ];
        for (row, resources, want) in rows {
            assert_eq!(least_allocated(resources), *want, "{row}");
        }
    }

    #[test]
    fn cluster_sums_do_not_overflow() {
        let memory = 100_000 * (2_i128 << 40);
        assert_eq!(least_allocated(&[(memory / 2, memory, 1)]), 50);
    }
}
