//! Which alert makes another one needless to tell.

/// What cannot be judged well, and would be told once more, while its cluster is down.
const OF_A_CLUSTER_THAT_IS_DOWN: [&str; 4] =
    ["NodeReadyLow", "PodStartFailure", "ApiLatencyHigh", "EtcdLeaderFlapping"];

/// Whether a firing alert of `source` silences one of `target` about the same cluster. The silenced alert is kept in
/// the history, and told once the source is over and it still fires.
pub fn inhibits(source: &str, target: &str) -> bool {
    source == "ClusterAbnormal" && OF_A_CLUSTER_THAT_IS_DOWN.contains(&target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_that_is_down_silences_what_follows_from_it_and_nothing_else() {
        assert!(inhibits("ClusterAbnormal", "NodeReadyLow"));
        for (source, target) in [
            ("NodeReadyLow", "PodStartFailure"),
            ("NodeReadyLow", "ClusterAbnormal"),
            ("ClusterAbnormal", "ClusterAbnormal"),
            ("ClusterAbnormal", "CredentialExpiring"),
            ("ClusterAbnormal", "ScheduleFailed"),
        ] {
            assert!(!inhibits(source, target), "{source} {target}");
        }
    }

    #[test]
    fn every_rule_named_here_exists() {
        let builtin = crate::builtin::rules();
        for name in OF_A_CLUSTER_THAT_IS_DOWN.into_iter().chain(["ClusterAbnormal"]) {
            assert!(builtin.iter().any(|rule| rule.name == name), "{name}");
        }
    }
}
