//! Profiles: which filters run, which scorers count how much.

use crate::filters::FILTERS;
use crate::scorers::SCORERS;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub const MAX_WEIGHT: u32 = 100;

/// How a request's scorer weights meet the profile's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScorerMode {
    /// They change the profile's.
    #[default]
    Additive,
    /// They are the only ones.
    Exact,
}

/// A profile, or a change of one, that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    #[error("unknown scorer {0:?}")]
    UnknownScorer(String),
    #[error("unknown filter {0:?}")]
    UnknownFilter(String),
    #[error("weight of {scorer} must be 0 to 100, is {weight}")]
    Weight { scorer: String, weight: u32 },
    #[error("soft staleness must be 0 or more and below hard staleness")]
    Staleness,
}

/// A named, versioned way to choose. Scorers that are absent, or weigh 0, do not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    #[serde(default)]
    pub version: u64,
    pub scorers: BTreeMap<String, u32>,
    /// Filters that do not run: `NotApplicable` in every verdict.
    #[serde(default)]
    pub disabled_filters: BTreeSet<String>,
    /// Cluster weights by name; they replace the clusters' own.
    #[serde(default)]
    pub cluster_weights: BTreeMap<String, u32>,
    /// From this age on data scores less.
    pub soft_staleness_ms: i64,
    /// Past this age a cluster is out.
    pub hard_staleness_ms: i64,
}

impl Default for Profile {
    /// Room first: headroom and load weigh double, so does an explicit cluster weight, which changes
    /// nothing while all are equal. Shape, spread, freshness and soft taints break what is then close.
    fn default() -> Self {
        let scorers = [
            ("LeastRequested", 2),
            ("FitHeadroom", 2),
            ("ClusterWeight", 2),
            ("BalancedAllocation", 1),
            ("TopologySpread", 1),
            ("Staleness", 1),
            ("TaintToleration", 1),
        ];
        Profile {
            name: "default".to_owned(),
            version: 1,
            scorers: scorers.into_iter().map(|(name, weight)| (name.to_owned(), weight)).collect(),
            disabled_filters: BTreeSet::new(),
            cluster_weights: BTreeMap::new(),
            soft_staleness_ms: 5_000,
            hard_staleness_ms: 10_000,
        }
    }
}

fn check_weight(scorer: &str, weight: u32) -> Result<(), ProfileError> {
    if !SCORERS.iter().any(|known| known.name == scorer) {
        return Err(ProfileError::UnknownScorer(scorer.chars().take(64).collect()));
    }
    if weight > MAX_WEIGHT {
        return Err(ProfileError::Weight { scorer: scorer.to_owned(), weight });
    }
    Ok(())
}

impl Profile {
    /// # Errors
    /// Names the unknown filter or scorer, or the weight out of range.
    pub fn validate(&self) -> Result<(), ProfileError> {
        for (scorer, weight) in &self.scorers {
            check_weight(scorer, *weight)?;
        }
        if let Some(unknown) = self.disabled_filters.iter().find(|name| !FILTERS.iter().any(|f| f.name == **name)) {
            return Err(ProfileError::UnknownFilter(unknown.chars().take(64).collect()));
        }
        if self.soft_staleness_ms < 0 || self.hard_staleness_ms <= self.soft_staleness_ms {
            return Err(ProfileError::Staleness);
        }
        Ok(())
    }

    /// This profile with a request's scorer weights.
    ///
    /// # Errors
    /// Names the unknown scorer or the weight out of range.
    pub fn with_scorers(&self, mode: ScorerMode, weights: &BTreeMap<String, u32>) -> Result<Profile, ProfileError> {
        let mut profile = self.clone();
        if mode == ScorerMode::Exact {
            profile.scorers.clear();
        }
        for (scorer, weight) in weights {
            check_weight(scorer, *weight)?;
            profile.scorers.insert(scorer.clone(), *weight);
        }
        Ok(profile)
    }

    pub(crate) fn weight_of(&self, scorer: &str) -> i64 {
        self.scorers.get(scorer).copied().unwrap_or(0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(pairs: &[(&str, u32)]) -> BTreeMap<String, u32> {
        pairs.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect()
    }

    #[test]
    fn the_default_profile_is_valid() {
        assert_eq!(Profile::default().validate(), Ok(()));
    }

    #[test]
    fn additive_changes_and_exact_replaces() {
        let base = Profile::default();
        let additive = base.with_scorers(ScorerMode::Additive, &weights(&[("Staleness", 9)])).unwrap();
        assert_eq!((additive.weight_of("Staleness"), additive.weight_of("LeastRequested")), (9, 2));
        let exact = base.with_scorers(ScorerMode::Exact, &weights(&[("Staleness", 9)])).unwrap();
        assert_eq!((exact.weight_of("Staleness"), exact.weight_of("LeastRequested")), (9, 0));
    }

    #[test]
    fn mistakes_are_named() {
        let base = Profile::default();
        let error = base.with_scorers(ScorerMode::Exact, &weights(&[("LeastRequest", 1)])).unwrap_err();
        assert_eq!(error, ProfileError::UnknownScorer("LeastRequest".into()));
        assert!(base.with_scorers(ScorerMode::Additive, &weights(&[("Staleness", 101)])).is_err());
        let filters = Profile { disabled_filters: ["Capasity".to_owned()].into(), ..base };
        assert_eq!(filters.validate(), Err(ProfileError::UnknownFilter("Capasity".into())));
    }
}
