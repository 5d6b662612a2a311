//! The drawer itself: a dialog with every column of a row, closed by Esc. Its code is loaded when one is first opened.

use super::cells::whole_cell;
use super::query::{ListQuery, term};
use super::rows::{List, Row};
use super::store::{ListStore, LiveRow};
use super::tables::TableSpec;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::on_demand::{Loading, NotLoaded};
use crate::i18n::common::Common;
use crate::i18n::lists::{Lists, column_title};
use crate::i18n::{lang, t};
use crate::reading::Reading;
use crate::server_fns::resources::ListResources;
use leptos::html::Section;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::kinds::{COMMON_COLUMNS, Column};

/// The row that is shown.
#[derive(Clone)]
pub struct Details {
    pub table: &'static TableSpec,
    pub store: ListStore,
    pub query: Memo<ListQuery>,
    pub uid: String,
}

pub fn load() -> Loading {
    Box::pin(load_details())
}

#[wasm_split(resources__details, wasm_split_path = leptos::wasm_split, preload(load_details), fallible)]
pub fn details(asked: Details) -> Result<AnyView, NotLoaded> {
    let Details { table, store, query, uid } = asked;
    Ok(view! { <OpenDrawer table store query uid /> }.into_any())
}

#[component]
fn OpenDrawer(table: &'static TableSpec, store: ListStore, query: Memo<ListQuery>, uid: String) -> impl IntoView {
    let close = move || query.with(|query| query.with_open(None).address());
    let panel = NodeRef::<Section>::new();
    let navigate = StoredValue::new(use_navigate());
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            // An element that cannot take the focus leaves it where it is.
            let _ = panel.focus();
        }
    });
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" {
                let options = NavigateOptions { scroll: false, ..Default::default() };
                navigate.with_value(|navigate| navigate(&close(), options));
            }
        });
        on_cleanup(move || handle.remove());
    });
    let content = match store.row(&uid) {
        Some(live) => view! { <LiveDetails table live /> }.into_any(),
        None => view! { <FetchedDetails table query uid /> }.into_any(),
    };
    view! {
        <a class="drawer-scrim" href=close data-noscroll="" tabindex="-1" aria-hidden="true"></a>
        <section
            class="drawer"
            role="dialog"
            aria-modal="true"
            aria-label={t::<Lists>().details}
            tabindex="-1"
            node_ref=panel
            data-testid="drawer"
        >
            <a class="button button-quiet drawer-close" href=close data-noscroll="" title={t::<Common>().close} aria-label={t::<Common>().close}>
                <IconView icon=Icon::Close />
            </a>
            {content}
        </section>
    }
    .into_any()
}

/// A row of the list: follows it.
#[component]
fn LiveDetails(table: &'static TableSpec, live: ArcRwSignal<LiveRow>) -> impl IntoView {
    move || facts_of(table, &live.get().row)
}

/// A row that is not on this page of the list: asked for by itself.
#[component]
fn FetchedDetails(table: &'static TableSpec, query: Memo<ListQuery>, uid: String) -> impl IntoView {
    let asked = move || {
        let kind = query.with(|query| query.kind.clone());
        ListQuery { kind, q: term("uid", &uid), limit: 1, ..Default::default() }.to_query_string()
    };
    let source = Reading::new(|| 0, move || ListResources { list: asked() }).read_as::<List>();
    let show = move |list: List| match list.rows.first() {
        Some(row) => facts_of(table, row),
        None => view! { <p class="drawer-head">{t::<Lists>().not_on_page}</p> }.into_any(),
    };
    view! { <Loaded source view=show /> }.into_any()
}

fn facts_of(table: &'static TableSpec, row: &Row) -> AnyView {
    let common = |names: &[&str]| -> Vec<&'static Column> {
        COMMON_COLUMNS.iter().filter(|column| names.contains(&column.name)).collect()
    };
    let own: Vec<&'static Column> = table.spec().columns.iter().collect();
    let first = common(&["cluster", "namespace"]);
    let last = common(&["createdAt", "syncedAt", "uid"]);
    let facts = first
        .into_iter()
        .filter(|column| column.name != "namespace" || row.namespace.is_some())
        .chain(own)
        .chain(last)
        .map(|column| {
            view! {
                <dt>{column_title(lang(), column.name)}</dt>
                <dd data-column=column.name>{whole_cell(column, row)}</dd>
            }
        });
    let labels = COMMON_COLUMNS.iter().find(|column| column.name == "labels").filter(|_| !row.labels.is_empty());
    let texts = t::<Lists>();
    view! {
        <header class="drawer-head">
            <div>
                <p class="muted">{table.spec().kind}</p>
                <h2 class="mono">{row.name.clone()}</h2>
            </div>
        </header>
        <div class="drawer-body">
            <dl class="facts">{facts.collect_any()}</dl>
            <section class="stack">
                <h3>{texts.labels}</h3>
                {match labels {
                    Some(column) => whole_cell(column, row),
                    None => view! { <p class="muted">{texts.no_labels}</p> }.into_any(),
                }}
            </section>
        </div>
    }
    .into_any()
}
