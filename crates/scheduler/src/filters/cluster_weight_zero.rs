//! A weight of zero means: nothing here.

use super::{Detail, Finding};
use crate::case::Case;

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    if case.weight > 0 {
        return Finding::PASS;
    }
    Finding::reject(Detail::new(
        "ClusterWeightZero",
        ("the cluster's weight is 0", "集群权重为 0"),
        ("give the cluster a weight of 1 or more", "将集群权重设为 1 或更大"),
    ))
}
