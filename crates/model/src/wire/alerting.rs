//! SLIs, alert rules, alerts, channels, deliveries.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Sli {
    /// Ready nodes ÷ nodes, 0..1.
    NodeReadyRatio,
    /// Pods that became ready ÷ pods whose start was decided, in a sliding window, 0..1.
    PodStartSuccessRatio,
    /// Seconds, from the API server's own histogram.
    ApiLatencyP95,
    /// Leader changes per hour, from an etcd metrics source.
    EtcdLeaderChanges,
}

impl Sli {
    pub const ALL: [Sli; 4] =
        [Sli::NodeReadyRatio, Sli::PodStartSuccessRatio, Sli::ApiLatencyP95, Sli::EtcdLeaderChanges];

    pub fn key(self) -> &'static str {
        match self {
            Sli::NodeReadyRatio => "nodeReadyRatio",
            Sli::PodStartSuccessRatio => "podStartSuccessRatio",
            Sli::ApiLatencyP95 => "apiLatencyP95",
            Sli::EtcdLeaderChanges => "etcdLeaderChanges",
        }
    }

    pub fn from_key(key: &str) -> Option<Sli> {
        Sli::ALL.into_iter().find(|sli| sli.key() == key)
    }

    pub fn unit(self) -> &'static str {
        match self {
            Sli::NodeReadyRatio | Sli::PodStartSuccessRatio => "ratio",
            Sli::ApiLatencyP95 => "seconds",
            Sli::EtcdLeaderChanges => "per hour",
        }
    }
}

/// The latest value of one SLI of one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SliNow {
    pub sli: Sli,
    pub value: Option<f64>,
    /// Why there is no value: `no source`, `not allowed`, `no data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// The last 15 minutes for a sparkline, oldest first; null where nothing is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Option<f64>>,
}

/// One SLI of one cluster over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SliSeries {
    pub cluster: String,
    pub sli: Sli,
    pub unit: String,
    pub points: Vec<SliPoint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SliPoint {
    pub time: Timestamp,
    pub value: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }

    pub fn parse(text: &str) -> Option<Severity> {
        [Severity::Info, Severity::Warning, Severity::Critical].into_iter().find(|s| s.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    Pending,
    Firing,
    Resolved,
}

impl AlertState {
    pub fn as_str(self) -> &'static str {
        match self {
            AlertState::Pending => "pending",
            AlertState::Firing => "firing",
            AlertState::Resolved => "resolved",
        }
    }

    pub fn parse(text: &str) -> Option<AlertState> {
        [AlertState::Pending, AlertState::Firing, AlertState::Resolved].into_iter().find(|s| s.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    pub id: String,
    pub rule: String,
    pub state: AlertState,
    pub severity: Severity,
    pub cluster: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub value: Option<f64>,
    /// What the value was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    pub starts_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack: Option<Ack>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ack {
    pub by: String,
    pub at: Timestamp,
    pub note: String,
}

/// An alert rule. Durations are written as Prometheus writes them: `2m`, `30s`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AlertRule {
    pub name: String,
    pub expr: String,
    #[serde(rename = "for")]
    pub hold: String,
    pub keep_firing_for: String,
    pub severity: Severity,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub enabled: bool,
    pub builtin: bool,
}

/// A write-only value: whether it is set, never what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WriteOnly {
    pub set: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    Dingtalk,
    Wecom,
    Webhook,
}

impl ChannelKind {
    pub const ALL: [ChannelKind; 3] = [ChannelKind::Dingtalk, ChannelKind::Wecom, ChannelKind::Webhook];

    pub fn as_str(self) -> &'static str {
        match self {
            ChannelKind::Dingtalk => "dingtalk",
            ChannelKind::Wecom => "wecom",
            ChannelKind::Webhook => "webhook",
        }
    }

    pub fn parse(text: &str) -> Option<ChannelKind> {
        ChannelKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Zh,
}

/// Where alerts go. `url` and `secret` are write-only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    pub name: String,
    pub kind: ChannelKind,
    pub url: WriteOnly,
    pub secret: WriteOnly,
    /// Alertmanager matchers, `severity="critical"`; none means every alert.
    pub matchers: Vec<String>,
    pub send_resolved: bool,
    pub language: Language,
    pub enabled: bool,
}

/// What a test message came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelTest {
    pub delivered: bool,
    /// `ok`, or a stable word: `refused`, `timeout`, `receiver_error`…
    pub result: String,
    pub message: String,
}

/// One message to one channel, with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Stable over retries; `X-Pilothouse-Delivery`.
    pub id: String,
    pub channel: String,
    pub alert: String,
    pub rule: String,
    pub alert_state: AlertState,
    /// `pending`, `delivering`, `delivered`, `failed` (will be tried again), `dead`.
    pub state: String,
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}
