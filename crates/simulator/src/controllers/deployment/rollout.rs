//! Rolling update, recreate, proportional scaling.
//! Upstream: `pkg/controller/deployment/rolling.go`, `recreate.go`, `sync.go`.

use std::sync::Arc;

use serde_json::Value;

use super::{Rollout, reported, revision, wanted};
use crate::controllers::manager::Controllers;
use crate::controllers::objects::int_or_percent;

/// How far a roll-out may leave the wanted size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub surge: i64,
    pub unavailable: i64,
}

/// `maxSurge` rounded up and `maxUnavailable` rounded down; never both zero.
pub(super) fn limits(deployment: &Value, replicas: i64) -> Limits {
    let strategy = &deployment["spec"]["strategy"];
    if strategy["type"] == "Recreate" {
        return Limits { surge: 0, unavailable: 0 };
    }
    let amount = |field: &str, up: bool| {
        let value = &strategy["rollingUpdate"][field];
        int_or_percent(value, replicas, up).or_else(|| int_or_percent(&"25%".into(), replicas, up)).unwrap_or(0)
    };
    let surge = amount("maxSurge", true);
    let unavailable = amount("maxUnavailable", false).min(replicas);
    Limits { surge, unavailable: if surge == 0 && unavailable == 0 { 1 } else { unavailable } }
}

/// The size that the new set may grow or shrink to now.
fn next_size(replicas: i64, surge: i64, all: i64, new: i64) -> i64 {
    if new > replicas {
        return replicas;
    }
    let room = replicas + surge - all;
    new + room.max(0).min(replicas - new)
}

impl Controllers {
    pub(super) fn roll(&mut self, rollout: &mut Rollout) {
        let replicas = rollout.replicas();
        let limits = limits(&rollout.deployment, replicas);
        let old: i64 = rollout.old.iter().map(|set| wanted(set)).sum();
        let existed = rollout.new.is_some();
        self.new_set(rollout, next_size(replicas, limits.surge, old, 0));
        let Some(new) = rollout.new.clone() else { return };
        if existed {
            let size = next_size(replicas, limits.surge, old + wanted(&new), wanted(&new));
            if size != wanted(&new) {
                self.scale_set(rollout, &new, size);
                return;
            }
        }
        if old > 0 {
            self.shrink_old(rollout, &new, replicas - limits.unavailable);
        }
    }

    fn shrink_old(&mut self, rollout: &Rollout, new: &Value, min_available: i64) {
        let all: i64 = rollout.all().map(|set| wanted(set)).sum();
        let new_unavailable = wanted(new) - reported(new, "availableReplicas");
        let mut budget = all - min_available - new_unavailable;
        // First the old pods that do not work anyway, then as many working ones as the rest allows.
        let mut sizes: Vec<(Arc<Value>, i64)> = rollout.old.iter().map(|set| (Arc::clone(set), wanted(set))).collect();
        for (set, size) in &mut sizes {
            let broken = (*size - reported(set, "availableReplicas")).max(0).min(budget.max(0));
            *size -= broken;
            budget -= broken;
        }
        let available: i64 = rollout.all().map(|set| reported(set, "availableReplicas")).sum();
        let mut spare = (available - min_available).max(0);
        for (_, size) in &mut sizes {
            let working = (*size).min(spare);
            *size -= working;
            spare -= working;
        }
        for (set, size) in sizes {
            if size != wanted(&set) {
                self.scale_set(rollout, &set, size);
            }
        }
    }

    pub(super) fn recreate(&mut self, rollout: &mut Rollout) {
        let old: Vec<_> = rollout.old.iter().filter(|set| wanted(set) > 0).cloned().collect();
        if !old.is_empty() {
            old.iter().for_each(|set| self.scale_set(rollout, set, 0));
            return;
        }
        let uid = |set: &Value| set["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
        // Also pods that still stop: two generations must never run side by side.
        if rollout.old.iter().any(|set| !self.pods.owned_by(&uid(set)).is_empty()) {
            return;
        }
        let replicas = rollout.replicas();
        self.new_set(rollout, replicas);
        if let Some(new) = rollout.new.clone()
            && wanted(&new) != replicas
        {
            self.scale_set(rollout, &new, replicas);
        }
    }

    /// Spreads a change of size over the sets that have pods.
    pub(super) fn scale_proportionally(&mut self, rollout: &Rollout) {
        let replicas = rollout.replicas();
        let active: Vec<_> = rollout.all().filter(|set| wanted(set) > 0).cloned().collect();
        match active.as_slice() {
            [] => {
                if let Some(latest) = rollout.new.as_ref().or(rollout.old.last()) {
                    self.scale_set(rollout, latest, replicas);
                }
            }
            [only] => self.scale_set(rollout, only, replicas),
            several => {
                let target = if replicas > 0 { replicas + limits(&rollout.deployment, replicas).surge } else { 0 };
                let shares = proportions(several.iter().map(|set| wanted(set)).collect(), target);
                for (set, size) in several.iter().zip(shares) {
                    self.scale_set(rollout, set, size);
                }
            }
        }
        if let Some(set) = rollout.new.as_ref().filter(|set| wanted(set) == 0 && revision::desired(set).is_none()) {
            self.scale_set(rollout, set, 0);
        }
    }
}

/// `total` in the proportions of `sizes`; what rounding leaves goes to the largest.
fn proportions(sizes: Vec<i64>, total: i64) -> Vec<i64> {
    let sum: i64 = sizes.iter().sum();
    let mut shares: Vec<i64> = sizes.iter().map(|size| size * total / sum.max(1)).collect();
    let rest = total - shares.iter().sum::<i64>();
    let largest = sizes.iter().enumerate().max_by_key(|(_, size)| **size).map(|(index, _)| index);
    if let Some(index) = largest {
        shares[index] += rest;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn surge_rounds_up_and_unavailable_down() {
        let limit = |surge, unavailable| Limits { surge, unavailable };
        let cases = [
            (json!({}), 10, limit(3, 2)),
            (json!({}), 1, limit(1, 0)),
            (json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "25%"}}), 3, limit(0, 1)),
            (json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}), 3, limit(1, 0)),
            (json!({"type": "Recreate"}), 3, limit(0, 0)),
        ];
        for (strategy, replicas, expected) in cases {
            let deployment = json!({"spec": {"strategy": strategy}});
            assert_eq!(limits(&deployment, replicas), expected, "{strategy}");
        }
    }

    #[test]
    fn the_new_set_grows_into_the_surge() {
        let cases =
            [((10, 3, 10, 0), 3), ((10, 3, 13, 3), 3), ((10, 3, 0, 0), 10), ((2, 1, 5, 5), 2), ((3, 1, 3, 3), 3)];
        for ((replicas, surge, all, new), expected) in cases {
            assert_eq!(next_size(replicas, surge, all, new), expected);
        }
    }

    #[test]
    fn proportions_add_up() {
        assert_eq!(proportions(vec![5, 3], 16), [10, 6]);
        assert_eq!(proportions(vec![1, 2], 10).iter().sum::<i64>(), 10);
    }
}
