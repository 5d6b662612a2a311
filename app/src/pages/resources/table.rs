//! The table: headers that sort, rows that live.

use super::cells::cell;
use super::query::{Direction, ListQuery};
use super::scroll::{self, Spacer};
use super::store::{ListStore, LiveRow};
use super::tables::{TableSpec, first_direction};
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::format::age::STALE_SECONDS;
use crate::i18n::lists::{Lists, column_title};
use crate::i18n::{fill, lang, t};
use crate::live::use_clock;
use leptos::prelude::*;
use model::kinds::{Column, ColumnType};

#[component]
pub fn Table(table: &'static TableSpec, store: ListStore, query: Memo<ListQuery>) -> impl IntoView {
    scroll::follow(store);
    let stale = use_stale_clusters(store);
    let row = move |uid: String| store.row(&uid).map(|live| view! { <Row table live query stale /> });
    let headers = table.shown().map(|column| view! { <Header table column query /> }).collect_any();
    view! {
        <table class="table table-lines" role="table" aria-rowcount=move || store.total.get() + 1 data-testid="table">
            <thead role="rowgroup">
                <tr role="row">{headers}</tr>
            </thead>
            <Spacer store />
            <tbody
                role="rowgroup"
                on:pointerenter=move |_| store.pointer(true)
                on:pointerleave=move |_| store.pointer(false)
            >
                <For each=move || store.order.get() key=|uid| uid.clone() children=row />
            </tbody>
            <Spacer store is_after=true />
        </table>
    }
    .into_any()
}

/// Clusters of the list whose rows are the last known, not the present; follows the clock.
fn use_stale_clusters(store: ListStore) -> Memo<Vec<String>> {
    let clock = use_clock();
    Memo::new(move |_| {
        let now = clock.uptime();
        store.ages.with(|ages| {
            let passed = ((now - ages.received_ms) / 1000.0).max(0.0);
            let is_stale = |age: Option<f64>| age.is_none_or(|age| age + passed >= STALE_SECONDS);
            ages.clusters.iter().filter(|c| c.stale || is_stale(c.age)).map(|c| c.name.clone()).collect()
        })
    })
}

#[component]
fn Header(table: &'static TableSpec, column: &'static Column, query: Memo<ListQuery>) -> impl IntoView {
    let title = column_title(lang(), column.name);
    let direction = move || query.with(|query| query.direction(column.name));
    // The youngest first is the greatest time first, but the least age.
    let upside_down = column.of == ColumnType::Time;
    let sorted = move || {
        direction().map(|direction| match (direction, upside_down) {
            (Direction::Ascending, false) | (Direction::Descending, true) => "ascending",
            _ => "descending",
        })
    };
    let href =
        Signal::derive(move || query.with(|query| query.sorted_by(column.name, first_direction(column)).address()));
    let icon = move || {
        let icon = if sorted() == Some("descending") { Icon::Down } else { Icon::Up };
        view! { <IconView icon /> }
    };
    view! {
        <th role="columnheader" scope="col" class=table.class(column) aria-sort=sorted>
            <a class="sort" href=href title=fill(t::<Lists>().sort_by, &[&title])>
                {title} {icon}
            </a>
        </th>
    }
    .into_any()
}

#[component]
fn Row(
    table: &'static TableSpec,
    live: ArcRwSignal<LiveRow>,
    query: Memo<ListQuery>,
    stale: Memo<Vec<String>>,
) -> impl IntoView {
    let (cluster, uid, name) =
        live.with_untracked(|live| (live.row.cluster.clone(), live.row.uid.clone(), live.row.name.clone()));
    let is_stale = {
        let cluster = cluster.clone();
        move || stale.with(|stale| stale.contains(&cluster))
    };
    let is_open = {
        let uid = uid.clone();
        Signal::derive(move || query.with(|query| query.open.as_deref() == Some(&uid)).to_string())
    };
    let cells = move || {
        let live = live.get();
        table.shown().map(|column| one_cell(table, column, &live, &query.read_untracked())).collect_any()
    };
    view! {
        <tr
            role="row"
            id=format!("row-{uid}")
            class:row-stale=is_stale
            aria-selected=is_open
            data-testid="row"
            data-cluster=cluster
            data-name=name
        >
            {cells}
        </tr>
    }
    .into_any()
}

fn one_cell(table: &'static TableSpec, column: &'static Column, live: &LiveRow, query: &ListQuery) -> AnyView {
    let mut class = table.class(column);
    if live.changed.contains(&column.name) {
        class.push_str(if live.turn { " changed-a" } else { " changed-b" });
    }
    view! {
        <td role="cell" class=class data-label=column_title(lang(), column.name) data-column=column.name>
            {cell(column, &live.row, query)}
        </td>
    }
    .into_any()
}
