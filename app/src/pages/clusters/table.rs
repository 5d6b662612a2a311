//! The table of clusters.

use crate::components::age::Age;
use crate::components::badge::StateBadge;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::components::labels::LabelChips;
use crate::components::phases::PhaseBar;
use crate::components::when::When;
use crate::format::age::STALE_SECONDS;
use crate::format::number::count;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::states::state_word;
use crate::i18n::{fill, lang, t};
use crate::pages::overview::oldest;
use crate::server_fns::clusters::ClusterTable;
use leptos::prelude::*;
use model::wire::cluster::{Cluster, ClusterSummary, Unschedulable};

#[component]
pub fn Table(table: ClusterTable) -> impl IntoView {
    let texts = t::<Texts>();
    let total = table.clusters.len();
    let summaries = table.summaries;
    let rows = table.clusters.into_iter().map(move |cluster| {
        let summary = summaries.iter().find(|summary| summary.name == cluster.name).cloned();
        view! { <Row cluster summary /> }
    });
    let heads = vec![
        (texts.state, "cell-state"),
        (texts.title, "cell-name"),
        (texts.age, ""),
        (texts.version, "minor"),
        (texts.nodes, "figure"),
        (texts.pods, ""),
        (texts.labels, "cell-labels"),
        (texts.weight, "figure"),
        (texts.expires, "minor"),
    ];
    view! {
        <div class="table-wrap">
            <DataTable heads class="clusters" testid="clusters">{rows.collect_any()}</DataTable>
            <div class="table-foot">
                <strong data-testid="total">{fill(texts.total, &[&total])}</strong>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Row(cluster: Cluster, summary: Option<ClusterSummary>) -> impl IntoView {
    let texts = t::<Texts>();
    let age = oldest(&cluster.ages);
    let is_stale = age.is_none_or(|age| age >= STALE_SECONDS);
    let href = format!("/clusters/{}", cluster.name);
    let (nodes, pods) = match &summary {
        Some(s) => (format!("{} / {}", count(s.nodes.ready), count(s.nodes.total)), Some(s.pods.clone())),
        None => ("–".to_string(), None),
    };
    let expires = match cluster.credential.expires_at {
        Some(at) => view! { <When at=at /> }.into_any(),
        None => view! { <span class="muted">{texts.never_expires}</span> }.into_any(),
    };
    view! {
        <tr role="row" class:row-stale=is_stale data-testid="row" data-cluster=cluster.name.clone()>
            <td role="cell" class="cell-state">
                <StateBadge state=cluster.state.as_str() detail=cluster.reason.clone() />
            </td>
            <td role="cell" class="cell-name">
                <a class="name-link" href=href>{cluster.name.clone()}</a>
                <span class="cluster-notes">
                    {cluster.cordoned.then(|| view! { <StateBadge state="Cordoned" /> })}
                    {cluster.insecure.then(|| view! { <Insecure /> })}
                    <NoPlacements cluster=cluster.clone() />
                </span>
            </td>
            <td role="cell" data-label=texts.age><Age age=age /></td>
            <td role="cell" class="minor mono" data-label=texts.version>{cluster.version.clone().unwrap_or_else(|| "–".into())}</td>
            <td role="cell" class="figure" data-label=texts.nodes>{nodes}</td>
            <td role="cell" class="cell-pods" data-label=texts.pods>
                {summary.map(|summary| view! { <span class="cell-bar-text">{count(summary.pods_total)}</span> })}
                {pods.map(|pods| view! { <PhaseBar pods /> })}
            </td>
            <td role="cell" class="cell-labels"><LabelChips labels=cluster.labels.clone() most=3 /></td>
            <td role="cell" class="figure" data-label=texts.weight>{cluster.weight}</td>
            <td role="cell" class="minor" data-label=texts.expires>{expires}</td>
        </tr>
    }
    .into_any()
}

/// Says that a cluster takes no placements, and why.
#[component]
pub fn NoPlacements(cluster: Cluster) -> impl IntoView {
    let texts = t::<Texts>();
    cluster
        .unschedulable_reason
        .map(|reason| {
            let why = match reason {
                Unschedulable::Duplicate => fill(texts.is_duplicate, &[&cluster.duplicate_of.unwrap_or_default()]),
                Unschedulable::State => fill(texts.is_in_state, &[&state_word(lang(), cluster.state.as_str())]),
                Unschedulable::Cordoned => texts.is_cordoned.to_string(),
                Unschedulable::WeightZero => texts.is_weight_zero.to_string(),
                Unschedulable::NoFreshData => texts.is_not_fresh.to_string(),
            };
            view! {
                <span class="muted" data-testid="no-placements">{fill(texts.unschedulable, &[&why])}</span>
            }
        })
        .into_any()
}

/// The certificate is not verified: shown wherever the cluster is.
#[component]
pub fn Insecure() -> impl IntoView {
    view! {
        <span class="badge tone-warn">
            <IconView icon=Icon::Shield />
            <span class="badge-word">{t::<Texts>().insecure}</span>
        </span>
    }
    .into_any()
}
