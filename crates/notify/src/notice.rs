//! What an alert did.

use jiff::Timestamp;
use model::wire::alerting::{AlertState, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One alert at the moment it moved; kept in the outbox as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The alert's id.
    pub alert: String,
    /// Its rule.
    pub rule: String,
    /// What makes it the same alert again.
    pub fingerprint: String,
    /// The state it moved to: firing or resolved.
    pub state: AlertState,
    /// Its severity.
    pub severity: Severity,
    /// The cluster's name; empty where it is about none.
    pub cluster: String,
    /// `alertname`, `severity` and `cluster` among them.
    pub labels: BTreeMap<String, String>,
    /// `summary`, `description`, and with `_zh` the same in Chinese.
    pub annotations: BTreeMap<String, String>,
    /// Since when its condition holds.
    pub starts_at: Timestamp,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

impl Notice {
    /// True unless it tells that the alert is over.
    pub fn is_firing(&self) -> bool {
        self.state != AlertState::Resolved
    }

    /// The message that shows whether a channel works.
    pub fn test(now: Timestamp) -> Notice {
        let label = |name: &str, value: &str| (name.to_string(), value.to_string());
        Notice {
            alert: "test".into(),
            rule: "Test".into(),
            fingerprint: "0000000000000000".into(),
            state: AlertState::Firing,
            severity: Severity::Info,
            cluster: String::new(),
            labels: [label("alertname", "Test"), label("severity", "info")].into(),
            annotations: [
                label("summary", "Test message from Pilothouse"),
                label("summary_zh", "来自 Pilothouse 的测试消息"),
                label("description", "This channel works. Nothing is wrong."),
                label("description_zh", "通知渠道工作正常，无需处理。"),
            ]
            .into(),
            starts_at: now,
            ends_at: None,
        }
    }
}
