//! A decision on old data is a guess: past the hard limit a cluster is out.

use super::{Detail, Finding, WAIT_FOR_SYNC};
use crate::case::Case;
use model::kinds::MirroredKind;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let limit = case.ask.max_staleness_ms.unwrap_or(case.profile.hard_staleness_ms);
    let ages: Vec<(MirroredKind, Option<i64>)> = case
        .kinds_read()
        .map(|kind| (kind, case.view.evidence.get(&kind).and_then(|evidence| evidence.at_ms)))
        .map(|(kind, at)| (kind, at.map(|at| (case.context.now_ms - at).max(0))))
        .collect();
    let silent: Vec<_> = ages.iter().filter(|(_, age)| age.is_none()).map(|(kind, _)| kind.spec().plural).collect();
    if !silent.is_empty() {
        return Finding::unknown(Detail {
            objects: silent.iter().map(|plural| (*plural).to_owned()).collect(),
            ..Detail::new(
                "NeverSynced",
                (format!("no sign yet of {}", silent.join(", ")), format!("尚未收到 {}", silent.join(", "))),
                WAIT_FOR_SYNC,
            )
        });
    }
    let stale: Vec<_> =
        ages.iter().filter_map(|(kind, age)| age.filter(|age| *age > limit).map(|age| (kind, age))).collect();
    let Some(oldest) = stale.iter().map(|(_, age)| *age).max() else { return Finding::PASS };
    let plurals: Vec<_> = stale.iter().map(|(kind, _)| kind.spec().plural.to_owned()).collect();
    let (all, limit, oldest) = (plurals.join(", "), seconds(limit), seconds(oldest));
    let message = (
        format!("{all} were last confirmed {oldest} ago, more than {limit}"),
        format!("{all} 上次确认于 {oldest} 前，超过 {limit}"),
    );
    let remedy =
        ("wait until the cluster is synced, or allow a larger maxStaleness", "等待该集群完成同步，或调大 maxStaleness");
    Finding::reject(Detail {
        need: Some(limit),
        have: Some(oldest),
        objects: plurals,
        ..Detail::new("Stale", message, remedy)
    })
}

/// `10.1s`
fn seconds(ms: i64) -> String {
    match (ms / 1000, ms % 1000 / 100) {
        (whole, 0) => format!("{whole}s"),
        (whole, tenths) => format!("{whole}.{tenths}s"),
    }
}
