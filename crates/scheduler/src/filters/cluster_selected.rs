//! The request names clusters, or selects them by label.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let (selection, view) = (&case.ask.clusters, case.view);
    if !selection.names.is_empty() && !selection.names.iter().any(|name| *name == *view.name) {
        return Finding::reject(Detail::new(
            "NotNamed",
            "the request names other clusters",
            "add it to clusters.names",
        ));
    }
    match &selection.selector {
        Some(selector) if !selector.matches(&view.labels) => Finding::reject(Detail::new(
            "SelectorMismatch",
            format!("its labels do not match {selector}"),
            "change the cluster's labels or the selector",
        )),
        _ => Finding::PASS,
    }
}
