//! The filter bar: the query in words one can edit, and facets with counts.

use super::check;
use super::query::{ListQuery, term};
use super::store::ListStore;
use super::tables::TableSpec;
use crate::components::each::CollectAny;
use crate::components::form::GoForm;
use crate::components::icon::{Icon, IconView};
use crate::components::on_demand::later;
use crate::i18n::lists::{Lists, column_title};
use crate::i18n::states::state_word;
use crate::i18n::{fill, lang, t};
use leptos::prelude::*;
use model::query::QueryError;
use model::wire::resource::{Facet, FacetValue};

/// Values of a facet that are shown at once; the others are one click away.
const SHOWN: usize = 4;

#[component]
pub fn QueryBar(table: &'static TableSpec, query: Memo<ListQuery>) -> impl IntoView {
    let texts = t::<Lists>();
    let typed = RwSignal::new(query.read_untracked().q.clone());
    Effect::new(move |_| typed.set(query.with(|query| query.q.clone())));
    let error = use_check(typed, table);
    let kept = move || {
        query.with(|query| {
            [
                ("clusters", query.clusters.join(",")),
                ("namespaces", query.namespaces.join(",")),
                ("sort", query.sort.clone()),
            ]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_any()
        })
    };
    let action = move || query.with(|query| format!("/resources/{}", query.kind));
    let clear = Signal::derive(move || query.with(|query| query.with_q("").address()));
    let nothing_typed = Signal::derive(move || query.with(|query| query.q.is_empty()));
    let q = Signal::derive(move || query.with(|query| query.q.clone()));
    view! {
        <search class="query-bar">
            <GoForm action=Signal::derive(action)>
                <label class="visually-hidden" for="query">{texts.query}</label>
                <input
                    id="query"
                    name="q"
                    class="input mono"
                    value=q
                    prop:value=typed
                    placeholder=texts.query_placeholder
                    title=texts.query_help
                    autocomplete="off"
                    spellcheck="false"
                    autocapitalize="off"
                    aria-describedby="query-error"
                    aria-invalid=move || error.read().is_some().then_some("true")
                    on:input=move |event| typed.set(event_target_value(&event))
                    data-testid="query"
                />
                {kept}
                <button class="button" data-testid="query-run">{texts.run}</button>
                <a class="button button-quiet" href=clear hidden=nothing_typed>
                    {texts.clear}
                </a>
            </GoForm>
            <div id="query-error" aria-live="polite">
                {move || error.get().map(|error| view! { <QueryProblem text=typed.get_untracked() error /> })}
            </div>
        </search>
    }
    .into_any()
}

/// What is wrong with what is typed.
fn use_check(typed: RwSignal<String>, table: &'static TableSpec) -> RwSignal<Option<QueryError>> {
    let error = RwSignal::new(None);
    let ask = move |text: String| {
        if text.is_empty() {
            return error.set(None);
        }
        let checked = check::check(text.clone(), table.spec());
        later(Box::pin(checked), move |outcome| {
            // By the time the code has come, something else may be typed, or the page may be another one.
            if typed.try_get_untracked().is_some_and(|now| now == text) {
                error.set(outcome.ok().flatten());
            }
        });
    };
    ask(typed.get_untracked());
    Effect::new(move |before: Option<String>| {
        let text = typed.get();
        if before.is_some_and(|before| before != text) {
            ask(text.clone());
        }
        text
    });
    error
}

/// Where the query stops making sense, pointed at in the query itself.
#[component]
fn QueryProblem(text: String, error: QueryError) -> impl IntoView {
    let at = error.column.saturating_sub(1);
    let before: String = text.chars().take(at).collect();
    let from: String = text.chars().skip(at).collect();
    let sentence = fill(t::<Lists>().query_bad, &[&error.column, &error.message]);
    view! {
        <p class="query-error" data-testid="query-error">
            <code class="mono">{before}<mark>{if from.is_empty() { " ".to_string() } else { from }}</mark></code>
            <span>{sentence}</span>
        </p>
    }
    .into_any()
}

/// The most frequent values of each facet; a click puts one into the query, another takes it out.
#[component]
pub fn Facets(store: ListStore, query: Memo<ListQuery>) -> impl IntoView {
    let facets = move || {
        let query = query.get();
        let facets = store.facets.get();
        facets.into_iter().filter(|facet| is_useful(facet, &query)).map(|facet| one_facet(facet, &query)).collect_any()
    };
    view! { <nav class="facets" aria-label={t::<Lists>().facets} data-testid="facets">{facets}</nav> }.into_any()
}

/// A facet with one value tells nothing, unless that value was chosen.
fn is_useful(facet: &Facet, query: &ListQuery) -> bool {
    facet.values.len() > 1 || facet.values.iter().any(|value| query.has_term(&term(&facet.column, &value.value)))
}

fn one_facet(facet: Facet, query: &ListQuery) -> impl IntoView + use<> {
    let title = column_title(lang(), &facet.column).to_string();
    let mut links: Vec<AnyView> =
        facet.values.iter().map(|value| facet_link(&facet.column, value, query).into_any()).collect();
    let rest = links.split_off(links.len().min(SHOWN));
    let more = (!rest.is_empty()).then(|| {
        let count = rest.len();
        view! {
            <details class="menu">
                <summary class="facet-value">{fill(t::<Lists>().more_values, &[&count])}</summary>
                <div class="menu-body facet-rest">{rest}</div>
            </details>
        }
    });
    view! {
        <div class="facet">
            <span class="facet-title">{title}</span>
            {links}
            {more}
        </div>
    }
    .into_any()
}

fn facet_link(column: &str, value: &FacetValue, query: &ListQuery) -> impl IntoView + use<> {
    let term = term(column, &value.value);
    let chosen = query.has_term(&term);
    let word = if column == "status" { state_word(lang(), &value.value) } else { value.value.as_str() };
    view! {
        <a
            class="facet-value"
            href=query.toggled(column, &term).address()
            aria-current=chosen.then_some("true")
            data-testid="facet"
            data-value=value.value.clone()
        >
            <span class="facet-word">{word.to_string()}</span>
            <span class="facet-count">{crate::format::number::count(value.count)}</span>
            {chosen.then(|| view! { <IconView icon=Icon::Close /> })}
        </a>
    }
    .into_any()
}
