//! Stored rows as they are told.

use crate::problem::Answer;
use model::wire::alerting::{
    Ack, Alert, AlertRule, AlertState, Channel, ChannelKind, Delivery, Language, Severity, WriteOnly,
};
use model::wire::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::repositories as stored;
use store::repositories::deliveries::DeliveryState;

/// The annotation that keeps what an alert's value was held against; told as a field of its own.
pub(super) const THRESHOLD: &str = "threshold";

pub(super) fn alert(row: stored::alerts::Alert) -> Result<Alert, Problem> {
    let mut annotations = row.annotations;
    let threshold = annotations.remove(THRESHOLD).and_then(|text| text.parse().ok());
    let ack = match (row.ack_by, row.ack_at) {
        (Some(by), Some(at)) => Some(Ack { by, at, note: row.ack_note.unwrap_or_default() }),
        _ => None,
    };
    Ok(Alert {
        severity: Severity::parse(&row.severity).ok_or_else(Problem::internal)?,
        id: row.id,
        rule: row.rule,
        state: alert_state(row.state),
        cluster: row.cluster_name.unwrap_or_default(),
        labels: row.labels,
        annotations,
        value: row.value,
        threshold,
        starts_at: row.starts_at,
        fired_at: row.fired_at,
        ends_at: row.ends_at,
        ack,
    })
}

pub(super) fn alert_state(state: stored::alerts::AlertState) -> AlertState {
    match state {
        stored::alerts::AlertState::Pending => AlertState::Pending,
        stored::alerts::AlertState::Firing => AlertState::Firing,
        stored::alerts::AlertState::Resolved => AlertState::Resolved,
    }
}

pub(super) fn stored_state(state: AlertState) -> stored::alerts::AlertState {
    match state {
        AlertState::Pending => stored::alerts::AlertState::Pending,
        AlertState::Firing => stored::alerts::AlertState::Firing,
        AlertState::Resolved => stored::alerts::AlertState::Resolved,
    }
}

/// What a rule's row holds beside its name and switches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleBody {
    pub expr: String,
    #[serde(rename = "for")]
    pub hold: String,
    pub keep_firing_for: String,
    pub severity: Severity,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

pub(super) fn rule(row: stored::alert_rules::AlertRule) -> Result<AlertRule, Problem> {
    let body: RuleBody = row.body.read().answer()?;
    Ok(AlertRule {
        name: row.name,
        expr: body.expr,
        hold: body.hold,
        keep_firing_for: body.keep_firing_for,
        severity: body.severity,
        labels: body.labels,
        annotations: body.annotations,
        enabled: row.enabled,
        builtin: row.builtin,
    })
}

/// What a channel's row holds beside its address and secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelSettings {
    pub matchers: Vec<String>,
    pub send_resolved: bool,
    pub language: Language,
}

pub(super) fn channel(row: stored::channels::Channel) -> Result<Channel, Problem> {
    let settings: ChannelSettings = row.settings.read().answer()?;
    Ok(Channel {
        kind: ChannelKind::parse(&row.kind).ok_or_else(Problem::internal)?,
        name: row.name,
        url: WriteOnly { set: true },
        secret: WriteOnly { set: row.sealed_secret.is_some() },
        matchers: settings.matchers,
        send_resolved: settings.send_resolved,
        language: settings.language,
        enabled: row.enabled,
    })
}

/// Of a stored notification, what the list of deliveries shows.
#[derive(Deserialize)]
struct Told {
    rule: String,
}

pub(super) fn delivery(row: stored::deliveries::Delivery) -> Result<Delivery, Problem> {
    let told: Told = row.payload.read().answer()?;
    let waits = row.state == DeliveryState::Pending;
    Ok(Delivery {
        state: delivery_state(&row).to_string(),
        id: row.id,
        channel: row.channel,
        alert: row.alert_id,
        rule: told.rule,
        alert_state: alert_state(row.alert_state),
        attempts: row.attempts,
        error: row.error_class,
        created_at: row.created_at,
        next_attempt_at: waits.then_some(row.next_attempt_at),
        done_at: row.done_at,
    })
}

/// The states of the contract, in which a failure is what will be tried again.
pub(super) fn delivery_state(row: &stored::deliveries::Delivery) -> &'static str {
    match row.state {
        DeliveryState::Pending if row.attempts > 0 => "failed",
        DeliveryState::Pending => "pending",
        DeliveryState::Delivering => "delivering",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Failed | DeliveryState::Dead => "dead",
    }
}
