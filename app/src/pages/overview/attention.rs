//! What needs a person: worst and oldest first.

use crate::components::badge::StateBadge;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::components::sli::sli_value;
use crate::components::when::When;
use crate::format::annotation;
use crate::format::number::short;
use crate::i18n::overview::Overview as Texts;
use crate::i18n::{fill, t};
use jiff::Timestamp;
use leptos::prelude::*;
use model::fleet::ClusterState;
use model::wire::alerting::{Alert, Severity, Sli};
use model::wire::cluster::Cluster;
use model::wire::schedule::DecisionItem;
use std::cmp::Reverse;

/// One thing a person should look at.
struct Item {
    rank: u8,
    state: String,
    what: String,
    /// The cluster or namespace it happened in.
    place: String,
    detail: String,
    href: String,
    since: Timestamp,
}

#[component]
pub fn Attention(clusters: Vec<Cluster>, firing: Vec<Alert>, waiting: Vec<DecisionItem>) -> impl IntoView {
    let texts = t::<Texts>();
    let mut items: Vec<Item> = firing.iter().map(of_alert).collect();
    items.extend(clusters.iter().filter(|cluster| cluster.state != ClusterState::Online).map(of_cluster));
    items.extend(waiting.iter().map(of_decision));
    items.sort_by_key(|item| (Reverse(item.rank), item.since));
    if items.is_empty() {
        return view! {
            <p class="all-well" data-testid="all-well">
                <IconView icon=Icon::Disc />
                {texts.all_well}
            </p>
        }
        .into_any();
    }
    let count = items.len();
    let rows = items.into_iter().map(|item| view! { <Row item /> }).collect_any();
    view! {
        <section class="attention" aria-labelledby="attention" data-testid="attention">
            <h2 id="attention">{texts.needs_person} " " <span class="count">{count}</span></h2>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Row(item: Item) -> impl IntoView {
    view! {
        <li class="attention-row" data-testid="attention-row">
            <StateBadge state=item.state />
            <a class="attention-what" href=item.href>{item.what}</a>
            <span class="mono attention-place">{item.place}</span>
            <span class="attention-detail">{item.detail}</span>
            <When at=item.since />
        </li>
    }
    .into_any()
}

fn of_alert(alert: &Alert) -> Item {
    let texts = t::<Texts>();
    let summary = annotation::summary(&alert.annotations);
    let measured = alert.value.map(|value| match alert.threshold {
        Some(threshold) => fill(texts.value_against, &[&number(alert, value), &number(alert, threshold)]),
        None => number(alert, value),
    });
    let acked = alert.ack.as_ref().map(|ack| fill(texts.acked_by, &[&ack.by]));
    let detail = [Some(summary).filter(|text| !text.is_empty()), measured, acked].into_iter().flatten();
    Item {
        rank: match alert.severity {
            Severity::Critical => 3,
            Severity::Warning => 2,
            Severity::Info => 0,
        },
        state: alert.severity.as_str().into(),
        what: alert.rule.clone(),
        place: alert.cluster.clone(),
        detail: detail.collect::<Vec<_>>().join(" · "),
        href: format!("/alerts?state=firing&cluster={}", alert.cluster),
        since: alert.fired_at.unwrap_or(alert.starts_at),
    }
}

/// In the unit of the service level that the rule is about, where it is about one.
fn number(alert: &Alert, value: f64) -> String {
    let sli = match alert.rule.as_str() {
        "PodStartFailure" | "NodeReadyLow" => Some(Sli::NodeReadyRatio),
        "ApiLatencyHigh" => Some(Sli::ApiLatencyP95),
        "EtcdLeaderFlapping" => Some(Sli::EtcdLeaderChanges),
        _ => None,
    };
    sli.map_or_else(|| short(value), |sli| sli_value(sli, value))
}

fn of_cluster(cluster: &Cluster) -> Item {
    Item {
        rank: match cluster.state {
            ClusterState::Offline | ClusterState::AuthFailed | ClusterState::Untrusted => 3,
            ClusterState::Degraded => 2,
            ClusterState::Online | ClusterState::Pending => 0,
        },
        state: cluster.state.as_str().into(),
        what: cluster.name.clone(),
        place: String::new(),
        detail: cluster.reason.clone(),
        href: format!("/clusters/{}", cluster.name),
        since: cluster.since,
    }
}

fn of_decision(decision: &DecisionItem) -> Item {
    let workload = &decision.workload;
    Item {
        rank: 2,
        state: decision.outcome.as_str().into(),
        what: format!("{}/{}", workload.kind, workload.name),
        place: match &decision.target {
            Some(target) => format!("{}/{}", target.cluster, target.namespace),
            None => workload.namespace.clone(),
        },
        detail: crate::i18n::states::state_word(crate::i18n::lang(), decision.phase.as_str()).to_string(),
        href: format!("/decisions/{}", decision.id),
        since: decision.created_at,
    }
}
