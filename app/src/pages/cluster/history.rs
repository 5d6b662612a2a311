//! What fires on this cluster, and what was placed on it lately.

use crate::components::badge::StateBadge;
use crate::components::each::CollectAny;
use crate::components::when::When;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::alerting::Alert;
use model::wire::schedule::DecisionItem;

#[component]
pub fn Alerts(alerts: Vec<Alert>) -> impl IntoView {
    let texts = t::<Texts>();
    let none = alerts.is_empty().then(|| view! { <p class="muted">{texts.no_alerts}</p> });
    let rows = alerts.into_iter().map(|alert| {
        let href = format!("/alerts?state=firing&cluster={}", alert.cluster);
        view! {
            <li class="history-row">
                <StateBadge state=alert.severity.as_str() />
                <a href=href>{alert.rule.clone()}</a>
                <When at=alert.fired_at.unwrap_or(alert.starts_at) />
            </li>
        }
    });
    view! {
        <section class="panel">
            <div class="panel-head"><h2>{texts.recent_alerts}</h2></div>
            {none}
            <ul>{rows.collect_any()}</ul>
        </section>
    }
    .into_any()
}

#[component]
pub fn Decisions(decisions: Vec<DecisionItem>) -> impl IntoView {
    let texts = t::<Texts>();
    let none = decisions.is_empty().then(|| view! { <p class="muted">{texts.no_decisions}</p> });
    let rows = decisions.into_iter().map(|decision| {
        let what = format!("{}/{}", decision.workload.namespace, decision.workload.name);
        view! {
            <li class="history-row">
                <StateBadge state=decision.phase.as_str() />
                <a class="mono" href=format!("/decisions/{}", decision.id)>{what}</a>
                <When at=decision.created_at />
            </li>
        }
    });
    view! {
        <section class="panel">
            <div class="panel-head"><h2>{texts.recent_decisions}</h2></div>
            {none}
            <ul>{rows.collect_any()}</ul>
        </section>
    }
    .into_any()
}
