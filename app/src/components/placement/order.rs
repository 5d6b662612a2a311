//! The order in which filters and scorers are shown. Names alone: with the scheduler's own tables its code would come
//! into the browser.

pub const FILTERS: [&str; 13] = [
    "ClusterSelected",
    "Excluded",
    "ClusterCordoned",
    "ClusterWeightZero",
    "ClusterTaint",
    "ClusterHealth",
    "SyncStaleness",
    "ApiServed",
    "NamespaceExists",
    "LimitRange",
    "NodeEligible",
    "Capacity",
    "Quota",
];

pub const SCORERS: [&str; 7] = [
    "LeastRequested",
    "BalancedAllocation",
    "FitHeadroom",
    "TopologySpread",
    "ClusterWeight",
    "Staleness",
    "TaintToleration",
];

/// The place of a name; those that this build does not know come last.
pub fn place(names: &[&str], name: &str) -> usize {
    names.iter().position(|known| *known == name).unwrap_or(names.len())
}

#[cfg(test)]
mod tests {
    use super::{FILTERS, SCORERS};

    #[test]
    fn names_stand_as_the_scheduler_has_them() {
        assert_eq!(FILTERS, scheduler::FILTERS.each_ref().map(|filter| filter.name));
        assert_eq!(SCORERS, scheduler::SCORERS.each_ref().map(|scorer| scorer.name));
    }
}
