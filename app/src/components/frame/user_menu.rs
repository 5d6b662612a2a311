//! Language, theme, and who is signed in. All post plain forms: the page is rendered anew by the server.

use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::i18n::frame::Frame as Texts;
use crate::i18n::{Lang, fill, lang, t};
use crate::viewer::{Theme, use_viewer};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::access::Role;

/// The address one is at, to come back to.
fn use_here() -> Signal<String> {
    let location = use_location();
    Signal::derive(move || {
        let (path, search) = (location.pathname.get(), location.search.get());
        if search.is_empty() { path } else { format!("{path}?{}", search.trim_start_matches('?')) }
    })
}

/// One click to the other language.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let texts = t::<Texts>();
    let other = if lang() == Lang::En { Lang::Zh } else { Lang::En };
    let here = use_here();
    view! {
        <form method="post" action="/forms/preferences" class="inline-form">
            <input type="hidden" name="next" value=here />
            <button class="button button-quiet" name="lang" value=other.as_str() title=texts.language data-testid="language">
                <IconView icon=Icon::Globe />
                <span lang=other.tag()>{other.name()}</span>
            </button>
        </form>
    }
    .into_any()
}

#[component]
pub fn ThemeMenu() -> impl IntoView {
    let texts = t::<Texts>();
    let now = use_viewer().with_value(|viewer| viewer.theme);
    let here = use_here();
    let choices = Theme::ALL.map(|theme| {
        let word = match theme {
            Theme::System => texts.theme_system,
            Theme::Light => texts.theme_light,
            Theme::Dark => texts.theme_dark,
        };
        view! {
            <button class="menu-item" name="theme" value=theme.as_str() aria-pressed=(theme == now).to_string()>
                {word}
            </button>
        }
    });
    view! {
        <details class="menu menu-end">
            <summary class="button button-quiet" title=texts.theme aria-label=texts.theme data-testid="theme">
                <IconView icon=Icon::Moon />
            </summary>
            <form method="post" action="/forms/preferences" class="menu-body">
                <input type="hidden" name="next" value=here />
                {choices.collect_any()}
            </form>
        </details>
    }
    .into_any()
}

#[component]
pub fn UserMenu() -> impl IntoView {
    let texts = t::<Texts>();
    let me = use_viewer().with_value(|viewer| viewer.me.clone());
    let name = me.as_ref().map(|me| me.name.clone()).unwrap_or_default();
    let role = match me.map(|me| me.role) {
        Some(Role::Admin) => texts.role_admin,
        Some(Role::Operator) => texts.role_operator,
        Some(Role::Viewer) => texts.role_viewer,
        None => "",
    };
    view! {
        <details class="menu menu-end">
            <summary
                class="button button-quiet"
                title=fill(texts.signed_in_as, &[&name])
                aria-label=fill(texts.signed_in_as, &[&name])
                data-testid="user-menu"
            >
                <IconView icon=Icon::Person />
                <span class="user-name">{name.clone()}</span>
            </summary>
            <div class="menu-body">
                <p class="menu-note">
                    <strong>{name.clone()}</strong>
                    <span class="muted">{role}</span>
                </p>
                <a class="menu-item" href="/preferences">
                    <IconView icon=Icon::Sliders />
                    {texts.preferences}
                </a>
                <form method="post" action="/forms/logout">
                    <button class="menu-item" data-testid="sign-out">
                        <IconView icon=Icon::External />
                        {texts.sign_out}
                    </button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
