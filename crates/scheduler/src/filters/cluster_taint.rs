//! Taints of the cluster against the tolerations of the request.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if case.view.taints.is_empty() {
        return Finding::NOT_APPLICABLE;
    }
    let Some(first) = case.first_untolerated() else { return Finding::PASS };
    let objects: Vec<_> = case.untolerated_hard().map(ToString::to_string).take(5).collect();
    Finding::reject(Detail {
        objects,
        ..Detail::new(
            "UntoleratedTaint",
            (
                format!("the cluster had untolerated taint {{{}: {}}}", first.key, first.value),
                format!("集群带有未被容忍的污点 {{{}: {}}}", first.key, first.value),
            ),
            (
                format!("tolerate {} in the request, or remove the taint", first.key),
                format!("在请求中容忍 {}，或移除该污点", first.key),
            ),
        )
    })
}
