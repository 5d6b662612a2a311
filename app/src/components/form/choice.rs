//! One of several.

use super::post::use_form;
use crate::components::each::CollectAny;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// One of several values, each with its words.
#[component]
pub fn SelectField(
    name: &'static str,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] help: String,
    #[prop(default = "f")] prefix: &'static str,
) -> impl IntoView {
    let form = use_form();
    let id = format!("{prefix}-{name}");
    let chosen = use_query_map().with_untracked(|query| query.get(name)).unwrap_or(value);
    let error = move || form.error_of(name);
    let options = options.into_iter().map(|(value, words)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <div class="field" class:field-bad=move || error().is_some()>
            <label for=id.clone()>{label}</label>
            <select
                id=id.clone()
                name=name
                class="input"
                aria-describedby=format!("{id}-help {id}-error")
                data-testid=format!("field-{name}")
            >
                {options.collect_any()}
            </select>
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <p class="field-error" id=format!("{id}-error") hidden=move || error().is_none()>{error}</p>
        </div>
    }
    .into_any()
}
