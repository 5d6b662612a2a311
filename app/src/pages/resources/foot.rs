//! Above and below the rows: what of them is not the present, and the total with its age.

use super::query::ListQuery;
use super::store::ListStore;
use crate::components::age::Age;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::format::number::count;
use crate::format::time::utc_clock;
use crate::format::url;
use crate::i18n::lists::Lists;
use crate::i18n::{fill, t};
use crate::live::{local_time, use_clock};
use leptos::prelude::*;
use model::wire::resource::ClusterAge;

/// Clusters whose part of the list is old, missing or not allowed, each with its own words.
#[component]
pub fn Partial(store: ListStore) -> impl IntoView {
    let texts = t::<Lists>();
    let clock = use_clock();
    let odd = Memo::new(move |_| {
        store.ages.with(|ages| ages.clusters.iter().filter(|c| c.stale || c.not_allowed).cloned().collect::<Vec<_>>())
    });
    let line = move |cluster: ClusterAge| {
        let text = match (&cluster, cluster.synced_at) {
            (c, _) if c.not_allowed => fill(texts.partial_denied, &[&c.name]),
            (ClusterAge { counted: Some(all), name, .. }, _) => fill(texts.partial_counted, &[name, &count(*all)]),
            (c, None) => fill(texts.partial_never, &[&c.name]),
            (c, Some(at)) => {
                let local = clock.wall().and_then(|_| local_time(at.as_millisecond()));
                let since = local.and_then(|text| text.get(11..).map(str::to_string)).unwrap_or_else(|| utc_clock(at));
                fill(texts.partial_stale, &[&c.name, &since])
            }
        };
        view! { <li data-testid="partial" data-cluster=cluster.name.clone()>{text}</li> }
    };
    view! {
        <div class="banner banner-held partial" role="status" hidden=Signal::derive(move || odd.read().is_empty())>
            <IconView icon=Icon::Dotted />
            <strong>{texts.partial}</strong>
            <ul>{move || odd.get().into_iter().map(line).collect_any()}</ul>
        </div>
    }
    .into_any()
}

#[component]
pub fn Foot(store: ListStore, query: Memo<ListQuery>) -> impl IntoView {
    let texts = t::<Lists>();
    let shown = Signal::derive(move || {
        let (offset, rows) = (store.offset.get() as u64, store.order.read().len() as u64);
        fill(texts.shown, &[&count(offset + rows.min(1)), &count(offset + rows)])
    });
    let total = Signal::derive(move || fill(texts.total, &[&count(store.total.get())]));
    let over = Signal::derive(move || {
        store.ages.with(|ages| {
            let present = ages.clusters.iter().filter(|c| !c.stale && !c.not_allowed).count();
            fill(texts.over, &[&present, &ages.clusters.len()])
        })
    });
    let held = Signal::derive(move || fill(texts.held, &[&store.held.get()]));
    let none_held = Signal::derive(move || store.held.get() == 0);
    // The oldest part that still counts as the present is how old the total is.
    let age = move || {
        store.ages.with(|ages| {
            let present = || ages.clusters.iter().filter(|c| !c.not_allowed && !c.stale);
            present().filter_map(|c| c.age).reduce(f64::max)
        })
    };
    let none = move || store.ages.read().clusters.is_empty();
    let csv = Signal::derive(move || {
        query.with(|query| format!("/api/v1/resources/{}?{}&format=csv", query.kind, csv_parameters(query)))
    });
    view! {
        <div class="table-foot">
            <div class="table-foot-facts">
                <strong aria-live="polite" data-testid="total">{total}</strong>
                <span data-testid="shown">{shown}</span>
                <span>{over}</span>
                {move || (!none()).then(|| view! { <Age age=age() /> })}
                <span class="held" hidden=none_held>
                    {held}
                </span>
            </div>
            <div class="pager">
                <a class="button button-quiet" href=csv rel="external" download="">{texts.csv}</a>
            </div>
        </div>
    }
    .into_any()
}

/// Everything that matches, not one page of it.
fn csv_parameters(query: &ListQuery) -> String {
    let (clusters, namespaces) = (query.clusters.join(","), query.namespaces.join(","));
    url::query([
        ("clusters", clusters.as_str()),
        ("namespaces", namespaces.as_str()),
        ("q", query.q.as_str()),
        ("sort", query.sort.as_str()),
    ])
}
