//! Nodes, pods by phase, what is requested of what there is, and service levels.

use crate::components::chart::Meter;
use crate::components::each::CollectAny;
use crate::components::phases::{PhaseBar, PhaseLegend};
use crate::components::sli::{SliCell, sli_title};
use crate::format::number::{bytes_of, cores, count, percent};
use crate::format::url;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::overview::Overview;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::cluster::ClusterSummary;

#[component]
pub fn Figures(summary: ClusterSummary, name: String) -> impl IntoView {
    let (texts, overview) = (t::<Texts>(), t::<Overview>());
    let (requested, of) = (summary.requested.clone(), summary.allocatable.clone());
    let nodes = url::address("/resources/nodes", [("clusters", name.as_str())]);
    let pods = url::address("/resources/pods", [("clusters", name.as_str())]);
    let slis = summary.slis.clone().into_iter().map(|now| {
        view! {
            <div class="sli-block">
                <h3>{sli_title(now.sli)}</h3>
                <SliCell now />
            </div>
        }
    });
    view! {
        <section class="panel figures" aria-label=texts.summary>
            <div class="figure-block">
                <h3><a href=nodes title=texts.all_nodes>{overview.nodes_ready}</a></h3>
                <p class="total-figure">
                    <strong data-testid="nodes-ready">{count(summary.nodes.ready)}</strong>
                    <span class="muted">" / " {count(summary.nodes.total)}</span>
                </p>
            </div>
            <div class="figure-block figure-wide">
                <h3><a href=pods title=texts.all_pods>{overview.pods_by_phase}</a></h3>
                <p class="total-figure"><strong data-testid="pods-total">{count(summary.pods_total)}</strong></p>
                <PhaseBar pods=summary.pods.clone() />
                <PhaseLegend pods=summary.pods.clone() />
            </div>
            <Share
                title=overview.cpu_requested
                part=requested.cpu_milli
                whole=of.cpu_milli
                text=format!("{} / {}", cores(requested.cpu_milli), cores(of.cpu_milli))
            />
            <Share
                title=overview.memory_requested
                part=requested.memory_bytes
                whole=of.memory_bytes
                text=bytes_of(requested.memory_bytes, of.memory_bytes)
            />
            <Share
                title=texts.pod_number
                part=requested.pods
                whole=of.pods
                text=format!("{} / {}", requested.pods, of.pods)
            />
        </section>
        <section class="panel slis" aria-label=texts.slis>
            <div class="panel-head"><h2>{texts.slis}</h2></div>
            <div class="sli-blocks">{slis.collect_any()}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Share(title: &'static str, part: i64, whole: i64, text: String) -> impl IntoView {
    view! {
        <div class="figure-block">
            <h3>{title}</h3>
            <p class="total-figure">
                <strong>{percent(part, whole)} " %"</strong>
            </p>
            <Meter part whole label=title />
            <p class="muted figure-note">{text}</p>
        </div>
    }
    .into_any()
}
