//! Filters above a list. They stand in the address; the form goes there without JavaScript too.

use crate::components::each::CollectAny;
use crate::components::form::GoForm;
use crate::i18n::lists::Lists;
use crate::i18n::t;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// One parameter of the address; empty where it is absent.
pub fn use_parameter(name: &'static str) -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name)).unwrap_or_default())
}

/// A form of filters that goes to `path`. `filtered` offers a way back to everything.
#[component]
pub fn FilterBar(path: &'static str, #[prop(into)] filtered: Signal<bool>, children: Children) -> impl IntoView {
    let texts = t::<Lists>();
    view! {
        <search class="filter-bar">
            <GoForm action=path>
                {children()} <button class="button" data-testid="filter-run">{texts.run}</button>
                <a class="button button-quiet" href=path hidden=move || !filtered.get()>{t::<Lists>().clear}</a>
            </GoForm>
        </search>
    }
    .into_any()
}

/// A word to filter by.
#[component]
pub fn FilterText(
    name: &'static str,
    #[prop(into)] label: String,
    value: Memo<String>,
    #[prop(default = "search")] kind: &'static str,
    #[prop(optional)] placeholder: &'static str,
) -> impl IntoView {
    view! {
        <label class="filter">
            <span>{label}</span>
            <input
                type=kind
                name=name
                class="input"
                value=move || value.get()
                prop:value=move || value.get()
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                data-testid=format!("filter-{name}")
            />
        </label>
    }
    .into_any()
}

/// One of several values to filter by; the first, empty one filters nothing.
#[component]
pub fn FilterSelect(
    name: &'static str,
    #[prop(into)] label: String,
    any: &'static str,
    options: Vec<(String, String)>,
    value: Memo<String>,
) -> impl IntoView {
    let option = move |(this, words): (String, String)| {
        let of = this.clone();
        view! { <option value=this selected=move || value.with(|value| *value == of)>{words}</option> }
    };
    let all = std::iter::once((String::new(), any.to_string())).chain(options).map(option);
    view! {
        <label class="filter">
            <span>{label}</span>
            <select name=name class="input" data-testid=format!("filter-{name}")>{all.collect_any()}</select>
        </label>
    }
    .into_any()
}
