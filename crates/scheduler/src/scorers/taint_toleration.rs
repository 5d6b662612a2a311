//! Fewer soft taints of the cluster that the request does not tolerate (`taint_toleration.go`, Score).

use super::{Scored, normalize::by_max};
use crate::case::Case;
use model::fleet::Fleet;
use model::k8s::taint::count_untolerated_preferences;

pub(super) fn score(_: &Fleet, cases: &[&Case<'_>]) -> Vec<Scored> {
    let raw: Vec<i64> =
        cases.iter().map(|case| count_untolerated_preferences(&case.view.taints, &case.ask.tolerations)).collect();
    raw.iter().zip(by_max(&raw, true)).map(|(raw, normalized)| Scored { raw: *raw, normalized }).collect()
}
