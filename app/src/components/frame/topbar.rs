//! The top bar: scope, search, bell, language, theme, user.

use super::FrameState;
use super::scope::{ScopeChooser, use_scope};
use super::user_menu::{LanguageSwitch, ThemeMenu, UserMenu};
use crate::components::form::GoForm;
use crate::components::icon::{Icon, IconView};
use crate::format::url;
use crate::i18n::frame::Frame as Texts;
use crate::i18n::{fill, t};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

#[component]
pub fn TopBar() -> impl IntoView {
    let texts = t::<Texts>();
    view! {
        <header class="topbar">
            <label class="button button-quiet sheet-opener" for="nav-sheet" title=texts.menu>
                <IconView icon=Icon::Menu />
            </label>
            <a class="brand" href="/">
                <IconView icon=Icon::Helm />
                <span>{texts.product}</span>
            </a>
            <ScopeChooser />
            <Search />
            <div class="topbar-end">
                <Bell />
                <LanguageSwitch />
                <ThemeMenu />
                <UserMenu />
            </div>
        </header>
    }
    .into_any()
}

/// Goes to the list one is on, else to the pods, with the words as its query; the scope stays.
#[component]
fn Search() -> impl IntoView {
    let texts = t::<Texts>();
    let path = use_location().pathname;
    let scope = use_scope();
    let query = use_query_map();
    let on_list = move || path.with(|path| path.starts_with("/resources/"));
    let action = move || if on_list() { path.get() } else { "/resources/pods".to_string() };
    let words =
        Signal::derive(
            move || if on_list() { query.with(|query| query.get("q")).unwrap_or_default() } else { String::new() },
        );
    view! {
        <search class="search">
            <GoForm action=Signal::derive(action)>
                <IconView icon=Icon::Search />
                <input
                    type="search"
                    name="q"
                    class="input search-input"
                    aria-label=texts.search_label
                    placeholder=texts.search
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=words
                    value=words
                    data-testid="search"
                />
                {move || kept("clusters", scope.with(|scope| scope.clusters.join(",")))}
                {move || kept("namespaces", scope.with(|scope| scope.namespaces.join(",")))}
            </GoForm>
        </search>
    }
    .into_any()
}

fn kept(name: &'static str, value: String) -> Option<impl IntoView> {
    (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
}

/// How many alerts fire.
#[component]
fn Bell() -> impl IntoView {
    let texts = t::<Texts>();
    let info = use_context::<FrameState>().map(|state| state.0);
    let firing = move || info.and_then(|info| info.get()).and_then(Result::ok).map_or(0, |info| info.firing);
    let link = move || {
        let firing = firing();
        let label = fill(texts.bell, &[&firing]);
        let ringing = firing > 0;
        view! {
            <a
                class="button button-quiet bell"
                class:bell-rings=ringing
                href=url::address("/alerts", [("state", "firing")])
                aria-label=label.clone()
                title=label
                data-testid="bell"
            >
                <IconView icon=Icon::Bell />
                <span class="bell-count" hidden=firing == 0>{firing}</span>
            </a>
        }
    };
    view! { <Transition>{link}</Transition> }.into_any()
}
