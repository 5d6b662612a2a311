//! The filters. Each runs on every cluster; order is display order only.

mod api_served;
mod capacity;
mod cluster_cordoned;
mod cluster_health;
mod cluster_selected;
mod cluster_taint;
mod cluster_weight_zero;
mod excluded;
mod limit_range;
mod namespace_exists;
mod node_eligible;
pub(crate) mod quota;

mod sync_staleness;

pub(crate) use capacity::{message as capacity_message, stuck};

use crate::case::Case;
use crate::text::Text;
use model::fleet::Observed;
use model::kinds::MirroredKind;
use model::wire::schedule::{Reason, ReasonWords, Verdict};

/// At which point of the funnel a filter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Selected,
    Healthy,
    Fit,
}

/// One filter.
pub struct Filter {
    pub name: &'static str,
    pub stage: Stage,
    /// What it reads, which is how old its verdict is.
    pub reads: &'static [MirroredKind],
    pub(crate) evaluate: fn(&Case<'_>) -> Finding,
}

macro_rules! filter {
    ($name:literal, $module:ident, $stage:ident $(, $kind:ident)*) => {
        Filter { name: $name, stage: Stage::$stage, reads: &[$(MirroredKind::$kind),*], evaluate: $module::evaluate }
    };
}

pub static FILTERS: [Filter; 13] = [
    filter!("ClusterSelected", cluster_selected, Selected),
    filter!("Excluded", excluded, Selected),
    filter!("ClusterCordoned", cluster_cordoned, Selected),
    filter!("ClusterWeightZero", cluster_weight_zero, Selected),
    filter!("ClusterTaint", cluster_taint, Selected),
    filter!("ClusterHealth", cluster_health, Healthy),
    filter!("SyncStaleness", sync_staleness, Healthy),
    filter!("ApiServed", api_served, Fit),
    filter!("NamespaceExists", namespace_exists, Fit, Namespace),
    filter!("LimitRange", limit_range, Fit, LimitRange),
    filter!("NodeEligible", node_eligible, Fit, Node),
    filter!("Capacity", capacity, Fit, Node, Pod),
    filter!("Quota", quota, Fit, ResourceQuota),
];

/// What a filter says of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub verdict: Verdict,
    pub details: Vec<Detail>,
}

/// One reason, before it is dated.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Detail {
    pub code: &'static str,
    pub message: Text,
    pub need: Option<String>,
    pub have: Option<String>,
    pub objects: Vec<String>,
    pub remedy: Text,
}

impl Finding {
    pub const PASS: Finding = Finding { verdict: Verdict::Pass, details: Vec::new() };
    pub const NOT_APPLICABLE: Finding = Finding { verdict: Verdict::NotApplicable, details: Vec::new() };

    pub fn reject(detail: Detail) -> Finding {
        Finding { verdict: Verdict::Reject, details: vec![detail] }
    }

    pub fn unknown(detail: Detail) -> Finding {
        Finding { verdict: Verdict::Unknown, details: vec![detail] }
    }

    fn not_synced((en, zh): Plural) -> Finding {
        Finding::unknown(Detail::new(
            "NotSynced",
            (format!("{en} of this cluster are not known yet"), format!("此集群的 {zh} 数据尚未同步")),
            WAIT_FOR_SYNC,
        ))
    }

    fn not_allowed((en, zh): Plural) -> Finding {
        Finding::unknown(Detail::new(
            "NotAllowed",
            (format!("the credential may not see {en}"), format!("凭据无权查看 {zh}")),
            (
                format!("let the cluster's credential list and watch {en}"),
                format!("授予集群凭据对 {zh} 的 list 与 watch 权限"),
            ),
        ))
    }
}

impl Detail {
    pub fn new(code: &'static str, message: impl Into<Text>, remedy: impl Into<Text>) -> Detail {
        Detail { code, message: message.into(), remedy: remedy.into(), ..Detail::default() }
    }
}

/// What a kind is called, in English and in Chinese.
type Plural = (&'static str, &'static str);

pub(crate) const NODES: Plural = ("nodes", "Node");
pub(crate) const PODS: Plural = ("pods", "Pod");

/// What helps where a kind is not there yet.
pub(crate) const WAIT_FOR_SYNC: (&str, &str) = ("wait until the cluster is synced", "等待该集群完成同步");

/// The finding where a kind that a filter needs cannot be read; None where it can.
pub(crate) fn unreadable<T>(observed: &Observed<T>, plural: Plural) -> Option<Finding> {
    match observed {
        Observed::Known(_) => None,
        Observed::NotSynced => Some(Finding::not_synced(plural)),
        Observed::NotAllowed => Some(Finding::not_allowed(plural)),
    }
}

/// Whether what a cluster has room for cannot be told.
pub(crate) fn room_is_unknown(case: &Case<'_>) -> bool {
    [node_eligible::evaluate, capacity::evaluate, quota::evaluate]
        .into_iter()
        .any(|evaluate: fn(&Case<'_>) -> Finding| evaluate(case).verdict == Verdict::Unknown)
}

/// Runs one filter and dates its reasons.
pub(crate) fn run(filter: &Filter, case: &Case<'_>) -> (Verdict, Vec<Reason>) {
    if case.profile.disabled_filters.contains(filter.name) {
        return (Verdict::NotApplicable, Vec::new());
    }
    let finding = (filter.evaluate)(case);
    let age = filter
        .reads
        .iter()
        .filter_map(|kind| case.age(*kind))
        .fold(None, |oldest: Option<f64>, age| Some(oldest.map_or(age, |oldest| oldest.max(age))));
    let reasons = finding.details.into_iter().map(|detail| Reason {
        filter: filter.name.to_owned(),
        code: detail.code.to_owned(),
        verdict: finding.verdict,
        message: detail.message.en,
        need: detail.need,
        have: detail.have,
        objects: detail.objects,
        remedy: detail.remedy.en,
        zh: Some(ReasonWords { message: detail.message.zh, remedy: detail.remedy.zh }),
        age,
    });
    (finding.verdict, reasons.collect())
}
