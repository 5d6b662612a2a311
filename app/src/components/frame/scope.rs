//! The scope one looks at: clusters and namespaces, both in the address. Nothing named means everything.

use super::FrameState;
use crate::components::badge::appearance;
use crate::components::each::CollectAny;
use crate::components::form::GoForm;
use crate::components::icon::{Icon, IconView};
use crate::format::{text::words, url};
use crate::i18n::frame::Frame as Texts;
use crate::i18n::{fill, t};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use model::fleet::ClusterState;

/// Clusters and namespaces as the address names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeParameters {
    pub clusters: Vec<String>,
    pub namespaces: Vec<String>,
}

impl ScopeParameters {
    /// `path` with this scope.
    pub fn address(&self, path: &str) -> String {
        let (clusters, namespaces) = (self.clusters.join(","), self.namespaces.join(","));
        url::address(path, [("clusters", clusters.as_str()), ("namespaces", namespaces.as_str())])
    }
}

/// The scope of the current address; a form may have sent one cluster a time.
pub fn use_scope() -> Memo<ScopeParameters> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let all = |key| words(&query.get_all(key).unwrap_or_default().join(","));
            ScopeParameters { clusters: all("clusters"), namespaces: all("namespaces") }
        })
    })
}

/// The chooser in the top bar: a menu with a form that goes to the same page with another scope.
#[component]
pub fn ScopeChooser() -> impl IntoView {
    let texts = t::<Texts>();
    let scope = use_scope();
    let path = use_location().pathname;
    let action = Signal::derive(move || {
        if path.with(|path| path.starts_with("/resources/")) { path.get() } else { "/resources/pods".into() }
    });
    let clusters =
        Signal::derive(move || scope.with(|scope| short(&scope.clusters, texts.scope_all, texts.scope_clusters)));
    let namespaces = Signal::derive(move || {
        scope.with(|scope| short(&scope.namespaces, texts.all_namespaces, texts.scope_namespaces))
    });
    let named = Signal::derive(move || scope.with(|scope| scope.namespaces.join(" ")));
    view! {
        <details class="menu scope">
            <summary class="button" data-testid="scope">
                <IconView icon=Icon::Ship />
                <span class="scope-text">{clusters}</span>
                <span class="scope-divider">"/"</span>
                <span class="scope-text">{namespaces}</span>
                <IconView icon=Icon::Down />
            </summary>
            <div class="menu-body scope-body">
                <GoForm action class="form">
                    <fieldset>
                        <legend>{texts.choose_clusters}</legend>
                        <ClusterBoxes />
                    </fieldset>
                    <div class="field">
                        <label for="scope-namespaces">{texts.choose_namespaces}</label>
                        <input
                            id="scope-namespaces"
                            class="input mono"
                            name="namespaces"
                            autocomplete="off"
                            spellcheck="false"
                            value=named
                        />
                        <p class="help">{texts.namespaces_help}</p>
                    </div>
                    <div class="form-actions">
                        <button class="button button-primary" data-testid="scope-apply">{texts.apply}</button>
                        <a class="button" href=action>{texts.clear}</a>
                    </div>
                </GoForm>
            </div>
        </details>
    }
    .into_any()
}

/// `sh`, `sh, bj`, or `3 clusters`.
fn short(names: &[String], all: &str, many: &str) -> String {
    match names.len() {
        0 => all.to_string(),
        1 | 2 => names.join(", "),
        n => fill(many, &[&n]),
    }
}

#[component]
fn ClusterBoxes() -> impl IntoView {
    let scope = use_scope();
    let info = use_context::<FrameState>().map(|state| state.0);
    let boxes = move || {
        let known = info.and_then(|info| info.get()).and_then(Result::ok).unwrap_or_default().clusters;
        let chosen = scope.get().clusters;
        known.into_iter().map(|(name, state)| cluster_box(chosen.contains(&name), name, state)).collect_any()
    };
    view! { <div class="scope-clusters"><Transition>{boxes}</Transition></div> }.into_any()
}

fn cluster_box(checked: bool, name: String, state: ClusterState) -> impl IntoView {
    let (tone, icon) = appearance(state.as_str());
    view! {
        <label class="scope-cluster">
            <input type="checkbox" name="clusters" value=name.clone() checked=checked />
            <span class=tone.class() title=state.as_str()>
                <IconView icon=icon />
            </span>
            <span class="mono">{name.clone()}</span>
        </label>
    }
    .into_any()
}
