//! `/resources/{kind}`: one live list over all clusters in scope.

mod cells;
pub mod check;
pub mod details;
mod drawer;
mod filter;
mod foot;
pub mod query;
mod rows;
mod scroll;
mod store;
mod table;
mod tables;

use self::query::ListQuery;
use self::rows::List;
use self::store::{ListMessage, ListStore};
use self::tables::{TableSpec, table_of};
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::i18n::lists::{Lists, kind_title};
use crate::i18n::overview::Overview;
use crate::i18n::{lang, t};
use crate::live::{Clock, ListText, use_clock, use_live};
use crate::pages::not_found::NotFound;
use crate::reading::Reading;
use crate::server_fns::resources::ListResources;
use crate::viewer::may;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::access::Action;

/// Without a word from the stream for this long the page asks by itself.
const SILENCE_MS: f64 = 4000.0;

/// The list of the kind that the address names; another kind is another list.
#[component]
pub fn ResourcesPage() -> impl IntoView {
    let params = use_params_map();
    let kind = Memo::new(move |_| params.with(|params| params.get("kind").unwrap_or_default()));
    move || match table_of(&kind.get()) {
        Some(table) => view! { <ListPage table kind=kind.get_untracked() /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn ListPage(table: &'static TableSpec, kind: String) -> impl IntoView {
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| ListQuery::from_address(kind.clone(), address)));
    let clock = use_clock();
    let store = ListStore::new(table.spec());
    let heard = StoredValue::new(0.0f64);
    let silence = use_silence(clock, heard);
    let asked = Memo::new(move |_| query.with(|query| query.with_offset(0).to_query_string()));
    // Another list begins at its beginning.
    Effect::new(move |_| {
        asked.track();
        store.wanted.set(0);
    });
    let asked_at = RwSignal::new(0);
    let source = Reading::new(
        move || silence.get(),
        move || {
            let at = store.wanted.get_untracked();
            asked_at.set(at);
            ListResources { list: [&asked.get(), "&offset=", &at.to_string()].concat() }
        },
    )
    .read_as::<List>();
    follow(store, query, clock, heard);
    let title = kind_title(lang(), table.spec().plural).unwrap_or(table.spec().kind);
    let show = move |list: List| {
        heard.set_value(clock.stamp());
        // The window may have moved on meanwhile.
        let at = asked_at.get_untracked();
        if at == store.wanted.get_untracked() {
            store.replace(list, at, clock.stamp());
        }
        view! { <ListBody table store query /> }.into_any()
    };
    view! {
        <PageHead title=title />
        <filter::QueryBar table query />
        <Loaded source view=show rows=12 />
    }
    .into_any()
}

#[component]
fn ListBody(table: &'static TableSpec, store: ListStore, query: Memo<ListQuery>) -> impl IntoView {
    let is_empty = Memo::new(move |_| store.order.read().is_empty() && store.offset.get() == 0);
    view! {
        <foot::Partial store />
        <filter::Facets store query />
        <div class="table-wrap">
            <Show when=move || !is_empty.get() fallback=move || view! { <NothingHere store query /> }>
                <table::Table table store query />
            </Show>
            <foot::Foot store query />
        </div>
        <drawer::Drawer table store query />
    }
    .into_any()
}

#[component]
fn NothingHere(store: ListStore, query: Memo<ListQuery>) -> impl IntoView {
    let texts = t::<Lists>();
    let filtered = query.with(|query| !query.q.is_empty());
    let no_clusters = store.ages.read_untracked().clusters.is_empty();
    let clear = query.with(|query| query.with_q("").address());
    let text = match (filtered, no_clusters) {
        (true, _) => texts.empty_filtered,
        (false, true) => texts.no_clusters,
        (false, false) => texts.empty,
    };
    view! {
        <Empty icon=Icon::Box text=text>
            {filtered.then(|| view! { <a class="button" href=clear>{texts.clear}</a> })}
            {(!filtered && no_clusters && may(Action::ManageClusters)).then(|| view! {
                <a class="button button-primary" href="/clusters?add=1">{t::<Overview>().empty_action}</a>
            })}
        </Empty>
    }
    .into_any()
}

/// A number that grows whenever the stream has been silent for too long.
fn use_silence(clock: Clock, heard: StoredValue<f64>) -> ReadSignal<u64> {
    let (silence, grow) = signal(0u64);
    Effect::new(move |_| {
        let now = clock.uptime();
        if now - heard.get_value() > SILENCE_MS {
            heard.set_value(now);
            grow.update(|count| *count += 1);
        }
    });
    silence
}

/// Follows the list on the stream for as long as the page is there.
fn follow(store: ListStore, query: Memo<ListQuery>, clock: Clock, heard: StoredValue<f64>) {
    let live = use_live();
    let parameters = Memo::new(move |_| {
        let offset = store.wanted.get();
        query.with(|query| query.with_offset(offset).to_stream_parameters())
    });
    Effect::new(move |_| {
        let (parameters, offset) = (parameters.get(), store.wanted.get_untracked());
        let told = Callback::new(move |text: ListText| {
            let Some(message) = ListMessage::read(&text) else { return };
            heard.set_value(clock.stamp());
            store.hear(message, offset, clock.stamp());
        });
        live.follow_list(parameters, told);
    });
    on_cleanup(move || live.leave_list());
}
