//! Another credential for a cluster. The form's code is loaded when it is first opened.

use crate::components::form::PostForm;
use crate::components::loaded::Skeleton;
use crate::components::on_demand::{Loading, Made, NotLoaded, on_demand};
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::t;
use crate::pages::clusters::CredentialFields;
use leptos::html::Details;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

#[component]
pub fn Credential(name: String) -> impl IntoView {
    let texts = t::<Texts>();
    let details = NodeRef::<Details>::new();
    let opened = RwSignal::new(false);
    let look = move || {
        if details.get_untracked().is_some_and(|details| details.open()) {
            opened.set(true);
        }
    };
    // It may have been opened before the page was alive.
    Effect::new(move |_| look());
    let asked = name.clone();
    let form = move || {
        let asked = asked.clone();
        let make = move || -> Made { Box::pin(credential_form(asked.clone())) };
        opened.get().then(|| on_demand(load, make, || view! { <Skeleton rows=8 /> }.into_any()))
    };
    view! {
        <section class="panel">
            <details class="form-more" node_ref=details on:toggle=move |_| look()>
                <summary>{texts.replace}</summary>
                <p class="help">{texts.replace_help}</p>
                <noscript inner_html=without_script(name)></noscript>
                {form}
            </details>
        </section>
    }
    .into_any()
}

pub fn load() -> Loading {
    Box::pin(load_credential())
}

#[wasm_split(cluster__credential, wasm_split_path = leptos::wasm_split, preload(load_credential), fallible)]
fn credential_form(name: String) -> Result<AnyView, NotLoaded> {
    Ok(form_of(name))
}

fn form_of(name: String) -> AnyView {
    view! {
        <PostForm action=format!("/forms/clusters/{name}/credential") testid="replace-credential">
            <CredentialFields />
            <div class="form-actions"><button class="button">{t::<Texts>().replace_submit}</button></div>
        </PostForm>
    }
    .into_any()
}

/// The form for a browser that runs no scripts, and so never asks for its code.
#[cfg(feature = "ssr")]
fn without_script(name: String) -> String {
    form_of(name).to_html()
}

#[cfg(not(feature = "ssr"))]
fn without_script(_name: String) -> String {
    String::new()
}
