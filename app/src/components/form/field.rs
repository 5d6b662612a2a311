//! Inputs: label above, help under it, the error in its place.

use super::post::use_form;
use crate::components::safe_textarea::SafeTextarea;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What a handler gave back in the address of a form posted without JavaScript; never a secret.
fn given_back(name: &str) -> Option<String> {
    use_query_map().with_untracked(|query| query.get(name))
}

#[component]
fn FieldFrame(
    id: String,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] help: String,
    children: Children,
) -> impl IntoView {
    let form = use_form();
    let error = move || form.error_of(name);
    view! {
        <div class="field" class:field-bad=move || error().is_some()>
            <label for=id.clone()>{label}</label>
            {children()}
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <p class="field-error" id=format!("{id}-error") data-testid=format!("error-{name}") hidden=move || error().is_none()>
                {move || error()}
            </p>
        </div>
    }
    .into_any()
}

/// One line of text. `kind` is the input's type.
#[component]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] placeholder: Option<&'static str>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] mono: bool,
    /// Two forms of one page must not share ids.
    #[prop(default = "f")]
    prefix: &'static str,
) -> impl IntoView {
    let form = use_form();
    let id = format!("{prefix}-{name}");
    let value = if kind == "password" { value } else { given_back(name).unwrap_or(value) };
    view! {
        <FieldFrame id=id.clone() name label help>
            <input
                id=id.clone()
                name=name
                type=kind
                class=if mono { "input mono" } else { "input" }
                value=value
                autocomplete=autocomplete.unwrap_or("off")
                placeholder=placeholder
                required=required
                autofocus=autofocus
                spellcheck="false"
                autocapitalize="off"
                aria-describedby=format!("{id}-help {id}-error")
                aria-invalid=move || form.error_of(name).is_some().then_some("true")
                data-testid=format!("field-{name}")
            />
        </FieldFrame>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn AreaField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] value: String,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] secret: bool,
    #[prop(optional, into)] placeholder: String,
    #[prop(default = "f")] prefix: &'static str,
) -> impl IntoView {
    let form = use_form();
    let id = format!("{prefix}-{name}");
    let value = if secret { value } else { given_back(name).unwrap_or(value) };
    view! {
        <FieldFrame id=id.clone() name label help>
            <SafeTextarea
                name
                id=id.clone()
                value
                rows
                placeholder
                mono=true
                described_by=format!("{id}-help {id}-error")
                invalid=Signal::derive(move || form.error_of(name).is_some())
            />
        </FieldFrame>
    }
    .into_any()
}

/// A box to tick.
#[component]
pub fn Check(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: String,
    #[prop(optional)] checked: bool,
    #[prop(default = "f")] prefix: &'static str,
) -> impl IntoView {
    let id = format!("{prefix}-{name}");
    view! {
        <div class="field field-check">
            <input type="checkbox" id=id.clone() name=name value="true" checked=checked aria-describedby=format!("{id}-help") />
            <label for=id.clone()>{label}</label>
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
        </div>
    }
    .into_any()
}
