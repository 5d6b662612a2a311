//! Scheduling: the request's parts, and the answer with every verdict and score.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DryRun {
    #[default]
    None,
    Plan,
    Preflight,
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    Scheduled,
    Unschedulable,
    Invalid,
    NeedsIntervention,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Scheduled => "Scheduled",
            Outcome::Unschedulable => "Unschedulable",
            Outcome::Invalid => "Invalid",
            Outcome::NeedsIntervention => "NeedsIntervention",
        }
    }

    pub fn parse(text: &str) -> Option<Outcome> {
        [Outcome::Scheduled, Outcome::Unschedulable, Outcome::Invalid, Outcome::NeedsIntervention]
            .into_iter()
            .find(|o| o.as_str() == text)
    }
}

/// Where a decision, or one attempt of it, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Phase {
    Planned,
    Reserved,
    Applying,
    Applied,
    Progressing,
    Available,
    Failed,
    /// A write was sent and its answer never came; it is read back before anything else is tried.
    Unknown,
    NeedsIntervention,
    Abandoned,
}

impl Phase {
    pub const ALL: [Phase; 10] = [
        Phase::Planned,
        Phase::Reserved,
        Phase::Applying,
        Phase::Applied,
        Phase::Progressing,
        Phase::Available,
        Phase::Failed,
        Phase::Unknown,
        Phase::NeedsIntervention,
        Phase::Abandoned,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Planned => "Planned",
            Phase::Reserved => "Reserved",
            Phase::Applying => "Applying",
            Phase::Applied => "Applied",
            Phase::Progressing => "Progressing",
            Phase::Available => "Available",
            Phase::Failed => "Failed",
            Phase::Unknown => "Unknown",
            Phase::NeedsIntervention => "NeedsIntervention",
            Phase::Abandoned => "Abandoned",
        }
    }

    pub fn parse(text: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|p| p.as_str() == text)
    }

    /// Nothing more happens by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Phase::Planned | Phase::Available | Phase::Failed | Phase::NeedsIntervention | Phase::Abandoned)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    Pass,
    Reject,
    /// The data it needs is missing: never "fits".
    Unknown,
    NotApplicable,
}

/// One scorer's word on one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Score {
    pub scorer: String,
    pub raw: i64,
    /// 0..100.
    pub normalized: i64,
    pub weight: i64,
    /// weight · normalized ÷ Σ weight.
    pub contribution: f64,
    /// Depends on which other clusters are candidates.
    pub relative: bool,
}

/// A cluster that passed every filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ranked {
    pub cluster: String,
    /// Σ contribution, 0..100.
    pub total: f64,
    /// How many replicas fit.
    pub fit: i64,
    pub scores: Vec<Score>,
}

/// Every filter's verdict on one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterVerdicts {
    pub cluster: String,
    pub filters: BTreeMap<String, Verdict>,
}

/// Why a filter does not pass a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    pub filter: String,
    /// A stable word, `QuotaExceeded`.
    pub code: String,
    /// Reject or Unknown.
    pub verdict: Verdict,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub have: Option<String>,
    /// What stands in the way, `shop/compute`, at most five.
    pub objects: Vec<String>,
    /// What would make it pass.
    pub remedy: String,
    /// Seconds: how old the data behind this verdict was.
    pub age: Option<f64>,
    /// `message` and `remedy` in Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<ReasonWords>,
}

/// The words of a reason in another language than English.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonWords {
    pub message: String,
    pub remedy: String,
}

/// A cluster that some filter does not pass, with every reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rejected {
    pub cluster: String,
    pub reasons: Vec<Reason>,
}

/// How old the data was that was used of one cluster, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataAge {
    pub nodes: Option<f64>,
    pub pods: Option<f64>,
}

/// How many clusters were left after each stage, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelStage {
    /// `registered`, `selected`, `healthy`, `fit`.
    pub stage: String,
    pub clusters: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    pub cluster: String,
    pub namespace: String,
}

/// One try at one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub cluster: String,
    pub phase: Phase,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub error: Option<String>,
    /// The objects written, with what became of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<AppliedObject>,
    /// What happened when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppliedObject {
    /// `Deployment/web`.
    pub object: String,
    pub uid: Option<String>,
    /// `applied`, `refused`, `unknown`, `pending`.
    pub result: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    pub time: Timestamp,
    pub phase: Phase,
    pub message: String,
}

/// One check made before anything is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreflightCheck {
    pub cluster: String,
    pub check: String,
    pub ok: bool,
    pub message: String,
}

/// One sentence that says who won and why, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    pub en: String,
    pub zh: String,
}

/// The answer to a scheduling request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScheduleAnswer {
    pub id: String,
    pub outcome: Outcome,
    pub phase: Phase,
    pub target: Option<Target>,
    pub summary: Summary,
    pub funnel: Vec<FunnelStage>,
    pub ranking: Vec<Ranked>,
    pub verdicts: Vec<ClusterVerdicts>,
    pub rejected: Vec<Rejected>,
    pub preflight: Vec<PreflightCheck>,
    pub attempts: Vec<Attempt>,
    pub data_age: BTreeMap<String, DataAge>,
    pub seed: u64,
    pub profile_version: u64,
    pub warnings: Vec<String>,
    /// `warnings` in Chinese, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings_zh: Vec<String>,
    pub timings: BTreeMap<String, u64>,
    pub workload: Workload,
    pub created_at: Timestamp,
    pub created_by: String,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workload {
    pub kind: String,
    pub name: String,
    pub namespace: String,
    pub replicas: i64,
}

/// A decision as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DecisionItem {
    pub id: String,
    pub created_at: Timestamp,
    pub created_by: String,
    pub outcome: Outcome,
    pub phase: Phase,
    pub target: Option<Target>,
    pub workload: Workload,
}
