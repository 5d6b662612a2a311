//! Resource quotas, which charge pods, not deployments (`pkg/quota/v1/evaluator/core/pods.go`).

mod scope;
mod usage;

use super::{Detail, Finding, unreadable};
use crate::ask::Ask;
use crate::case::{Case, Namespace, Prepared, in_namespace};
use model::fleet::Observed;
use model::k8s::quantity::format_milli;
use model::rows::{PodRow, QuotaRow};
use model::wire::schedule::Verdict;
use std::collections::BTreeMap;

pub(crate) use scope::PodScopes;
pub(crate) use usage::{fixed_usage, missing_resources, pod_usage};

/// What the quotas of the namespace leave.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuotaReport {
    /// None: no quota bounds the number of replicas.
    pub headroom: Option<i64>,
    finding: Option<Finding>,
}

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    case.quota.finding.clone().unwrap_or(Finding::NOT_APPLICABLE)
}

pub(crate) fn report(ask: &Ask, prepared: &Prepared<'_>) -> QuotaReport {
    let view = prepared.view;
    if matches!(prepared.namespace, Namespace::Missing) {
        // A namespace still to be made has no quota.
        return QuotaReport::default();
    }
    let quotas = in_namespace(&view.quotas, &ask.namespace, |row| row.meta.namespace.as_deref());
    let Observed::Known(quotas) = quotas else {
        return QuotaReport { headroom: Some(0), finding: unreadable(&quotas, ("resource quotas", "ResourceQuota")) };
    };
    if quotas.is_empty() {
        return QuotaReport::default();
    }
    let (mut headroom, mut details) = (None, Vec::new());
    let pod = pod_usage(&prepared.pod);
    let scopes = PodScopes::of(&prepared.pod.spec);
    let fixed = fixed_usage(&ask.objects);
    for quota in quotas {
        if !quota.scopes.iter().all(|scope| scopes.matches(scope)) {
            continue;
        }
        let missing = missing_resources(&prepared.pod.spec, &quota.hard_milli);
        if !missing.is_empty() {
            headroom = Some(0);
            details.push(Detail {
                objects: vec![format!("{}/{}", ask.namespace, quota.meta.name)],
                ..Detail::new(
                    "QuotaMustSpecify",
                    (
                        format!("failed quota: {}: must specify {missing}", quota.meta.name),
                        format!("不满足配额 {}：必须指定 {missing}", quota.meta.name),
                    ),
                    ("set these requests and limits on every container", "为每个容器设置这些 requests 与 limits"),
                )
            });
        }
        let observed = observed_usage(prepared, ask, quota);
        for (name, hard) in &quota.hard_milli {
            let used = quota.used_milli.get(name).copied().unwrap_or(0);
            let used = used.max(observed.get(name.as_ref()).copied().unwrap_or(0)) + held(prepared, ask, name);
            let once = if quota.scopes.is_empty() { fixed.get(name.as_ref()).copied().unwrap_or(0) } else { 0 };
            let each = pod.get(name.as_ref()).copied().unwrap_or(0);
            if each <= 0 && once <= 0 {
                continue;
            }
            let left = hard - used;
            let fits = replicas_within(left - once, each);
            headroom = Some(headroom.map_or(fits, |known: i64| known.min(fits)));
            if fits < ask.replicas || left < once {
                details.push(exceeded(ask, quota, name, once + each * i128::from(ask.replicas), left, fits));
            }
        }
    }
    let verdict = if details.is_empty() { Verdict::Pass } else { Verdict::Reject };
    QuotaReport { headroom, finding: Some(Finding { verdict, details }) }
}

/// ⌊left ÷ each⌋, never below zero; everything where a replica takes nothing.
fn replicas_within(left: i128, each: i128) -> i64 {
    match (left < 0, each) {
        (true, _) => 0,
        (false, 0) => i64::MAX,
        (false, each) => i64::try_from(left / each).unwrap_or(i64::MAX),
    }
}

fn exceeded(ask: &Ask, quota: &QuotaRow, name: &str, need: i128, left: i128, fits: i64) -> Detail {
    let (need_text, have_text) = (format_milli(name, need), format_milli(name, left.max(0)));
    let (quota, asked, lacking) = (&quota.meta.name, ask.replicas, format_milli(name, need - left));
    Detail {
        need: Some(need_text.clone()),
        have: Some(have_text.clone()),
        objects: vec![format!("{}/{quota}", ask.namespace)],
        ..Detail::new(
            "QuotaExceeded",
            (
                format!(
                    "exceeded quota: {quota}, {name} left {have_text}, needed {need_text}: {fits} of {asked} replicas"
                ),
                format!(
                    "超出配额 {quota}：{name} 剩余 {have_text}，需要 {need_text}，{asked} 个副本中只能容纳 {fits} 个"
                ),
            ),
            (
                format!("raise {name} of quota {quota} by {lacking}, or free some"),
                format!("将配额 {quota} 的 {name} 提高 {lacking}，或释放一些"),
            ),
        )
    }
}

/// What the pods that the mirror sees take of an unscoped quota: its own status lags.
fn observed_usage(prepared: &Prepared<'_>, ask: &Ask, quota: &QuotaRow) -> BTreeMap<&'static str, i128> {
    let mut used = BTreeMap::new();
    let (Some(pods), true) = (prepared.view.pods.known(), quota.scopes.is_empty()) else { return used };
    for pod in pods.in_namespace(&ask.namespace).filter(|pod| !PodRow::phase_of(pod).is_finished()) {
        let requests = PodRow::requests_of(&pod);
        for (name, amount) in [
            ("pods", 1000),
            ("cpu", i128::from(requests.cpu_milli)),
            ("requests.cpu", i128::from(requests.cpu_milli)),
            ("memory", i128::from(requests.memory) * 1000),
            ("requests.memory", i128::from(requests.memory) * 1000),
        ] {
            *used.entry(name).or_insert(0) += amount;
        }
    }
    used
}

/// What reservations whose pods are not there yet will take.
fn held(prepared: &Prepared<'_>, ask: &Ask, name: &str) -> i128 {
    let of_one = |held: &model::k8s::resources::Resources| match name {
        "pods" | "count/pods" => 1000,
        _ => match name.strip_prefix("requests.").unwrap_or(name) {
            "cpu" => i128::from(held.cpu_milli),
            resource => i128::from(held.get(resource)) * 1000,
        },
    };
    prepared
        .reserved
        .iter()
        .filter(|(held, _)| held.namespace.as_ref() == ask.namespace)
        .map(|(held, left)| of_one(&held.per_replica) * i128::from(*left))
        .sum()
}

#[cfg(test)]
mod tests;
