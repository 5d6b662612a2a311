//! One row per cluster.

use super::totals::oldest;
use crate::components::age::Age;
use crate::components::badge::StateBadge;
use crate::components::chart::Meter;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::phases::PhaseBar;
use crate::components::sli::{SliCell, sli_title};
use crate::format::age::STALE_SECONDS;
use crate::format::number::{bytes_of, cores, count, percent};
use crate::i18n::overview::Overview as Texts;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::alerting::{Sli, SliNow};
use model::wire::cluster::{Cluster, ClusterSummary};

#[component]
pub fn Fleet(clusters: Vec<Cluster>, summaries: Vec<ClusterSummary>) -> impl IntoView {
    let texts = t::<Texts>();
    let rows = clusters.into_iter().map(move |cluster| {
        let summary = summaries.iter().find(|summary| summary.name == cluster.name).cloned();
        view! { <Row cluster summary /> }
    });
    let mut heads = vec![
        (texts.clusters, ""),
        (texts.nodes_ready, "figure"),
        (texts.pods, ""),
        (texts.cpu, ""),
        (texts.memory, ""),
    ];
    heads.extend(Sli::ALL.map(|sli| {
        let class = if matches!(sli, Sli::NodeReadyRatio | Sli::EtcdLeaderChanges) { "minor" } else { "" };
        (sli_title(sli), class)
    }));
    view! {
        <section class="stack" aria-labelledby="fleet">
            <h2 id="fleet" class="visually-hidden">{texts.clusters}</h2>
            <div class="table-wrap">
                <DataTable heads class="fleet" testid="fleet">{rows.collect_any()}</DataTable>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(cluster: Cluster, summary: Option<ClusterSummary>) -> impl IntoView {
    let texts = t::<Texts>();
    let age = oldest(&cluster.ages);
    let is_stale = age.is_none_or(|age| age >= STALE_SECONDS);
    let href = format!("/clusters/{}", cluster.name);
    let held = cluster.cordoned.then(|| view! { <StateBadge state="Cordoned" /> });
    let figures = match summary {
        Some(summary) => view! { <Figures summary /> }.into_any(),
        None => view! { <td role="cell" colspan="8" class="muted">{cluster.reason.clone()}</td> }.into_any(),
    };
    view! {
        <tr role="row" class:row-stale=is_stale data-testid="row" data-cluster=cluster.name.clone()>
            <td role="cell" class="cell-name fleet-cluster" data-label=texts.clusters>
                <a class="name-link" href=href>{cluster.name.clone()}</a>
                <span class="fleet-state">
                    <StateBadge state=cluster.state.as_str() detail=cluster.reason.clone() />
                    {held}
                    <Age age=age />
                </span>
            </td>
            {figures}
        </tr>
    }
    .into_any()
}

#[component]
fn Figures(summary: ClusterSummary) -> impl IntoView {
    let texts = t::<Texts>();
    let (requested, of) = (summary.requested.clone(), summary.allocatable.clone());
    let slis = Sli::ALL.map(|sli| {
        let unknown = || SliNow { sli, value: None, missing: None, recent: Vec::new() };
        let now = summary.slis.iter().find(|now| now.sli == sli).cloned().unwrap_or_else(unknown);
        let class = if matches!(sli, Sli::NodeReadyRatio | Sli::EtcdLeaderChanges) { "minor" } else { "cell-sli" };
        view! { <td role="cell" class=class data-label=sli_title(sli)><SliCell now /></td> }
    });
    view! {
        <td role="cell" class="figure" data-label=texts.nodes_ready>
            <strong>{count(summary.nodes.ready)}</strong>
            <span class="muted">" / " {count(summary.nodes.total)}</span>
        </td>
        <td role="cell" class="cell-pods" data-label=texts.pods>
            <span class="cell-bar-text">{count(summary.pods_total)}</span>
            <PhaseBar pods=summary.pods.clone() />
        </td>
        <td role="cell" class="cell-bar" data-label=texts.cpu>
            <span class="cell-bar-text">
                {format!("{} %", percent(requested.cpu_milli, of.cpu_milli))}
                <span class="muted">{cores(requested.cpu_milli)} " / " {cores(of.cpu_milli)}</span>
            </span>
            <Meter part=requested.cpu_milli whole=of.cpu_milli label=texts.cpu_requested />
        </td>
        <td role="cell" class="cell-bar" data-label=texts.memory>
            <span class="cell-bar-text">
                {format!("{} %", percent(requested.memory_bytes, of.memory_bytes))}
                <span class="muted">{bytes_of(requested.memory_bytes, of.memory_bytes)}</span>
            </span>
            <Meter part=requested.memory_bytes whole=of.memory_bytes label=texts.memory_requested />
        </td>
        {slis.collect_any()}
    }
    .into_any()
}
