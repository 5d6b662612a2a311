//! Writing into the outbox what alerts do.

use super::wire::{self, ChannelSettings, THRESHOLD};
use crate::problem::Answer;
use alerting::{Matcher, all_match};
use jiff::Timestamp;
use model::wire::alerting::Severity;
use model::wire::problem::Problem;
use notify::Notice;
use std::collections::BTreeSet;
use store::repositories::alerts::Alert;
use store::repositories::channels::Channel;
use store::repositories::deliveries::{DeliveryFilter, NewDelivery};
use store::{Document, PageRequest, WriteUnit};

/// Tells every channel whose matchers fit.
pub(super) async fn firing(unit: &mut WriteUnit, alert: &Alert, now: Timestamp) -> Result<(), Problem> {
    let notice = notice(alert)?;
    for channel in unit.channels().all().await.answer()? {
        if channel.enabled && wants(&channel, &notice)? {
            enqueue(unit, &channel.name, alert, &notice, now).await?;
        }
    }
    Ok(())
}

/// Tells those who were told that it fires: a channel whose matchers fit no more must not be left with an open alert.
pub(super) async fn resolved(unit: &mut WriteUnit, alert: &Alert, now: Timestamp) -> Result<(), Problem> {
    let filter = DeliveryFilter { alert_id: Some(alert.id.clone()), ..DeliveryFilter::default() };
    let earlier = unit.deliveries().list(&filter, &PageRequest::first()).await.answer()?;
    let told: BTreeSet<String> = earlier.items.into_iter().map(|delivery| delivery.channel).collect();
    let notice = notice(alert)?;
    for channel in unit.channels().all().await.answer()? {
        let settings: ChannelSettings = channel.settings.read().answer()?;
        if channel.enabled && settings.send_resolved && told.contains(&channel.name) {
            enqueue(unit, &channel.name, alert, &notice, now).await?;
        }
    }
    Ok(())
}

fn wants(channel: &Channel, notice: &Notice) -> Result<bool, Problem> {
    let settings: ChannelSettings = channel.settings.read().answer()?;
    let matchers: Result<Vec<Matcher>, _> = settings.matchers.iter().map(|text| text.parse()).collect();
    Ok(match matchers {
        Ok(matchers) => all_match(&matchers, &notice.labels),
        Err(error) => {
            tracing::error!(channel = channel.name, %error, "a matcher cannot be read; the channel gets every alert");
            true
        }
    })
}

async fn enqueue(
    unit: &mut WriteUnit,
    channel: &str,
    alert: &Alert,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), Problem> {
    let (id, payload) = (uuid::Uuid::now_v7().to_string(), Document::of(notice).answer()?);
    let new = NewDelivery {
        id: &id,
        channel,
        alert_id: &alert.id,
        alert_state: alert.state,
        alert_revision: alert.revision,
        payload: &payload,
        due_at: now,
    };
    unit.deliveries().enqueue(&new, now).await.answer()?;
    Ok(())
}

fn notice(alert: &Alert) -> Result<Notice, Problem> {
    let mut labels = alert.labels.clone();
    labels.insert("severity".into(), alert.severity.clone());
    let mut annotations = alert.annotations.clone();
    annotations.remove(THRESHOLD);
    Ok(Notice {
        alert: alert.id.clone(),
        rule: alert.rule.clone(),
        fingerprint: alert.fingerprint.clone(),
        state: wire::alert_state(alert.state),
        severity: Severity::parse(&alert.severity).ok_or_else(Problem::internal)?,
        cluster: alert.cluster_name.clone().unwrap_or_default(),
        labels,
        annotations,
        starts_at: alert.starts_at,
        ends_at: alert.ends_at,
    })
}
