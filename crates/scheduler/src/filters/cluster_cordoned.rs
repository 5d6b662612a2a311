//! Cordoned clusters, and those registered twice, which take nothing whatever their state.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if case.view.cordoned {
        return Finding::reject(Detail::new(
            "Cordoned",
            ("the cluster is cordoned", "集群已封锁"),
            ("uncordon the cluster", "解除封锁"),
        ));
    }
    match &case.view.duplicate_of {
        Some(first) => Finding::reject(Detail::new(
            "Unschedulable",
            (format!("duplicate of {first}"), format!("与 {first} 是同一个集群")),
            ("remove one of the two", "移除其中一个"),
        )),
        None => Finding::PASS,
    }
}
