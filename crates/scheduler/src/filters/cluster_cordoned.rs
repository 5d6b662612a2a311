//! Cordoned clusters, and those that may take nothing whatever their state.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if case.view.cordoned {
        return Finding::reject(Detail::new("Cordoned", "the cluster is cordoned", "uncordon the cluster"));
    }
    match &case.view.unschedulable {
        Some(reason) => Finding::reject(Detail::new("Unschedulable", reason.to_string(), "remove the cause")),
        None => Finding::PASS,
    }
}
