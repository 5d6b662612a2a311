//! The pod, with the defaults of the namespace, against its limit ranges.

use super::{Detail, Finding, unreadable};
use crate::case::Case;
use crate::effective::violations;
use model::wire::schedule::Verdict;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let Some(ranges) = case.prepared.limit_ranges.known() else {
        return unreadable(&case.prepared.limit_ranges, ("limit ranges", "LimitRange")).unwrap_or(Finding::PASS);
    };
    if ranges.is_empty() {
        return Finding::NOT_APPLICABLE;
    }
    let details: Vec<_> = ranges
        .iter()
        .flat_map(|range| violations(&case.prepared.pod, range).into_iter().map(move |message| (range, message)))
        .map(|(range, message)| Detail {
            objects: vec![format!("{}/{}", case.ask.namespace, range.meta.name)],
            ..Detail::new(
                "LimitRangeViolated",
                message,
                (
                    "change the containers' requests and limits, or the limit range",
                    "修改容器的 requests 与 limits，或调整 LimitRange",
                ),
            )
        })
        .collect();
    if details.is_empty() { Finding::PASS } else { Finding { verdict: Verdict::Reject, details } }
}
