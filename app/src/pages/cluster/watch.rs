//! How old each kind's data is, and what watching costs.

use crate::components::age::Age;
use crate::components::each::CollectAny;
use crate::format::number::{bytes, count};
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::t;
use leptos::prelude::*;
use model::kinds::MirroredKind;
use model::wire::cluster::{Cluster, WatchCosts};

#[component]
pub fn Ages(cluster: Cluster) -> impl IntoView {
    let texts = t::<Texts>();
    let is_denied = move |kind: MirroredKind| {
        cluster.not_allowed.iter().any(|denied| denied == kind.key() || denied == kind.spec().plural)
    };
    let rows = MirroredKind::ALL.map(|kind| {
        let age = cluster.ages.get(kind.key()).copied().flatten();
        let cell = if is_denied(kind) {
            view! { <span class="muted">{texts.not_allowed}</span> }.into_any()
        } else {
            view! { <Age age=age /> }.into_any()
        };
        view! { <dt>{kind.spec().kind}</dt><dd data-kind=kind.key()>{cell}</dd> }
    });
    let limited = cluster.namespaces.clone().map(|namespaces| {
        view! { <dt>{texts.watch_limits}</dt><dd class="mono">{namespaces.join(", ")}</dd> }
    });
    view! {
        <section class="panel" data-testid="ages">
            <div class="panel-head"><h2>{texts.ages}</h2></div>
            <dl class="facts">{rows.collect_any()} {limited}</dl>
        </section>
    }
    .into_any()
}

#[component]
pub fn Costs(costs: WatchCosts) -> impl IntoView {
    let texts = t::<Texts>();
    let rows = [
        (texts.watch_requests, count(costs.requests)),
        (texts.watch_bytes, bytes(costs.bytes)),
        (texts.watch_objects, count(costs.objects)),
        (texts.watch_memory, bytes(costs.memory_bytes)),
        (texts.watch_throttled, count(costs.throttled)),
        (texts.watch_restarts, count(costs.restarts)),
        (texts.watch_skipped, count(costs.skipped_objects)),
        (texts.watch_corrections, count(costs.corrections)),
    ]
    .map(|(title, value)| view! { <dt>{title}</dt><dd>{value}</dd> });
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2>{texts.watch}</h2>
                <span class="help">{texts.watch_help}</span>
            </div>
            <dl class="facts">{rows.collect_any()}</dl>
        </section>
    }
    .into_any()
}
