//! Cordoned clusters, and those that may take nothing whatever their state.

use super::{Detail, Finding};
use crate::case::Case;
use crate::text::Text;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if case.view.cordoned {
        return Finding::reject(Detail::new(
            "Cordoned",
            ("the cluster is cordoned", "集群已封锁"),
            ("uncordon the cluster", "解除封锁"),
        ));
    }
    match &case.view.unschedulable {
        Some(reason) => Finding::reject(Detail::new(
            "Unschedulable",
            Text::same(reason.as_ref()),
            ("remove the cause", "消除此原因"),
        )),
        None => Finding::PASS,
    }
}
