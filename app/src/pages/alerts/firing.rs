//! What fires now, and what may fire soon.

use super::measure::{measured, sli_of};
use crate::components::badge::StateBadge;
use crate::components::chart::Sparkline;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::components::sli::sli_title;
use crate::components::when::When;
use crate::format::annotation::summary;
use crate::format::url;
use crate::i18n::alerting::Alerting;
use crate::i18n::{fill, t};
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;
use model::wire::alerting::Alert;
use std::cmp::Reverse;
use std::collections::BTreeMap;

#[component]
pub fn Firing(mut alerts: Vec<Alert>, trends: BTreeMap<String, Vec<Option<f64>>>) -> impl IntoView {
    let texts = t::<Alerting>();
    alerts.sort_by_key(|alert| (Reverse(alert.severity), alert.fired_at.unwrap_or(alert.starts_at)));
    if alerts.is_empty() {
        return view! {
            <p class="all-well" data-testid="nothing-fires"><IconView icon=Icon::Disc /> {texts.nothing_fires}</p>
        }
        .into_any();
    }
    let count = alerts.len();
    let rows = alerts.into_iter().map(|alert| {
        let trend = trends.get(&alert.id).cloned();
        view! { <Row alert trend /> }
    });
    view! {
        <section class="firing" aria-labelledby="firing" data-testid="firing">
            <h2 id="firing">{texts.firing} " " <span class="count">{count}</span></h2>
            <ul>{rows.collect_any()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Row(alert: Alert, #[prop(optional_no_strip)] trend: Option<Vec<Option<f64>>>) -> impl IntoView {
    let texts = t::<Alerting>();
    let since = alert.fired_at.unwrap_or(alert.starts_at);
    let spark = trend.zip(sli_of(&alert.rule)).map(|(values, sli)| {
        view! { <Sparkline values label=fill(texts.trend, &[&sli_title(sli)]) threshold=alert.threshold /> }
    });
    let acked = match &alert.ack {
        Some(ack) => view! {
            <span class="firing-acked" title=ack.note.clone()>
                <IconView icon=Icon::Check />
                {fill(texts.acked_by, &[&ack.by])}
                {(!ack.note.is_empty()).then(|| view! { <span class="muted">{format!(": {}", ack.note)}</span> })}
            </span>
        }
        .into_any(),
        None => view! { <span class="muted">{texts.nobody}</span> }.into_any(),
    };
    let ack = (alert.ack.is_none() && may(Action::HandleAlert)).then(|| {
        let href = url::address(super::PATH, [("ack", alert.id.as_str())]);
        view! { <a class="button" href=href data-noscroll="" data-testid="ack">{texts.ack}</a> }
    });
    let deliveries = may(Action::ManageAlerting).then(|| {
        let href = url::address("/deliveries", [("alert", alert.id.as_str())]);
        view! { <a class="button button-quiet" href=href>{texts.deliveries_of}</a> }
    });
    view! {
        <li class="firing-row" data-testid="firing-row" data-rule=alert.rule.clone() data-cluster=alert.cluster.clone()>
            <div class="firing-head">
                <StateBadge state=alert.severity.as_str() />
                <strong>{alert.rule.clone()}</strong>
                <Place cluster=alert.cluster.clone() />
                <span class="firing-since">{texts.since} " " <When at=since /></span>
            </div>
            <p class="firing-what">{summary(&alert.annotations)}</p>
            <div class="firing-measure">
                <strong class="figure">{measured(&alert)}</strong>
                {spark}
            </div>
            <div class="firing-foot">{acked} <span class="form-actions">{ack} {deliveries}</span></div>
        </li>
    }
    .into_any()
}

/// The cluster, or that it is about all of it.
#[component]
pub fn Place(cluster: String) -> impl IntoView {
    if cluster.is_empty() {
        return view! { <span class="muted">{t::<Alerting>().whole_fleet}</span> }.into_any();
    }
    view! { <a class="mono" href=format!("/clusters/{cluster}")>{cluster.clone()}</a> }.into_any()
}

#[component]
pub fn PendingAlerts(alerts: Vec<Alert>) -> impl IntoView {
    let texts = t::<Alerting>();
    let is_empty = alerts.is_empty();
    let rows = alerts
        .into_iter()
        .map(|alert| {
            view! {
                <li class="pending-row" data-testid="pending-row">
                    <StateBadge state="pending" />
                    <strong>{alert.rule.clone()}</strong>
                    <Place cluster=alert.cluster.clone() />
                    <span>{measured(&alert)}</span>
                    <span class="firing-since">{texts.since} " " <When at=alert.starts_at /></span>
                </li>
            }
        })
        .collect_any();
    (!is_empty).then(|| {
        view! {
            <section class="panel" aria-labelledby="pending">
                <div class="panel-head">
                    <h2 id="pending">{texts.pending}</h2>
                    <span class="help">{texts.pending_help}</span>
                </div>
                <ul>{rows}</ul>
            </section>
        }
    })
}
